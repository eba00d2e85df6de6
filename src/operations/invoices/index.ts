/** `bayar.invoices`: what customers are asked for in writing. Host code is staff: it sets prices and withdraws. */
import { endOfJakartaDay } from '../../domain/jakarta-time.ts'
import { invalidRequest } from '../../errors.ts'
import { readHistory } from '../../store/events.ts'
import type { InvoiceRow } from '../../store/invoices.ts'
import { type InvoiceFilter as DueFilter, listInvoices } from '../../store/list-invoices.ts'
import { findOwnedPayments } from '../../store/owned-payments.ts'
import type { Context } from '../context.ts'
import { readIdCursor } from '../id-cursor.ts'
import { mapPage, type Page, type PageAsked, readPage } from '../page.ts'
import { type HistoryEntry, toHistoryEntry } from '../payments/index.ts'
import { type Payment, toPaymentView } from '../payments/payment-view.ts'
import { type CreatedInvoice, createInvoice } from './create-invoice.ts'
import { type CreditNote, creditNotesOf, printCreditNote } from './credit-notes.ts'
import { type InvoiceReference, lookForInvoice, mustFindInvoice } from './find-invoice.ts'
import type { CreateInvoiceInput } from './invoice-input.ts'
import { type Invoice, toInvoiceView } from './invoice-view.ts'
import { type IssueInvoiceInput, issueInvoice } from './issue-invoice.ts'
import { type MarkedOverdue, type MarkOverdueOptions, markOverdueInvoices } from './mark-overdue-invoices.ts'
import {
  type CheckedOutInvoice,
  type CheckoutInvoiceInput,
  checkoutInvoice,
  type PaidInvoice,
  type PayInvoiceInput,
  payInvoice,
} from './pay-invoice.ts'
import type { InvoicePdfOptions } from './pdf/invoice-pdf.ts'
import { printInvoice } from './print-invoice.ts'
import { type RefreshInvoiceInput, refreshInvoice } from './refresh-invoice.ts'
import { type VoidInvoiceInput, voidInvoice } from './void-invoice.ts'

export interface InvoiceFilter extends Omit<DueFilter, 'dueFrom' | 'dueTo'> {
  /** Due on this day in Jakarta or later. */
  readonly dueFrom?: string
  /** Due on this day or earlier. */
  readonly dueTo?: string
}

export interface Invoices {
  /** Writes it, and unless it is a draft makes it the customer's: through the Invoicing API, or as a `local` one. */
  create(input: CreateInvoiceInput): Promise<Invoice>
  /** Like `create`, and says whether this call made it or an equal one before it. */
  createOnce(input: CreateInvoiceInput, by?: string): Promise<CreatedInvoice>
  /** A draft becomes the customer's; also one whose sending nobody knows the outcome of is sent again. */
  issue(invoice: InvoiceReference, input?: IssueInvoiceInput, by?: string): Promise<Invoice>
  find(invoice: InvoiceReference): Promise<Invoice | undefined>
  list(
    query?: PageAsked & { readonly filter?: InvoiceFilter; readonly descending?: boolean },
  ): Promise<Page<Invoice>>
  history(invoice: InvoiceReference): Promise<readonly HistoryEntry[]>
  /** Those that pay it, or tried to. */
  payments(invoice: InvoiceReference): Promise<readonly Payment[]>
  /** Begins a payment of what is left, by a method of your choice; for local invoices. */
  pay(invoice: InvoiceReference, input: PayInvoiceInput, by?: string): Promise<PaidInvoice>
  /** A hosted page for what is left, where the customer chooses the method; for local invoices. */
  checkout(invoice: InvoiceReference, input?: CheckoutInvoiceInput, by?: string): Promise<CheckedOutInvoice>
  /** Withdraws it, at Midtrans too. One of which anything was received stays. */
  void(invoice: InvoiceReference, input?: VoidInvoiceInput, by?: string): Promise<Invoice>
  /** Reads it again at Midtrans, and asks about payments that are under way. */
  refresh(invoice: InvoiceReference, input?: RefreshInvoiceInput): Promise<Invoice>
  /** As a PDF; needs the package `pdfkit`. */
  pdf(invoice: InvoiceReference, options?: InvoicePdfOptions): Promise<Uint8Array>
  /** One for each refund of it, a moment after the money went back. */
  creditNotes(invoice: InvoiceReference): Promise<readonly CreditNote[]>
  creditNotePdf(
    invoice: InvoiceReference,
    creditNoteNumber: string,
    options?: InvoicePdfOptions,
  ): Promise<Uint8Array>
  /** Marks drafts and sent ones whose due day is over, and tells each once. */
  markOverdue(options?: MarkOverdueOptions): Promise<MarkedOverdue>
}

const HOST = 'host'

export function bindInvoices(context: () => Promise<Context>, reading: () => Promise<Context>): Invoices {
  const aboutIn =
    (open: () => Promise<Context>) =>
    async (reference: InvoiceReference): Promise<[Context, InvoiceRow]> => {
      const at = await open()
      return [at, await mustFindInvoice(at, reference)]
    }
  const about = aboutIn(context)
  const readAbout = aboutIn(reading)
  return {
    create: async (input) => (await createInvoice(await context(), input, HOST)).invoice,
    createOnce: async (input, by = HOST) => createInvoice(await context(), input, by),
    issue: async (reference, input = {}, by = HOST) => issueInvoice(...(await about(reference)), input, by),
    async find(reference) {
      const at = await reading()
      const row = await lookForInvoice(at, reference)
      return row && toInvoiceView(row, at.clock.now())
    },
    async list({ filter = {}, descending = true, ...asked } = {}) {
      const at = await reading()
      const days = readDays(filter)
      const page = await readPage(
        asked,
        (row: InvoiceRow) => row.id,
        ({ position, isBackward, limit }) =>
          listInvoices(at.database, {
            filter: days,
            after: readIdCursor(position),
            limit,
            descending: descending !== isBackward,
          }),
      )
      return mapPage(page, (row) => toInvoiceView(row, at.clock.now()))
    },
    async history(reference) {
      const [at, row] = await readAbout(reference)
      return (await readHistory(at.database, row.id)).map(toHistoryEntry)
    },
    async payments(reference) {
      const [at, row] = await readAbout(reference)
      return (await findOwnedPayments(at.database, row.id)).map(toPaymentView)
    },
    pay: async (reference, input, by = HOST) => payInvoice(...(await about(reference)), input, by),
    checkout: async (reference, input = {}, by = HOST) =>
      checkoutInvoice(...(await about(reference)), input, by),
    void: async (reference, input = {}, by = HOST) => voidInvoice(...(await about(reference)), input, by),
    refresh: async (reference, input = {}) => refreshInvoice(...(await about(reference)), input),
    pdf: async (reference, options = {}) => printInvoice(...(await readAbout(reference)), options),
    creditNotes: async (reference) => creditNotesOf(...(await readAbout(reference))),
    creditNotePdf: async (reference, number, options = {}) =>
      printCreditNote(...(await readAbout(reference)), number, options),
    markOverdue: async (options = {}) => markOverdueInvoices(await context(), options),
  }
}

function readDays({ dueFrom, dueTo, ...filter }: InvoiceFilter): DueFilter {
  const endOf = (field: string, day: string | undefined): Date | undefined => {
    if (day === undefined) return undefined
    const end = endOfJakartaDay(day)
    if (end === undefined) throw invalidRequest([{ field, reason: 'must be a day, e.g. 2026-03-31' }])
    return end
  }
  const [from, to] = [endOf('due_from', dueFrom), endOf('due_to', dueTo)]
  return {
    ...filter,
    // What falls due on a day does so at its end.
    ...(from && { dueFrom: from }),
    ...(to && { dueTo: to }),
  }
}
