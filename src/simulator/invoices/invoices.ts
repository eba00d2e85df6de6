import type { WorldClock } from '../clock.ts'
import type { Random } from '../random.ts'

/**
 * Invoices and quotations (docs/midtrans/protocol.md §12). A `virtual_account` invoice opens its numbers at once, each a transaction under the invoice's order id; a `payment_link` invoice opens a page
 * where the customer chooses; a quotation opens nothing until it is converted. What an invoice is follows from its transactions and the due date, so nothing can disagree with them.
 */
export interface Invoice {
  /** 24 hex characters. */
  readonly id: string
  readonly orderId: string
  readonly grossAmount: number
  readonly publishedMs: number
  readonly paymentType: 'payment_link' | 'virtual_account'
  documentType: 'invoice' | 'quotation'
  /** Until when a quotation is valid; of an invoice, when it is due. */
  dueMs: number
  request: Readonly<Record<string, unknown>>
  payments: Payments
  /** How it was ended by request. */
  ended: Ending | null
}

export type Ending = 'voided' | 'cancelled' | 'rejected'

/** Where it can be paid. */
export interface Payments {
  /** What was opened at once, by the name the merchant gave it. */
  readonly accounts: readonly { readonly name: string; readonly transactionId: string }[]
  /** The page of a `payment_link` invoice. */
  readonly checkoutToken: string | null
}

export const NO_PAYMENTS: Payments = { accounts: [], checkoutToken: null }

export type NewInvoice = Omit<Invoice, 'publishedMs' | 'ended'>

export class Invoices {
  readonly #clock: WorldClock
  readonly #random: Random
  readonly #byId = new Map<string, Invoice>()
  readonly #byOrderId = new Map<string, Invoice>()
  onChange: (invoice: Invoice) => void = () => {}

  constructor(clock: WorldClock, random: Random) {
    this.#clock = clock
    this.#random = random
  }

  drawId(): string {
    return this.#random.uuid().replaceAll('-', '').slice(0, 24)
  }

  open(asked: NewInvoice): Invoice {
    const invoice: Invoice = { ...asked, publishedMs: this.#clock.nowMs(), ended: null }
    this.restore(invoice)
    this.onChange(invoice)
    return invoice
  }

  restore(invoice: Invoice): void {
    this.#byId.set(invoice.id, invoice)
    this.#byOrderId.set(invoice.orderId, invoice)
  }

  find(id: string): Invoice | undefined {
    return this.#byId.get(id)
  }

  ofOrder(orderId: string): Invoice | undefined {
    return this.#byOrderId.get(orderId)
  }

  all(): Iterable<Invoice> {
    return this.#byId.values()
  }

  end(invoice: Invoice, how: Ending): void {
    invoice.ended = how
    this.onChange(invoice)
  }

  /** A quotation that the customer agreed to. */
  convert(invoice: Invoice, converted: Pick<Invoice, 'dueMs' | 'request' | 'payments'>): void {
    Object.assign(invoice, converted, { documentType: 'invoice' })
    this.onChange(invoice)
  }
}
