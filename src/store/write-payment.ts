import type { Item } from '../domain/payment.ts'
import type { Queryable } from './database.ts'
import { type AskJson, askJson } from './host-transaction.ts'

export interface NewPayment {
  readonly id: string
  readonly merchant: string
  readonly orderId: string
  readonly paymentType: string | null
  readonly bank: string | null
  readonly grossAmount: bigint
  readonly openIntentId: string | null
  readonly owner: string | null
  readonly ownerId: string | null
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
 * Writes the payment with its items and puts it on the work list. False when the order id is taken, by a payment or by an invoice or a subscription. Notices of this order that came before the
 * row are queued again: they were `foreign` only because nobody had asked for the order yet.
 */
export function insertPayment(tx: Pick<Queryable, 'query'>, payment: NewPayment): Promise<boolean> {
  return writePayment(askJson(tx), payment, null)
}

/** With a transaction's id, only in that transaction: elsewhere nothing is written. */
export async function writePayment(
  ask: AskJson,
  payment: NewPayment,
  transactionId: string | null,
): Promise<boolean> {
  const made = await ask(
    `with asked as materialized (
       select j.* from json_to_record($1::text::json) as j(xid text, id uuid, merchant text, order_id text, payment_type text, bank text, gross_amount bigint,
              open_intent_id uuid, owner text, owner_id uuid, user_id text, customer_first_name text, customer_last_name text, customer_email text, customer_phone text,
              custom_fields text[], metadata jsonb, request_digest text, at timestamptz, first_check_at timestamptz, items json)
        where (j.xid is null or j.xid = pg_current_xact_id()::text)
          -- An invoice's or a subscription's order id is theirs: money that Midtrans takes under it would be another payment's.
          and (j.owner is not null or not exists (select 1 from bayar.order_parents o where o.merchant = j.merchant and o.order_id = j.order_id))
     ), made as (
       insert into bayar.payments (id, merchant, order_id, payment_type, bank, gross_amount, open_intent_id, owner, owner_id, user_id, customer_first_name,
              customer_last_name, customer_email, customer_phone, custom_fields, metadata, request_digest, created_at, updated_at)
       select id, merchant, order_id, payment_type, bank, gross_amount, open_intent_id, owner, owner_id, user_id, customer_first_name,
              customer_last_name, customer_email, customer_phone, custom_fields, metadata, decode(request_digest, 'hex'), at, at from asked
           on conflict (merchant, order_id) do nothing
       returning id, merchant, order_id
     ), itemised as (
       insert into bayar.payment_items (payment_id, position, item_id, name, price, quantity, brand, category, merchant_name, url)
       select made.id, i.position, i.id, i.name, i.price, i.quantity, i.brand, i.category, i.merchant_name, i.url
         from made, asked, json_to_recordset(asked.items) as i(position int, id text, name text, price bigint, quantity int, brand text, category text,
              merchant_name text, url text)
     ), watched as (
       insert into bayar.open_payments (payment_id, next_check_at) select made.id, asked.first_check_at from made, asked
     ), queued as (
       update bayar.notifications n set payment_id = made.id, status = 'received', due_at = asked.at
         from made, asked where n.payment_id is null and n.order_id = made.order_id and n.merchant = made.merchant and n.status = 'foreign'
     )
     select to_json(id)::text as answer from made`,
    {
      xid: transactionId,
      id: payment.id,
      merchant: payment.merchant,
      order_id: payment.orderId,
      payment_type: payment.paymentType,
      bank: payment.bank,
      gross_amount: payment.grossAmount.toString(),
      open_intent_id: payment.openIntentId,
      owner: payment.owner,
      owner_id: payment.ownerId,
      user_id: payment.userId,
      customer_first_name: payment.customer.firstName ?? null,
      customer_last_name: payment.customer.lastName ?? null,
      customer_email: payment.customer.email ?? null,
      customer_phone: payment.customer.phone ?? null,
      custom_fields: payment.customFields,
      metadata: payment.metadata,
      request_digest: Buffer.from(payment.requestDigest).toString('hex'),
      at: payment.at,
      first_check_at: payment.firstCheckAt,
      items: payment.items.map((item, index) => ({
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
    },
  )
  return made !== null
}

export interface TakenOrder {
  readonly digest: string
}

/** What was asked of an order that is there already, as its transaction sees it. */
export async function readTakenOrder(
  ask: AskJson,
  merchant: string,
  orderId: string,
): Promise<TakenOrder | null> {
  const found = await ask(
    `select json_build_object('digest', encode(p.request_digest, 'hex'))::text as answer
       from bayar.payments p, json_to_record($1::text::json) as j(merchant text, order_id text)
      where p.merchant = j.merchant and p.order_id = j.order_id`,
    { merchant, order_id: orderId },
  )
  return found as TakenOrder | null
}

/** A notice may have been stored as foreign in the very moment in which its payment was written: each saw the other not yet. By the time that Midtrans has answered, both are there. */
export async function queueForeign(tx: Queryable, paymentId: string, at: Date): Promise<void> {
  await tx.prepared(
    'bayar_queue_foreign',
    `update bayar.notifications n set payment_id = p.id, status = 'received', due_at = $2
       from bayar.payments p
      where p.id = $1 and n.payment_id is null and n.order_id = p.order_id and n.merchant = p.merchant and n.status = 'foreign'`,
    [paymentId, at],
  )
}
