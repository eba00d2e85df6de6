/**
 * An invoice, in a straight line:
 *   1. one transaction: the invoice with its items, its history, and for the Invoicing API the intent and the order id under which payments will come; last its number; commit;
 *   2. for the Invoicing API: it is sent, with no transaction open;
 *   3. one transaction: the answer is recorded, and the invoice is the customer's.
 */
import { uuidv7 } from '../../domain/uuid.ts'
import { assert, BayarError } from '../../errors.ts'
import { sqlState, type Transaction } from '../../store/database.ts'
import {
  drawNumber,
  findInvoice,
  findInvoiceByOrder,
  type InvoiceRow,
  insertInvoice,
  stepOverTaken,
  updateInvoice,
} from '../../store/invoices.ts'
import { findPaymentByOrder } from '../../store/payments.ts'
import type { Context } from '../context.ts'
import { tell } from '../events/tell.ts'
import { refuseInsideTransaction } from '../payments/run-intent.ts'
import { BY_PERSON, changed, historyRow } from './change-invoice.ts'
import { type CheckedInvoice, type CreateInvoiceInput, checkInvoice } from './invoice-input.ts'
import { type Invoice, toInvoiceView } from './invoice-view.ts'
import { sendCreation, writeCreation } from './send-creation.ts'

export interface CreatedInvoice {
  readonly invoice: Invoice
  /** False when an equal request had made it before. */
  readonly created: boolean
}

export async function createInvoice(
  context: Context,
  input: CreateInvoiceInput,
  requestedBy: string,
): Promise<CreatedInvoice> {
  const checked = checkInvoice(context, input)
  context.handlers.assertComplete()
  refuseInsideTransaction()

  const { id, merchant, orderId } = checked.invoice
  const intentId = checked.invoice.channel === 'midtrans' && !checked.isDraft ? uuidv7() : null
  const isWritten = await context.database.transaction((tx) =>
    begin(context, tx, checked, intentId === null ? null : { id: intentId, requestedBy }),
  )
  if (!isWritten) return { invoice: await earlier(context, checked), created: false }
  context.wake()

  if (intentId !== null) await sendCreation(context, intentId)
  const row = await findInvoice(context.database, id)
  assert(row, `the invoice ${orderId} of ${merchant} that was written is gone`)
  return { invoice: toInvoiceView(row, context.clock.now()), created: true }
}

/** False when its order id or its number is taken. */
async function begin(
  context: Context,
  tx: Transaction,
  { invoice, isDraft, prefix }: CheckedInvoice,
  sending: { readonly id: string; readonly requestedBy: string } | null,
): Promise<boolean> {
  if (!(await insertInvoice(tx, invoice))) return false
  // The order of the link's payments: one that a charge of the host has would get their money.
  if (invoice.channel === 'midtrans' && (await findPaymentByOrder(tx, invoice.merchant, invoice.orderId)))
    throw taken(`${invoice.orderId} is the order id of a payment.`)
  const written = await findInvoice(tx, invoice.id)
  assert(written, 'an invoice is not there in the transaction that wrote it')

  const created = changed(written, {})
  const isSent = invoice.channel === 'local' && !isDraft
  const last = isSent ? changed(created, { issued_at: invoice.at }) : created
  await updateInvoice(tx, last, invoice.at)
  if (sending !== null) await writeCreation(context, tx, written, sending)
  const told = [
    historyRow(written, created, 'invoice.created', BY_PERSON),
    ...(isSent ? [historyRow(created, last, 'invoice.sent', BY_PERSON)] : []),
  ]
  const draw = invoice.number === null ? () => drawNext(tx, invoice, prefix) : async () => {}
  // Last, so that others wait for the series no longer than a commit takes; before them only for handlers that run in this very transaction and are shown the number.
  const isShown = told.some(({ type }) => type !== null && context.handlers.hasWithin(type))
  if (isShown) await draw()
  await tell(context, tx, told)
  if (!isShown) await draw()
  return true
}

async function drawNext(
  tx: Transaction,
  { id, merchant }: { readonly id: string; readonly merchant: string },
  prefix: string,
): Promise<void> {
  try {
    await tx.savepoint(() => drawNumber(tx, { id, merchant, prefix }))
  } catch (error) {
    // 23505 unique_violation: somebody has chosen this number by hand.
    if (sqlState(error) !== '23505') throw error
    await stepOverTaken(tx, merchant, prefix)
    await drawNumber(tx, { id, merchant, prefix })
  }
}

async function earlier(context: Context, { invoice }: CheckedInvoice): Promise<Invoice> {
  const row = await findInvoiceByOrder(context.database, invoice.merchant, invoice.orderId)
  if (!row) throw taken(`The number ${invoice.number} belongs to another invoice.`)
  if (!isEqual(row, invoice.requestDigest)) throw taken(`${invoice.orderId} is another invoice’s order id.`)
  return toInvoiceView(row, context.clock.now())
}

function isEqual(row: InvoiceRow, digest: Uint8Array): boolean {
  return row.request_digest.equals(digest)
}

function taken(because: string): BayarError {
  return new BayarError('invoice_taken', because)
}
