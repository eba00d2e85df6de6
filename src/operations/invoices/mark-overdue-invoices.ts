/**
 * `check_overdue_invoices` and `mark_overdue_invoices`: drafts and sent invoices whose due day is over in Jakarta, each told once. Page by page and one transaction each, so that a run over a million holds
 * no lock for long, and one that dies is taken up by the next.
 */
import type { Transaction } from '../../store/database.ts'
import { type DueInvoice, findInvoice, listFallenDue, lockInvoice } from '../../store/invoices.ts'
import type { Context } from '../context.ts'
import { reasonOf } from '../log.ts'
import { ComeBack, type TaskRun } from '../task-run.ts'
import { BY_CLOCK, changeInvoice } from './change-invoice.ts'
import { refreshInvoice } from './refresh-invoice.ts'

export interface MarkedOverdue {
  readonly marked: number
  /** What could not be marked: the next run meets it again. */
  readonly failed: number
}

export interface MarkOverdueOptions {
  /** No more than so many in this run; the next goes on. */
  readonly limit?: number
}

const PAGE = 200
const LIMIT = 100_000

/** Of a run in a task: told after each page, and ended when the worker is. */
type Run = Pick<TaskRun, 'progress' | 'isStopping'>

export async function markOverdueInvoices(
  context: Context,
  { limit = LIMIT, run }: MarkOverdueOptions & { readonly run?: Run } = {},
): Promise<MarkedOverdue> {
  context.handlers.assertComplete()
  const at = context.clock.now()
  let [marked, failed] = [0, 0]
  let after: DueInvoice | null = null
  for (let left = limit; left > 0; ) {
    // What is marked is not met again, so it goes on by itself.
    if (run?.isStopping()) throw new ComeBack(context.clock.now(), 'The worker is stopping.')
    const page: readonly DueInvoice[] = await listFallenDue(context.database, {
      at,
      after,
      limit: Math.min(PAGE, left),
    })
    for (const due of page) {
      try {
        if (await markOne(context, due, at)) marked++
      } catch (error) {
        failed++
        context.log.warn('an invoice could not be marked overdue', {
          invoice_id: due.id,
          reason: reasonOf(error),
        })
      }
    }
    if (page.length > 0) context.wake()
    await run?.progress({ done: marked })
    if (page.length < PAGE) break
    left -= page.length
    after = page.at(-1)!
  }
  return { marked, failed }
}

async function markOne(context: Context, due: DueInvoice, at: Date): Promise<boolean> {
  // Nobody is chased for what was withdrawn, or paid with its notice lost.
  if (due.channel === 'midtrans') await askFirst(context, due.id)
  return context.database.transaction((tx) => mark(context, tx, due.id, at))
}

async function mark(context: Context, tx: Transaction, id: string, at: Date): Promise<boolean> {
  const invoice = await lockInvoice(tx, id)
  // Paid, withdrawn or marked by another run since the page was read.
  if (!invoice || (invoice.status !== 'draft' && invoice.status !== 'sent') || invoice.due_at > at)
    return false
  await changeInvoice(context, tx, invoice, { overdue_at: at }, { event: 'invoice.overdue', cause: BY_CLOCK })
  return true
}

/** That it is over is true also when Midtrans cannot be asked. */
async function askFirst(context: Context, id: string): Promise<void> {
  const invoice = await findInvoice(context.database, id)
  if (!invoice || invoice.midtrans_id === null) return
  try {
    await refreshInvoice(context, invoice)
  } catch (error) {
    context.log.warn('an invoice could not be read again before it was marked', {
      invoice_id: id,
      reason: reasonOf(error),
    })
  }
}
