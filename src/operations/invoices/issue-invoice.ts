/** A draft becomes the customer's. One of the Invoicing API is sent to Midtrans; also again, when nobody knows what became of the first time. */
import { uuidv7 } from '../../domain/uuid.ts'
import { assert, BayarError, invalidRequest, type Problem } from '../../errors.ts'
import type { Transaction } from '../../store/database.ts'
import { findInvoice, type InvoiceRow, lockInvoice } from '../../store/invoices.ts'
import type { Context } from '../context.ts'
import { refuseInsideTransaction } from '../payments/run-intent.ts'
import { BY_PERSON, changeInvoice } from './change-invoice.ts'
import { readDueDate } from './invoice-input.ts'
import { type Invoice, toInvoiceView } from './invoice-view.ts'
import { sendCreation, writeCreation } from './send-creation.ts'

export interface IssueInvoiceInput {
  /** Another due date: one that is over cannot be issued as it stands. */
  readonly dueDate?: string
}

export async function issueInvoice(
  context: Context,
  row: InvoiceRow,
  input: IssueInvoiceInput,
  requestedBy: string,
): Promise<Invoice> {
  context.handlers.assertComplete()
  refuseInsideTransaction()
  const dueAt = input.dueDate === undefined ? undefined : readDay(context, input.dueDate)
  const intentId = uuidv7()
  const isSending = await context.database.transaction((tx) =>
    begin(context, tx, row.id, { dueAt, intentId, requestedBy }),
  )
  context.wake()
  if (isSending) await sendCreation(context, intentId)
  const now = await findInvoice(context.database, row.id)
  assert(now, 'an invoice that was issued is gone')
  return toInvoiceView(now, context.clock.now())
}

/** True when Midtrans must be asked. */
async function begin(
  context: Context,
  tx: Transaction,
  id: string,
  asked: { readonly dueAt: Date | undefined; readonly intentId: string; readonly requestedBy: string },
): Promise<boolean> {
  const invoice = await lockInvoice(tx, id)
  assert(invoice, 'an invoice that is to be issued is gone')
  // Issued by somebody else meanwhile: that is what was asked for.
  if (invoice.status === 'sent' && asked.dueAt === undefined) return false
  const isDraft = invoice.status === 'draft' || (invoice.status === 'overdue' && invoice.issued_at === null)
  if (!isDraft)
    throw new BayarError('invoice_not_issuable', `${invoice.number} is ${invoice.status}.`, {
      details: { status: invoice.status },
    })
  const now = context.clock.now()
  const dueAt = asked.dueAt ?? invoice.due_at
  if (dueAt <= now) throw invalidRequest([{ field: 'due_date', reason: 'is over: name another one' }])
  // Another due date is another chance to be told that it is over.
  const fresh = { due_at: dueAt, overdue_at: null }
  const isAnother = dueAt.getTime() !== invoice.due_at.getTime() || invoice.overdue_at !== null
  if (invoice.channel === 'local') {
    const set = { ...fresh, issued_at: now }
    await changeInvoice(context, tx, invoice, set, { event: 'invoice.sent', cause: BY_PERSON })
    return false
  }
  if (isAnother) await changeInvoice(context, tx, invoice, fresh, { event: null, cause: BY_PERSON })
  await writeCreation(context, tx, invoice, { id: asked.intentId, requestedBy: asked.requestedBy })
  return true
}

function readDay(context: Context, given: string): Date {
  const problems: Problem[] = []
  const day = readDueDate(given, context.clock.now(), (field, reason) => problems.push({ field, reason }))
  if (day === undefined || problems.length > 0) throw invalidRequest(problems)
  return day
}
