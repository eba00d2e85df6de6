import type { PaymentStatus } from '../domain/payment-status.ts'
import type { Queryable } from './database.ts'
import { type PaymentRow, viewWith } from './payments.ts'

export interface PaymentFilter {
  readonly merchant?: string
  readonly orderId?: string
  readonly orderIdPrefix?: string
  readonly transactionId?: string
  readonly emailPrefix?: string
  readonly userId?: string
  /** What it belongs to: an invoice, a subscription. */
  readonly ownerId?: string
  /** Only those of subscriptions and top-ups. */
  readonly isOfBilling?: boolean
  readonly paymentType?: string
  readonly status?: PaymentStatus
  readonly createdFrom?: Date
  readonly createdTo?: Date
  readonly amountFrom?: bigint
  readonly amountTo?: bigint
}

export const PAYMENT_SORTS = ['created', 'amount', 'settled'] as const
export type PaymentSort = (typeof PAYMENT_SORTS)[number]

export interface PaymentPage {
  readonly filter: PaymentFilter
  readonly sort: PaymentSort
  readonly descending: boolean
  /** The last row of the page before: its sort value and id. */
  readonly after: { readonly value: string; readonly id: string } | null
  readonly limit: number
}

/** Ids are time-ordered: sorting by creation walks the primary key. One row more than asked tells whether there is a next page. */
export async function listPayments(
  database: Queryable,
  page: PaymentPage,
): Promise<readonly ListedPaymentRow[]> {
  const params: unknown[] = []
  const given = (value: unknown) => `$${params.push(value)}`
  const where: string[] = []
  const { filter } = page
  if (filter.merchant !== undefined) where.push(`p.merchant = ${given(filter.merchant)}`)
  if (filter.orderId !== undefined) where.push(`p.order_id = ${given(filter.orderId)}`)
  if (filter.orderIdPrefix !== undefined)
    where.push(`p.order_id like ${given(`${escapeLike(filter.orderIdPrefix)}%`)}`)
  if (filter.transactionId !== undefined) {
    where.push(
      `p.id in (select payment_id from bayar.attempts where transaction_id = ${given(filter.transactionId)})`,
    )
  }
  if (filter.emailPrefix !== undefined)
    where.push(`lower(p.customer_email) like ${given(`${escapeLike(filter.emailPrefix.toLowerCase())}%`)}`)
  if (filter.ownerId !== undefined) where.push(`p.owner_id = ${given(filter.ownerId)}`)
  // As its index has it.
  if (filter.isOfBilling) where.push(`p.owner in ('subscription', 'topup')`)
  if (filter.userId !== undefined) where.push(`p.user_id = ${given(filter.userId)}`)
  if (filter.paymentType !== undefined) where.push(`p.payment_type = ${given(filter.paymentType)}`)
  if (filter.status !== undefined) where.push(`coalesce(p.presumed, p.status) = ${given(filter.status)}`)
  if (filter.createdFrom !== undefined) where.push(`p.created_at >= ${given(filter.createdFrom)}`)
  if (filter.createdTo !== undefined) where.push(`p.created_at < ${given(filter.createdTo)}`)
  if (filter.amountFrom !== undefined) where.push(`p.gross_amount >= ${given(filter.amountFrom)}`)
  if (filter.amountTo !== undefined) where.push(`p.gross_amount <= ${given(filter.amountTo)}`)
  const { columns, beside } = SORTS[page.sort]
  if (page.after !== null) {
    const { value, id } = page.after
    const from = columns.map(({ type, of }) => `${given(of === 'id' ? id : value)}::${type}`)
    const names = columns.map(({ name }) => name)
    where.push(`(${names.join(', ')}) ${page.descending ? '<' : '>'} (${from.join(', ')})`)
  }
  const order = columns.map(({ name }) => `${name} ${page.descending ? 'desc' : 'asc'}`)
  const { rows } = await database.query<ListedPaymentRow>(
    `${viewWith(SORTS[page.sort].key)} ${beside} ${where.length > 0 ? `where ${where.join(' and ')}` : ''} order by ${order.join(', ')} limit ${given(page.limit + 1)}`,
    params,
  )
  return rows
}

export interface ListedPaymentRow extends PaymentRow {
  /** What it was sorted by, for the next page. */
  readonly sort_key: string
}

interface Sort {
  readonly columns: readonly {
    readonly name: string
    readonly type: string
    readonly of: 'value' | 'id'
  }[]
  readonly key: string
  /** What is joined. */
  readonly beside: string
}

/** Each walks an index that is there for another reason. By settlement: the rows of history that told it, whose ids are time-ordered; there is one for each payment that was ever paid. */
// biome-ignore format: a table is read in columns
const SORTS: Readonly<Record<PaymentSort, Sort>> = {
  created: { key: 'p.id',           beside: '', columns: [{ name: 'p.id', type: 'uuid', of: 'id' }] },
  amount:  { key: 'p.gross_amount', beside: '', columns: [{ name: 'p.gross_amount', type: 'bigint', of: 'value' }, { name: 'p.id', type: 'uuid', of: 'id' }] },
  settled: { key: 's.id',           beside: `join bayar.events s on s.subject_id = p.id and s.type = 'payment.settled'`, columns: [{ name: 's.id', type: 'uuid', of: 'value' }] },
}

function escapeLike(text: string): string {
  return text.replace(/[\\%_]/g, '\\$&')
}
