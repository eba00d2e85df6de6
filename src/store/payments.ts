import type { AttemptState, Item } from '../domain/payment.ts'
import type { PaymentStatus } from '../domain/payment-status.ts'
import type { Queryable } from './database.ts'

export interface NewPayment {
  readonly id: string
  readonly merchant: string
  readonly orderId: string
  readonly paymentType: string | null
  readonly bank: string | null
  readonly grossAmount: bigint
  readonly openIntentId: string | null
  readonly owner: string | null
  readonly userId: string | null
  readonly customer: { firstName?: string; lastName?: string; email?: string; phone?: string }
  readonly customFields: readonly string[]
  readonly metadata: Readonly<Record<string, unknown>> | null
  readonly items: readonly Item[]
  readonly requestDigest: Uint8Array
  readonly at: Date
  readonly firstCheckAt: Date
}

/**
 * Writes the payment with its items and puts it on the work list. False when the order id is taken. Notices of this order that came before the
 * row are queued again: they were `foreign` only because nobody had asked for the order yet.
 */
export async function insertPayment(tx: Queryable, payment: NewPayment): Promise<boolean> {
  const { rows } = await tx.query<{ id: string }>(
    `with made as (
       insert into bayar.payments (id, merchant, order_id, payment_type, bank, gross_amount, open_intent_id, owner, user_id, customer_first_name,
              customer_last_name, customer_email, customer_phone, custom_fields, metadata, request_digest, created_at, updated_at)
       values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $17)
           on conflict (merchant, order_id) do nothing
       returning id
     ), itemised as (
       insert into bayar.payment_items (payment_id, position, item_id, name, price, quantity, brand, category, merchant_name, url)
       select made.id, i.position, i.id, i.name, i.price, i.quantity, i.brand, i.category, i.merchant_name, i.url
         from made, json_to_recordset($18::json) as i(position int, id text, name text, price bigint, quantity int, brand text, category text,
              merchant_name text, url text)
     ), watched as (
       insert into bayar.open_payments (payment_id, next_check_at) select id, $19 from made
     ), queued as (
       update bayar.notifications n set payment_id = made.id, status = 'received', due_at = $17
         from made where n.payment_id is null and n.order_id = $3 and n.merchant = $2 and n.status = 'foreign'
     )
     select id from made`,
    [
      payment.id,
      payment.merchant,
      payment.orderId,
      payment.paymentType,
      payment.bank,
      payment.grossAmount,
      payment.openIntentId,
      payment.owner,
      payment.userId,
      payment.customer.firstName ?? null,
      payment.customer.lastName ?? null,
      payment.customer.email ?? null,
      payment.customer.phone ?? null,
      payment.customFields,
      payment.metadata === null ? null : JSON.stringify(payment.metadata),
      payment.requestDigest,
      payment.at,
      JSON.stringify(
        payment.items.map((item, index) => ({
          position: index + 1,
          id: item.id ?? null,
          name: item.name,
          price: item.price.toString(),
          quantity: item.quantity,
          brand: item.brand ?? null,
          category: item.category ?? null,
          merchant_name: item.merchantName ?? null,
          url: item.url ?? null,
        })),
      ),
      payment.firstCheckAt,
    ],
  )
  return rows.length > 0
}

/** A notice may have been stored as foreign in the very moment in which its payment was written: each saw the other not yet. By the time that Midtrans has answered, both are there. */
export async function queueForeign(tx: Queryable, paymentId: string, at: Date): Promise<void> {
  await tx.query(
    `update bayar.notifications n set payment_id = p.id, status = 'received', due_at = $2
       from bayar.payments p
      where p.id = $1 and n.payment_id is null and n.order_id = p.order_id and n.merchant = p.merchant and n.status = 'foreign'`,
    [paymentId, at],
  )
}

export interface PaymentRow {
  readonly id: string
  readonly merchant: string
  readonly order_id: string
  readonly version: number
  readonly status: PaymentStatus
  readonly presumed: PaymentStatus | null
  readonly payment_type: string | null
  readonly bank: string | null
  readonly gross_amount: bigint
  readonly currency: string
  readonly refunded_amount: bigint
  readonly net_amount: bigint
  readonly open_intent_id: string | null
  readonly owner: string | null
  readonly user_id: string | null
  readonly customer_first_name: string | null
  readonly customer_last_name: string | null
  readonly customer_email: string | null
  readonly customer_phone: string | null
  readonly custom_fields: readonly string[]
  readonly metadata: Readonly<Record<string, unknown>> | null
  readonly request_digest: Buffer
  readonly created_at: Date
  readonly updated_at: Date
  readonly attempts: readonly AttemptRow[]
  readonly items: readonly ItemRow[]
  readonly open_reviews: readonly string[]
  /** The answer of an open charge is unknown: its outcome is being looked up. */
  readonly outcome_unknown: boolean
}

/** Read as a row, or in JSON with money and times as text. */
export interface AttemptRow {
  readonly id: string
  readonly transaction_id: string
  readonly status: AttemptState['status']
  readonly paid: boolean
  readonly gross_amount: string | bigint
  readonly captured_amount: string | bigint
  readonly refunded_amount: string | bigint
  readonly charged_back_amount: string | bigint
  readonly transaction_status: string
  readonly fraud_status: string | null
  readonly status_code: string
  readonly payment_type: string | null
  readonly transaction_time: string | Date | null
  readonly settlement_time: string | Date | null
  readonly expiry_time: string | Date | null
  readonly instructions: AttemptState['instructions']
}

export interface ItemRow {
  readonly id: string | null
  readonly name: string
  readonly price: string
  readonly quantity: number
  readonly brand: string | null
  readonly category: string | null
  readonly merchant_name: string | null
  readonly url: string | null
}

const BESIDE = `
       coalesce((select array_agg(v.reason order by v.id) from bayar.reviews v where v.payment_id = p.id and v.closed_at is null), '{}') as open_reviews,
       p.open_intent_id is not null and exists (
         select 1 from bayar.intents i where i.id = p.open_intent_id and i.state = 'sent' and i.answer_class is not null) as outcome_unknown`

const VIEW = `
select p.*,
       coalesce((select json_agg(json_build_object('id', a.id, 'transaction_id', a.transaction_id, 'status', a.status, 'paid', a.paid,
                'gross_amount', a.gross_amount::text, 'captured_amount', a.captured_amount::text, 'refunded_amount', a.refunded_amount::text,
                'charged_back_amount', a.charged_back_amount::text, 'transaction_status', a.transaction_status, 'fraud_status', a.fraud_status,
                'status_code', a.status_code, 'payment_type', a.payment_type, 'transaction_time', a.transaction_time,
                'settlement_time', a.settlement_time, 'expiry_time', a.expiry_time, 'instructions', a.instructions) order by a.id)
          from bayar.attempts a where a.payment_id = p.id), '[]') as attempts,
       coalesce((select json_agg(json_build_object('id', i.item_id, 'name', i.name, 'price', i.price::text, 'quantity', i.quantity, 'brand', i.brand,
                'category', i.category, 'merchant_name', i.merchant_name, 'url', i.url) order by i.position)
          from bayar.payment_items i where i.payment_id = p.id), '[]') as items,${BESIDE}
  from bayar.payments p`

export async function findPayment(database: Queryable, id: string): Promise<PaymentRow | undefined> {
  const { rows } = await database.prepared<PaymentRow>('bayar_find_payment', `${VIEW} where p.id = $1`, [id])
  return rows[0]
}

export async function findPaymentByOrder(
  database: Queryable,
  merchant: string,
  orderId: string,
): Promise<PaymentRow | undefined> {
  const { rows } = await database.query<PaymentRow>(`${VIEW} where p.merchant = $1 and p.order_id = $2`, [
    merchant,
    orderId,
  ])
  return rows[0]
}

/** Many at once, for the worker. What hangs on them is read as rows: writing each as JSON costs the server more than finding it. */
export async function findPayments(
  database: Queryable,
  ids: readonly string[],
): Promise<readonly PaymentRow[]> {
  if (ids.length === 1) {
    const payment = await findPayment(database, ids[0]!)
    return payment ? [payment] : []
  }
  const [payments, attempts, items] = await Promise.all([
    database.prepared<Omit<PaymentRow, 'attempts' | 'items'>>(
      'bayar_find_payments',
      `select p.*,${BESIDE} from bayar.payments p where p.id = any ($1::uuid[])`,
      [ids],
    ),
    database.prepared<AttemptRow & { readonly payment_id: string }>(
      'bayar_find_attempts',
      `select a.payment_id, a.id, a.transaction_id, a.status, a.paid, a.gross_amount, a.captured_amount, a.refunded_amount, a.charged_back_amount,
              a.transaction_status, a.fraud_status, a.status_code, a.payment_type, a.transaction_time, a.settlement_time, a.expiry_time, a.instructions
         from bayar.attempts a where a.payment_id = any ($1::uuid[]) order by a.id`,
      [ids],
    ),
    database.prepared<ItemRow & { readonly payment_id: string }>(
      'bayar_find_items',
      `select i.payment_id, i.item_id as id, i.name, i.price::text, i.quantity, i.brand, i.category, i.merchant_name, i.url
         from bayar.payment_items i where i.payment_id = any ($1::uuid[]) order by i.payment_id, i.position`,
      [ids],
    ),
  ])
  const attemptsOf = Map.groupBy(attempts.rows, (attempt) => attempt.payment_id)
  const itemsOf = Map.groupBy(items.rows, (item) => item.payment_id)
  return payments.rows.map((payment) => ({
    ...payment,
    attempts: attemptsOf.get(payment.id) ?? [],
    items: itemsOf.get(payment.id) ?? [],
  }))
}

/** Takes the payment's lock for the rest of the transaction. */
export async function lockPayment(
  tx: Queryable,
  merchant: string,
  orderId: string,
): Promise<string | undefined> {
  const { rows } = await tx.prepared<{ id: string }>(
    'bayar_lock_payment',
    'select id from bayar.payments where merchant = $1 and order_id = $2 for update',
    [merchant, orderId],
  )
  return rows[0]?.id
}

export interface PaymentFilter {
  readonly merchant?: string
  readonly orderId?: string
  readonly orderIdPrefix?: string
  readonly transactionId?: string
  readonly emailPrefix?: string
  readonly userId?: string
  readonly paymentType?: string
  readonly status?: PaymentStatus
  readonly createdFrom?: Date
  readonly createdTo?: Date
  readonly amountFrom?: bigint
  readonly amountTo?: bigint
}

export type PaymentSort = 'created' | 'amount'

export interface PaymentPage {
  readonly filter: PaymentFilter
  readonly sort: PaymentSort
  readonly descending: boolean
  /** The last row of the page before: its sort value and id. */
  readonly after: { readonly value: string; readonly id: string } | null
  readonly limit: number
}

/** Ids are time-ordered: sorting by creation walks the primary key. One row more than asked tells whether there is a next page. */
export async function listPayments(database: Queryable, page: PaymentPage): Promise<readonly PaymentRow[]> {
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
  if (filter.userId !== undefined) where.push(`p.user_id = ${given(filter.userId)}`)
  if (filter.paymentType !== undefined) where.push(`p.payment_type = ${given(filter.paymentType)}`)
  if (filter.status !== undefined) where.push(`coalesce(p.presumed, p.status) = ${given(filter.status)}`)
  if (filter.createdFrom !== undefined) where.push(`p.created_at >= ${given(filter.createdFrom)}`)
  if (filter.createdTo !== undefined) where.push(`p.created_at < ${given(filter.createdTo)}`)
  if (filter.amountFrom !== undefined) where.push(`p.gross_amount >= ${given(filter.amountFrom)}`)
  if (filter.amountTo !== undefined) where.push(`p.gross_amount <= ${given(filter.amountTo)}`)
  const sense = page.descending ? '<' : '>'
  if (page.after !== null) {
    where.push(
      page.sort === 'created'
        ? `p.id ${sense} ${given(page.after.id)}::uuid`
        : `(p.gross_amount, p.id) ${sense} (${given(page.after.value)}::bigint, ${given(page.after.id)}::uuid)`,
    )
  }
  const direction = page.descending ? 'desc' : 'asc'
  const order =
    page.sort === 'created' ? `p.id ${direction}` : `p.gross_amount ${direction}, p.id ${direction}`
  const { rows } = await database.query<PaymentRow>(
    `${VIEW} ${where.length > 0 ? `where ${where.join(' and ')}` : ''} order by ${order} limit ${given(page.limit + 1)}`,
    params,
  )
  return rows
}

function escapeLike(text: string): string {
  return text.replace(/[\\%_]/g, '\\$&')
}
