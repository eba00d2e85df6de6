/** `bayar.payments`: the verbs, bound to an instance. Host code is staff: it may set prices and command. */

import type { ReviewReason } from '../../domain/events.ts'
import { parseRupiah, toNumber } from '../../domain/money.ts'
import { isUuid } from '../../domain/uuid.ts'
import { BayarError } from '../../errors.ts'
import type { EventRow } from '../../store/events.ts'
import { readHistory } from '../../store/events.ts'
import {
  findPayment,
  findPaymentByOrder,
  listPayments,
  type PaymentFilter,
  type PaymentRow,
  type PaymentSort,
} from '../../store/payments.ts'
import type { Context } from '../context.ts'
import { mapPage, type Page, type PageAsked, readPage } from '../page.ts'
import type { ChargeInput } from './charge-input.ts'
import { type Charged, chargePayment } from './charge-payment.ts'
import { type Checked, checkPayment } from './check-payment.ts'
import { cancelPayment, expirePayment, type PaymentName } from './command-payment.ts'
import { listOpen, type Review, reviewsOf } from './list-reviews.ts'
import { type Payment, toPaymentView } from './payment-view.ts'
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
  cancel(payment: PaymentReference, by?: string): Promise<Payment>
  expire(payment: PaymentReference, by?: string): Promise<Payment>
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

export function bindPayments(context: () => Promise<Context>): Payments {
  return {
    charge: async (input) => (await chargePayment(await context(), input, HOST)).payment,
    chargeOnce: async (input, by = HOST) => chargePayment(await context(), input, by),
    async find(reference) {
      const at = await context()
      const { merchant, orderId } = nameOf(at, reference)
      const row = await findPaymentByOrder(at.database, merchant, orderId)
      return row && toPaymentView(row)
    },
    async findById(id) {
      const row = isUuid(id) ? await findPayment((await context()).database, id) : undefined
      return row && toPaymentView(row)
    },
    list: async (query = {}) => listPage(await context(), query),
    async history(reference) {
      const at = await context()
      const { merchant, orderId } = nameOf(at, reference)
      const row = await findPaymentByOrder(at.database, merchant, orderId)
      if (!row) throw new BayarError('payment_not_found', orderId)
      return (await readHistory(at.database, row.id)).map(toHistoryEntry)
    },
    async reviews(reference) {
      const at = await context()
      const row = await findPaymentByOrder(
        at.database,
        nameOf(at, reference).merchant,
        nameOf(at, reference).orderId,
      )
      if (!row) throw new BayarError('payment_not_found', nameOf(at, reference).orderId)
      return reviewsOf(at, row)
    },
    openReviews: async (page = {}) => listOpen(await context(), page),
    async checkStatus(reference) {
      const at = await context()
      return checkPayment(at, nameOf(at, reference))
    },
    async cancel(reference, by = HOST) {
      const at = await context()
      return cancelPayment(at, nameOf(at, reference), by)
    },
    async expire(reference, by = HOST) {
      const at = await context()
      return expirePayment(at, nameOf(at, reference), by)
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

async function listPage(context: Context, query: PaymentQuery): Promise<Page<Payment>> {
  const descending = query.descending ?? true
  const page = await readPage(
    query,
    (row: PaymentRow) => `${row.gross_amount}_${row.id}`,
    ({ position, isBackward, limit }) =>
      listPayments(context.database, {
        filter: query.filter ?? {},
        sort: query.sort ?? 'created',
        descending: descending !== isBackward,
        after: position === null ? null : readCursor(position),
        limit,
      }),
  )
  return mapPage(page, toPaymentView)
}

/** Where a page begins, as the page before named it. */
function readCursor(text: string): { value: string; id: string } {
  const [value = '', id = ''] = text.split('_')
  if (parseRupiah(value) === undefined || !isUuid(id)) {
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
