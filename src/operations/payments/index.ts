/** `bayar.payments`: the verbs, bound to an instance. Host code is staff: it may set prices and command. */

import type { ReviewReason } from '../../domain/events.ts'
import { parseRupiah, toNumber } from '../../domain/money.ts'
import { isUuid } from '../../domain/uuid.ts'
import { BayarError, type Problem } from '../../errors.ts'
import type { EventRow } from '../../store/events.ts'
import { readHistory } from '../../store/events.ts'
import type { HostsTransaction } from '../../store/host-transaction.ts'
import {
  type ListedPaymentRow,
  listPayments,
  type PaymentFilter,
  type PaymentSort,
} from '../../store/list-payments.ts'
import { findPayment, findPaymentByOrder, type PaymentRow } from '../../store/payments.ts'
import { readRefunds } from '../../store/refunds.ts'
import type { Context } from '../context.ts'
import { mapPage, type Page, type PageAsked, readPage } from '../page.ts'
import { type Adopted, type AdoptInput, adoptPayment } from './adopt-payment.ts'
import type { ChargeInput } from './charge-input.ts'
import { type Charged, chargePayment } from './charge-payment.ts'
import { type Checked, checkPayment } from './check-payment.ts'
import type { CheckoutInput } from './checkout-input.ts'
import { type CheckoutPage, findCheckoutPage, findOpenPage } from './checkout-page.ts'
import { type CheckedOut, checkoutPayment } from './checkout-payment.ts'
import type { CaptureInput, CommandInput } from './command-input.ts'
import {
  approvePayment,
  cancelPayment,
  capturePayment,
  denyPayment,
  expirePayment,
} from './command-payment.ts'
import { listOpen, type Review, reviewsOf } from './list-reviews.ts'
import { type Asking, mistakesIn } from './mistakes.ts'
import type { PaymentName } from './payment-name.ts'
import { type Payment, toPaymentView } from './payment-view.ts'
import { type PossibleRequest, possibleRequests } from './possible-requests.ts'
import { type Prepared, preparePayment, submitPayment } from './prepare-payment.ts'
import type { RefundInput } from './refund-input.ts'
import { type Refunded, refundPayment } from './refund-payment.ts'
import { type RefundedToWallet, type RefundToWalletInput, refundToWallet } from './refund-to-wallet.ts'
import { type Refund, toRefundView } from './refund-view.ts'
import { resolveReview } from './resolve-review.ts'

/** An order id, or one together with the account it belongs to. */
export type PaymentReference = string | { readonly orderId: string; readonly merchant?: string }

export interface PaymentQuery extends PageAsked {
  readonly filter?: PaymentFilter
  readonly sort?: PaymentSort
  readonly descending?: boolean
}

export type { Page } from '../page.ts'

export interface HistoryEntry {
  readonly id: string
  readonly sequence: number
  /** null when nobody was told. */
  readonly event: string | null
  readonly from: string
  readonly to: string
  readonly previous: string
  readonly status: string
  readonly moneyDelta: number
  readonly netAmount: number
  readonly reviewReason: string | null
  readonly source: string
  readonly notificationId: string | null
  readonly at: Date
}

export interface Payments {
  charge(input: ChargeInput): Promise<Payment>
  /** Like `charge`, and says whether this call made it or an equal one before it. */
  chargeOnce(input: ChargeInput, by?: string): Promise<Charged>
  /** A hosted page (Snap) where the customer chooses how to pay: send them to `redirectUrl`, or open `token` with Snap's script. */
  checkout(input: CheckoutInput, by?: string): Promise<CheckedOut>
  /** The last page that was made for it; null when there is none. */
  checkoutPage(payment: PaymentReference): Promise<CheckoutPage | null>
  /**
   * Writes a charge in your own transaction (pg, Drizzle, Kysely, Prisma), and sends nothing: it commits with your rows, or is never made. Afterwards `submit` sends it; a
   * worker does if you do not.
   */
  prepare(input: ChargeInput, options: { readonly tx: HostsTransaction }, by?: string): Promise<Prepared>
  /** Sends what was prepared, after your transaction has committed. */
  submit(payment: PaymentReference): Promise<Payment>
  /** Takes in an order that was never charged here. Midtrans is asked how it stands, and it must cost what you say. */
  adopt(input: AdoptInput): Promise<Adopted>
  find(payment: PaymentReference): Promise<Payment | undefined>
  /** By our own id. */
  findById(id: string): Promise<Payment | undefined>
  list(query?: PaymentQuery): Promise<Page<Payment>>
  history(payment: PaymentReference): Promise<readonly HistoryEntry[]>
  /** What waits, or waited, for a person's decision. */
  reviews(payment: PaymentReference): Promise<readonly Review[]>
  /** Everything that waits for one, newest first. */
  openReviews(page?: PageAsked): Promise<Page<Review>>
  /** Asks Midtrans, applies what it says, and returns the payment. */
  checkStatus(payment: PaymentReference): Promise<Checked>
  /**
   * Ends it at Midtrans: every way of paying it that waits, and the hosted page, so that nobody can pay it any more. A captured card is voided. Beside one that was paid, name the transaction that is to
   * be cancelled.
   */
  cancel(payment: PaymentReference, input?: CommandInput, by?: string): Promise<Payment>
  /** The same, as if its time were over. */
  expire(payment: PaymentReference, input?: CommandInput, by?: string): Promise<Payment>
  /** Takes what a card or wallet has reserved, or a part of it. */
  capture(payment: PaymentReference, input?: CaptureInput, by?: string): Promise<Payment>
  /** Takes a card payment that the fraud engine put on hold. */
  approve(payment: PaymentReference, input?: CommandInput, by?: string): Promise<Payment>
  /** Refuses a card payment that the fraud engine put on hold. */
  deny(payment: PaymentReference, input?: CommandInput, by?: string): Promise<Payment>
  /**
   * Gives money back: all that is left, or `amount` of it. Look at `refund.status`: `confirmed` is done; `reserved` means that Midtrans gave no clear answer and is being asked, and
   * is never asked for again under another key.
   */
  refund(payment: PaymentReference, input?: RefundInput, by?: string): Promise<Refunded>
  /**
   * Gives money back into the user's wallet instead, at once and by any method: it counts against what may still be refunded. The payment's own amounts stay, because the money is still with you.
   */
  refundToWallet(
    payment: PaymentReference,
    input?: RefundToWalletInput,
    by?: string,
  ): Promise<RefundedToWallet>
  /** Every refund of it, those made in Midtrans's dashboard too. */
  refunds(payment: PaymentReference): Promise<readonly Refund[]>
  /** Every mistake in what would be asked, without asking it; empty when there is none. */
  mistakes(asking: Asking, input: object): Promise<readonly Problem[]>
  /** What may be asked of it now, and why not the rest. */
  possible(payment: PaymentReference): Promise<readonly PossibleRequest[]>
  resolveReview(decision: {
    readonly payment: PaymentReference
    readonly reason: ReviewReason
    readonly transactionId?: string
    readonly decision: 'accept' | 'dismiss'
    readonly because: string
    readonly by?: string
  }): Promise<Payment>
}

const HOST = 'host'

export function bindPayments(context: () => Promise<Context>, reading: () => Promise<Context>): Payments {
  return {
    charge: async (input) => (await chargePayment(await context(), input, HOST)).payment,
    chargeOnce: async (input, by = HOST) => chargePayment(await context(), input, by),
    checkout: async (input, by = HOST) => checkoutPayment(await context(), input, by),
    async checkoutPage(reference) {
      const at = await reading()
      return findCheckoutPage(at, await rowOf(at, reference))
    },
    prepare: async (input, { tx }, by = HOST) => preparePayment(await context(), input, tx, by),
    async submit(reference) {
      const at = await context()
      return submitPayment(at, nameOf(at, reference))
    },
    adopt: async (input) => adoptPayment(await context(), input),
    async find(reference) {
      const at = await reading()
      const { merchant, orderId } = nameOf(at, reference)
      const row = await findPaymentByOrder(at.database, merchant, orderId)
      return row && toPaymentView(row)
    },
    async findById(id) {
      const row = isUuid(id) ? await findPayment((await reading()).database, id) : undefined
      return row && toPaymentView(row)
    },
    list: async (query = {}) => listPage(await reading(), query),
    async history(reference) {
      const at = await reading()
      const row = await rowOf(at, reference)
      return (await readHistory(at.database, row.id)).map(toHistoryEntry)
    },
    async reviews(reference) {
      const at = await reading()
      return reviewsOf(at, await rowOf(at, reference))
    },
    openReviews: async (page = {}) => listOpen(await reading(), page),
    async checkStatus(reference) {
      const at = await context()
      return checkPayment(at, nameOf(at, reference))
    },
    async cancel(reference, input = {}, by = HOST) {
      const at = await context()
      return cancelPayment(at, nameOf(at, reference), input, by)
    },
    async expire(reference, input = {}, by = HOST) {
      const at = await context()
      return expirePayment(at, nameOf(at, reference), input, by)
    },
    async capture(reference, input = {}, by = HOST) {
      const at = await context()
      return capturePayment(at, nameOf(at, reference), input, by)
    },
    async approve(reference, input = {}, by = HOST) {
      const at = await context()
      return approvePayment(at, nameOf(at, reference), input, by)
    },
    async deny(reference, input = {}, by = HOST) {
      const at = await context()
      return denyPayment(at, nameOf(at, reference), input, by)
    },
    async refund(reference, input = {}, by = HOST) {
      const at = await context()
      return refundPayment(at, nameOf(at, reference), input, by)
    },
    async refundToWallet(reference, input = {}, by = HOST) {
      const at = await context()
      return refundToWallet(at, nameOf(at, reference), input, by)
    },
    async refunds(reference) {
      const at = await reading()
      const row = await rowOf(at, reference)
      return (await readRefunds(at.database, row.id)).map(toRefundView)
    },
    mistakes: async (asking, input) => mistakesIn(await reading(), asking, input),
    async possible(reference) {
      const at = await reading()
      const row = await rowOf(at, reference)
      const [refunds, page] = await Promise.all([
        readRefunds(at.database, row.id),
        findOpenPage(at, at.database, row),
      ])
      return possibleRequests(row, refunds, page !== null)
    },
    async resolveReview({ payment, by = HOST, ...decision }) {
      const at = await context()
      return resolveReview(at, { ...decision, ...nameOf(at, payment), by })
    },
  }
}

function nameOf(context: Context, reference: PaymentReference): PaymentName {
  const { orderId, merchant } =
    typeof reference === 'string' ? { orderId: reference, merchant: undefined } : reference
  return { orderId, merchant: merchant ?? context.rules.merchants[0]?.name ?? 'default' }
}

async function rowOf(context: Context, reference: PaymentReference): Promise<PaymentRow> {
  const { merchant, orderId } = nameOf(context, reference)
  const row = await findPaymentByOrder(context.database, merchant, orderId)
  if (!row) throw new BayarError('payment_not_found', orderId)
  return row
}

async function listPage(context: Context, query: PaymentQuery): Promise<Page<Payment>> {
  const descending = query.descending ?? true
  const page = await readPage(
    query,
    (row: ListedPaymentRow) => `${row.sort_key}_${row.id}`,
    ({ position, isBackward, limit }) =>
      listPayments(context.database, {
        filter: query.filter ?? {},
        sort: query.sort ?? 'created',
        descending: descending !== isBackward,
        after: position === null ? null : readCursor(position, query.sort ?? 'created'),
        limit,
      }),
  )
  return mapPage(page, toPaymentView)
}

/** Where a page begins, as the page before named it. */
function readCursor(text: string, sort: PaymentSort): { value: string; id: string } {
  const [value = '', id = ''] = text.split('_')
  const isOfSort = sort === 'amount' ? parseRupiah(value) !== undefined : isUuid(value)
  if (!isOfSort || !isUuid(id)) {
    throw new BayarError('invalid_request', 'cursor: use `next` of the page before.', {
      details: { problems: [{ field: 'cursor', reason: 'is not one of ours' }] },
    })
  }
  return { value, id }
}

export function toHistoryEntry(row: EventRow): HistoryEntry {
  return {
    id: row.id,
    sequence: row.sequence,
    event: row.type,
    from: row.from_status,
    to: row.to_status,
    previous: row.previous,
    status: row.status,
    moneyDelta: toNumber(row.money_delta),
    netAmount: toNumber(row.net_amount),
    reviewReason: row.review_reason,
    source: row.source,
    notificationId: row.notification_id,
    at: row.occurred_at,
  }
}
