/** One change of an invoice: its row, and the row of its history, told when it has an event. Under the invoice's lock, which comes after its payments'. */
import type { EventType } from '../../domain/events.ts'
import { type InvoiceStatus, moneyEvent, statusOf } from '../../domain/invoice.ts'
import { uuidv7 } from '../../domain/uuid.ts'
import type { Transaction } from '../../store/database.ts'
import { type InvoiceChange, type InvoiceRow, updateInvoice } from '../../store/invoices.ts'
import type { NewEvent } from '../../store/write-events.ts'
import type { Context } from '../context.ts'
import { tell } from '../events/tell.ts'

export interface InvoiceCause {
  readonly source: string
  readonly paymentId: string | null
  readonly notificationId: string | null
  /** What Midtrans said of the invoice itself. */
  readonly document: Uint8Array | null
}

export const BY_PERSON: InvoiceCause = {
  source: 'person',
  paymentId: null,
  notificationId: null,
  document: null,
}
export const BY_CLOCK: InvoiceCause = { ...BY_PERSON, source: 'clock' }

/** The caller wakes the worker after its commit. */
export async function changeInvoice(
  context: Context,
  tx: Transaction,
  invoice: InvoiceRow,
  set: InvoiceChange,
  { event, cause }: { readonly event: EventType | null; readonly cause: InvoiceCause },
): Promise<InvoiceRow> {
  const after = changed(invoice, set)
  await updateInvoice(tx, after, context.clock.now())
  await tell(context, tx, [historyRow(invoice, after, event, cause)])
  return after
}

/** The status follows from everything else, always. */
export function changed(invoice: InvoiceRow, set: InvoiceChange): InvoiceRow {
  const next = { ...invoice, ...set, version: invoice.version + 1 }
  return { ...next, status: statusOfRow(next) }
}

export function historyRow(
  before: { readonly status: InvoiceStatus },
  after: InvoiceRow,
  event: EventType | null,
  cause: InvoiceCause,
): NewEvent {
  return {
    id: uuidv7(),
    subjectId: after.id,
    sequence: after.version,
    type: event,
    previous: before.status,
    status: after.status,
    ...cause,
  }
}

/** Money came or went. */
export async function receiveMoney(
  context: Context,
  tx: Transaction,
  invoice: InvoiceRow,
  received: bigint,
  cause: InvoiceCause,
): Promise<InvoiceRow> {
  if (received === invoice.received_amount) return invoice
  const { status } = changed(invoice, { received_amount: received })
  const event = moneyEvent(
    { status: invoice.status, received: invoice.received_amount },
    { status, received },
  )
  const paidAt = status === 'paid' ? (invoice.paid_at ?? context.clock.now()) : null
  return changeInvoice(context, tx, invoice, { received_amount: received, paid_at: paidAt }, { event, cause })
}

function statusOfRow(row: InvoiceRow): InvoiceStatus {
  return statusOf({
    total: row.total,
    received: row.received_amount,
    issuedAt: row.issued_at,
    overdueAt: row.overdue_at,
    voidedAt: row.voided_at,
  })
}
