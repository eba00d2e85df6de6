/** Reads an invoice again at Midtrans, and lets each follow the other: paid and withdrawn in the dashboard here, withdrawn here there. */
import { VOIDABLE } from '../../domain/invoice.ts'
import { uuidv7 } from '../../domain/uuid.ts'
import { assert, BayarError, invalidRequest } from '../../errors.ts'
import type { InvoiceFacts } from '../../gateway/read-invoice.ts'
import type { Transaction } from '../../store/database.ts'
import { endInvoiceIntent, findOpenInvoiceIntent } from '../../store/invoice-intents.ts'
import { findInvoice, type InvoiceChange, type InvoiceRow, lockInvoice } from '../../store/invoices.ts'
import type { Context } from '../context.ts'
import { refusedBecause } from '../payments/gateway-refusal.ts'
import { refuseInsideTransaction } from '../payments/run-intent.ts'
import { changeInvoice, type InvoiceCause } from './change-invoice.ts'
import { askAboutOpen } from './end-open-payments.ts'
import { type Invoice, toInvoiceView } from './invoice-view.ts'
import { bringPaidToLight } from './paid-at-midtrans.ts'
import { inProgress } from './run-invoice-intent.ts'
import { becomeSent, factsOf, toldColumns } from './send-creation.ts'
import { becomeVoid } from './void-invoice.ts'

export interface RefreshInvoiceInput {
  /** Midtrans's id of it, from the dashboard: for one that was sent and whose answer was lost. */
  readonly midtransInvoiceId?: string
}

export async function refreshInvoice(
  context: Context,
  row: InvoiceRow,
  input: RefreshInvoiceInput = {},
): Promise<Invoice> {
  context.handlers.assertComplete()
  refuseInsideTransaction()
  await askAboutOpen(context, row.id)
  if (row.channel === 'midtrans') await askMidtrans(context, row, input)
  const now = await findInvoice(context.database, row.id)
  assert(now, 'an invoice that was read again is gone')
  return toInvoiceView(now, context.clock.now())
}

async function askMidtrans(
  context: Context,
  row: InvoiceRow,
  { midtransInvoiceId }: RefreshInvoiceInput,
): Promise<void> {
  const { merchant } = row
  const id = row.midtrans_id ?? midtransInvoiceId
  if (id === undefined) {
    if (row.last_state === 'sent') throw inProgress(row)
    return
  }
  const answer = await context.gateway.getInvoice({ merchant }, id)
  if (answer.class === 'absent') throw new BayarError('invoice_not_found', `Midtrans has no invoice ${id}.`)
  if (answer.class === 'rejected')
    throw refusedBecause(answer, { order_id: row.order_id, invoice_id: row.id })
  const facts = answer.class === 'done' ? factsOf(answer) : undefined
  if (!facts) throw new BayarError('gateway_unavailable', answer.message)
  if (facts.orderId !== row.order_id)
    throw invalidRequest([{ field: 'midtrans_invoice_id', reason: `is the invoice of ${facts.orderId}` }])

  await context.database.transaction((tx) => follow(context, tx, row.id, facts, answer.document))
  context.wake()
  if (facts.told === 'paid') await bringPaidToLight(context, row)
  if (facts.told === 'owed') await withdrawThere(context, row.id, facts.id)
}

async function follow(
  context: Context,
  tx: Transaction,
  id: string,
  facts: InvoiceFacts,
  document: Uint8Array | null,
): Promise<void> {
  const invoice = await lockInvoice(tx, id)
  assert(invoice, 'an invoice that was read again is gone')
  const cause: InvoiceCause = { source: 'look_up', paymentId: null, notificationId: null, document }
  if (invoice.midtrans_id === null) {
    const creation = await findOpenInvoiceIntent(tx, id)
    if (creation) await endInvoiceIntent(tx, creation.id, 'done')
    return becomeSent(context, tx, invoice, facts, document)
  }
  const told = toldColumns(facts)
  if (facts.told === 'voided' && VOIDABLE.has(invoice.status))
    return becomeVoid(context, tx, { ...invoice, ...told }, 'Withdrawn at Midtrans.', cause)
  if (differs(invoice, told)) await changeInvoice(context, tx, invoice, told, { event: null, cause })
}

function differs(invoice: InvoiceRow, told: InvoiceChange): boolean {
  return Object.entries(told).some(([column, value]) => {
    const before = invoice[column as keyof InvoiceRow]
    return typeof value === 'object' ? JSON.stringify(before) !== JSON.stringify(value) : before !== value
  })
}

/** Void here, and a customer could still pay it there. */
async function withdrawThere(context: Context, id: string, midtransId: string): Promise<void> {
  const invoice = await findInvoice(context.database, id)
  if (invoice?.status !== 'void') return
  const { merchant } = invoice
  const answer = await context.gateway.voidInvoice({ merchant, key: uuidv7() }, midtransId)
  if (answer.class !== 'done')
    context.log.warn('an invoice is void here, and Midtrans did not withdraw it', {
      invoice_id: id,
      code: answer.code,
    })
}
