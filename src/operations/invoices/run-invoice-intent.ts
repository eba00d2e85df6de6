/** The third step of what the Invoicing API is asked: its answer is recorded first, then applied under a savepoint, so that a handler which throws loses nothing of it. */

import { secondsAfter } from '../../domain/clock.ts'
import { assert, BayarError } from '../../errors.ts'
import type { Answer } from '../../gateway/port.ts'
import { recordAnswer } from '../../store/answers.ts'
import type { Transaction } from '../../store/database.ts'
import {
  findInvoiceIntent,
  type InvoiceIntentRow,
  planInvoiceIntentCheck,
} from '../../store/invoice-intents.ts'
import { type InvoiceRow, lockInvoice } from '../../store/invoices.ts'
import type { Context } from '../context.ts'
import { reasonOf } from '../log.ts'
import { checkDelaySeconds } from '../payments/run-intent.ts'

export type InvoiceOutcome = 'done' | 'rejected' | 'unknown'

const APPLY_AGAIN_SECONDS = 5

export interface Taking {
  /** What the answer means, for one that may have been asked before. */
  judge(tx: Transaction, fresh: InvoiceIntentRow): Promise<Answer>
  apply(tx: Transaction, invoice: InvoiceRow, answer: Answer): Promise<InvoiceOutcome>
}

/** Whoever comes second finds the outcome written. */
export async function takeInvoiceAnswer(
  context: Context,
  intent: InvoiceIntentRow,
  { judge, apply }: Taking,
): Promise<InvoiceOutcome> {
  const outcome = await context.database.transaction(async (tx) => {
    const invoice = await lockInvoice(tx, intent.invoice_id)
    const fresh = await findInvoiceIntent(tx, intent.id)
    assert(invoice && fresh, 'an invoice or its intent is gone')
    if (fresh.state !== 'sent') return fresh.state
    const now = context.clock.now()
    const answer = await judge(tx, fresh)
    await recordAnswer(tx, 'invoice_intents', intent.id, answer, now)
    try {
      return await tx.savepoint(() => apply(tx, invoice, answer))
    } catch (error) {
      context.log.error('an answer about an invoice could not be applied', {
        invoice_id: intent.invoice_id,
        command: intent.command,
        reason: reasonOf(error),
      })
      await planInvoiceIntentCheck(tx, intent.id, secondsAfter(now, APPLY_AGAIN_SECONDS))
      return 'unknown'
    }
  })
  context.wake()
  return outcome
}

/** Nobody knows yet: it is asked again. */
export async function askLater(
  context: Context,
  tx: Transaction,
  intent: InvoiceIntentRow,
): Promise<InvoiceOutcome> {
  const later = secondsAfter(context.clock.now(), checkDelaySeconds(intent.checks))
  await planInvoiceIntentCheck(tx, intent.id, later)
  return 'unknown'
}

export function inProgress(invoice: InvoiceRow): BayarError {
  return new BayarError(
    'invoice_in_progress',
    `Ask again for ${invoice.number ?? invoice.order_id} shortly.`,
    {
      details: { retry_after_seconds: 5 },
    },
  )
}
