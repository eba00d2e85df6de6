import type { AttemptState } from '../domain/payment.ts'
import type { PaymentStatus } from '../domain/payment-status.ts'
import type { Queryable } from './database.ts'

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
  readonly owner_id: string | null
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
  /** A charge was sent, and its answer is not known: under way, or lost and being looked up. */
  readonly outcome_unknown: boolean
}

/** As much of it as is shown. */
export type ShownPayment = Omit<PaymentRow, 'open_intent_id' | 'request_digest'>

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
       -- A notice may have named the transaction already: how to pay it stands in the answer, and in nothing else.
       p.status in ('created', 'pending') and p.presumed is null and exists (
         select 1 from bayar.intents i where i.payment_id = p.id and i.command in ('charge', 'checkout') and i.state = 'sent') as outcome_unknown`

const VIEW = viewWith(null)

/** The whole view of a payment; with what a list is sorted by, where there is a list. */
export function viewWith(sortKey: string | null): string {
  return `
select p.*,${sortKey === null ? '' : ` ${sortKey}::text as sort_key,`}
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
}

export async function findPayment(database: Queryable, id: string): Promise<PaymentRow | undefined> {
  const { rows } = await database.prepared<PaymentRow>('bayar_find_payment', `${VIEW} where p.id = $1`, [id])
  return rows[0]
}

/** Which of its kind the payment belongs to. */
export async function readOwnerId(tx: Queryable, id: string): Promise<string | null> {
  const { rows } = await tx.prepared<{ owner_id: string | null }>(
    'bayar_read_owner_id',
    'select owner_id from bayar.payments where id = $1',
    [id],
  )
  return rows[0]?.owner_id ?? null
}

export async function findPaymentByOrder(
  database: Queryable,
  merchant: string,
  orderId: string,
): Promise<PaymentRow | undefined> {
  const { rows } = await database.prepared<PaymentRow>(
    'bayar_find_payment_by_order',
    `${VIEW} where p.merchant = $1 and p.order_id = $2`,
    [merchant, orderId],
  )
  return rows[0]
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

/** What a capture asks for is what its news is expected to tell; null when it was not made. */
export async function setCaptureAmount(tx: Queryable, id: string, amount: bigint | null): Promise<void> {
  await tx.query('update bayar.payments set capture_amount = $2 where id = $1', [id, amount])
}
