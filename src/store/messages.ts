import type { MessageChannel, MessageLanguage, MessageStatus, MessageType } from '../domain/message.ts'
import type { Queryable } from './database.ts'

export interface MessageRow {
  readonly id: string
  readonly merchant: string
  readonly type: MessageType
  readonly user_id: string | null
  readonly customer_name: string | null
  readonly customer_email: string | null
  readonly subscription_id: string | null
  readonly invoice_id: string | null
  readonly topup_id: string | null
  readonly payment_id: string | null
  readonly channel: MessageChannel
  readonly language: MessageLanguage
  /** Snake case; times are text. */
  readonly facts: Readonly<Record<string, unknown>>
  readonly subject: string | null
  readonly body: string | null
  readonly status: MessageStatus
  readonly tries: number
  readonly error: string | null
  readonly dedupe_key: string
  readonly valid_until: Date | null
  readonly due_at: Date
  readonly sent_at: Date | null
  readonly created_at: Date
  readonly updated_at: Date
}

/** What is to be told, by what it is about. Who is told, and what is said, is read from there. */
export interface NewMessage {
  readonly id: string
  readonly type: MessageType
  readonly dedupeKey: string
  readonly subscriptionId?: string | null
  readonly invoiceId?: string | null
  readonly topupId?: string | null
  readonly paymentId?: string | null
  readonly refundId?: string | null
  readonly validUntil?: Date | null
  /** Facts that stand in no row. */
  readonly facts?: Readonly<Record<string, unknown>>
}

/**
 * One statement for all of them, in the transaction of what they are about: it reads those rows as that transaction has left them. It locks nothing but the key of the message itself, and what holds the thing's lock is
 * alone with that. Of a card's instructions nothing is copied: a token charges again.
 */
export async function insertMessages(
  tx: Queryable,
  messages: readonly NewMessage[],
  given: { readonly at: Date; readonly channel: MessageChannel; readonly language: MessageLanguage },
): Promise<number> {
  const { rowCount } = await tx.prepared(
    'bayar_insert_messages',
    `insert into bayar.messages (id, merchant, type, user_id, customer_name, customer_email, subscription_id, invoice_id, topup_id, payment_id, channel, language,
            facts, dedupe_key, valid_until, due_at, created_at, updated_at)
     select m.id, coalesce(s.merchant, i.merchant, t.merchant, p.merchant), m.type, coalesce(s.user_id, i.user_id, t.user_id, p.user_id),
            nullif(coalesce(nullif(concat_ws(' ', s.customer_first_name, s.customer_last_name), ''), i.customer_name, concat_ws(' ', p.customer_first_name, p.customer_last_name)), ''),
            coalesce(s.customer_email, i.customer_email, p.customer_email),
            m.subscription_id, m.invoice_id, m.topup_id, m.payment_id, $3, coalesce(wish.language, $4),
            jsonb_strip_nulls(jsonb_build_object(
              'title', coalesce(asked.name, s.title, i.number),
              'amount', case m.type when 'refunded' then r.amount when 'invoice_overdue' then i.total - i.received_amount
                                    else coalesce(p.gross_amount, t.amount, o.amount, s.amount) end,
              'order_id', coalesce(t.order_id, p.order_id, i.order_id),
              'payment_type', coalesce(p.payment_type, s.payment_type),
              'pay_before', a.expiry_time,
              'instructions', jsonb_build_object(
                'bank', a.instructions -> 'bank', 'va_number', a.instructions -> 'va_number', 'biller_code', a.instructions -> 'biller_code',
                'bill_key', a.instructions -> 'bill_key', 'store', a.instructions -> 'store', 'payment_code', a.instructions -> 'payment_code',
                'url', coalesce(a.instructions -> 'deeplink_url', a.instructions -> 'redirect_url', a.instructions -> 'qr_url')),
              'period_end', s.current_period_end,
              'reason', case when m.type in ('cancelled', 'expired') then s.status_reason
                             when m.type = 'topup_failed' then case t.status when 'failed' then 'denied' else t.status end
                             else coalesce(p.presumed, p.status, s.status_reason) end,
              'grace_until', case when s.status = 'past_due' and s.cycle > 0 and s.current_period_end is not null then s.grace_until end,
              'invoice_number', i.number, 'due_at', i.due_at, 'ends_at', s.trial_end, 'balance', w.balance)) || m.facts,
            m.dedupe_key, coalesce(m.valid_until, case m.type when 'payment_pending' then a.expiry_time when 'trial_ending' then s.trial_end end), $2, $2, $2
       from json_to_recordset($1::json) as m(id uuid, type text, dedupe_key text, subscription_id uuid, invoice_id uuid, topup_id uuid, payment_id uuid, refund_id uuid,
            valid_until timestamptz, facts jsonb)
       -- One probe each: a list of unknown length looks long to the planner, which would read whole tables for a single message.
       left join lateral (select * from bayar.subscriptions x where x.id = m.subscription_id offset 0) s on true
       left join lateral (select * from bayar.invoices x where x.id = m.invoice_id offset 0) i on true
       left join lateral (select * from bayar.topups x where x.id = m.topup_id offset 0) t on true
       left join lateral (select * from bayar.wallets x where x.id = t.wallet_id offset 0) w on true
       left join lateral (select * from bayar.payments x where x.id = m.payment_id offset 0) p on true
       left join lateral (select * from bayar.refunds x where x.id = m.refund_id offset 0) r on true
       left join lateral (select x.expiry_time, x.instructions from bayar.attempts x where x.payment_id = p.id order by x.id desc limit 1) a on true
       -- A change of plan is paid for the plan that it brings, while the subscription still bears the name of the old one.
       left join lateral (
         select n.name from bayar.obligation_charges g join bayar.obligations x on x.id = g.obligation_id and x.kind = 'change' join bayar.plans n on n.id = x.plan_id
          where g.merchant = p.merchant and g.order_id = p.order_id) asked on true
       -- What was paid out of a wallet, or could not be, has no payment.
       left join lateral (
         select x.amount from bayar.obligations x
          where p.id is null and x.subscription_id = s.id and x.status = case m.type when 'payment_failed' then 'open' else 'paid' end
          order by x.paid_at desc nulls last, x.id desc limit 1) o on true
       left join lateral (
         select l.language from (select lower(left(coalesce(s.metadata ->> 'language', i.metadata ->> 'language', p.metadata ->> 'language'), 2)) as language) l
          where l.language in ('id', 'en')) wish on true
         on conflict (dedupe_key) do nothing`,
    [
      JSON.stringify(
        messages.map((one) => ({
          id: one.id,
          type: one.type,
          dedupe_key: one.dedupeKey,
          subscription_id: one.subscriptionId ?? null,
          invoice_id: one.invoiceId ?? null,
          topup_id: one.topupId ?? null,
          payment_id: one.paymentId ?? null,
          refund_id: one.refundId ?? null,
          valid_until: one.validUntil ?? null,
          facts: one.facts ?? {},
        })),
      ),
      given.at,
      given.channel,
      given.language,
    ],
  )
  return rowCount ?? 0
}

/** Taken to be sent, and whether that is still worth it. */
export type DueMessage = MessageRow & { readonly is_current: boolean }

/**
 * Takes due ones for as long as a try may last; another worker passes them over. A claim is a try: one whose end nobody saw may have arrived, and is not begun for ever. What was paid, renewed or withdrawn meanwhile is
 * current no more: nobody is asked twice for what they have paid.
 */
export async function claimMessages(
  database: Queryable,
  { at, until, limit }: { readonly at: Date; readonly until: Date; readonly limit: number },
): Promise<readonly DueMessage[]> {
  const { rows } = await database.prepared<DueMessage>(
    'bayar_claim_messages',
    `with due as materialized (
       select id from bayar.messages where status = 'pending' and due_at <= $1 order by due_at, id limit $3 for update skip locked
     ), claimed as (
       update bayar.messages m set tries = m.tries + 1, due_at = $2, updated_at = $1 where m.id = any (array(select id from due)) returning m.*
     )
     select c.*, (c.valid_until is null or c.valid_until > $1) and case c.type
              when 'payment_pending' then p.status = 'pending' and p.presumed is null
              when 'payment_failed' then not exists (
                     select 1 from bayar.payments f join bayar.obligation_charges oc on oc.merchant = f.merchant and oc.order_id = f.order_id
                       join bayar.obligations o on o.id = oc.obligation_id where f.id = c.payment_id and o.status = 'paid')
              when 'invoice_overdue' then i.status = 'overdue'
              when 'expiry_reminder' then s.status = 'active' and coalesce(s.current_period_end, s.next_charge_at) = (c.facts ->> 'ends_at')::timestamptz
              -- Begun again since.
              when 'cancelled' then s.status is null or s.status = 'cancelled'
              when 'expired' then s.status is null or s.status = 'expired'
              when 'trial_ending' then s.status is null or s.status = 'trialing'
              else true end as is_current
       from claimed c
       left join bayar.payments p on c.type = 'payment_pending' and p.id = c.payment_id
       left join bayar.invoices i on c.type = 'invoice_overdue' and i.id = c.invoice_id
       left join bayar.subscriptions s on c.type in ('expiry_reminder', 'trial_ending', 'cancelled', 'expired') and s.id = c.subscription_id
      order by c.id`,
    [at, until, limit],
  )
  return rows
}

/** What became of a try. Waiting again, it is due at `due_at`. */
export interface TriedMessage {
  readonly id: string
  /** As it was claimed: another claim has the say now when there are more. */
  readonly tries: number
  readonly status: MessageStatus
  readonly channel: MessageChannel
  readonly subject: string | null
  readonly body: string | null
  readonly error: string | null
  readonly dueAt: Date | null
}

export async function finishMessage(database: Queryable, tried: TriedMessage, at: Date): Promise<void> {
  await database.prepared(
    'bayar_finish_message',
    `update bayar.messages
        set status = $3, channel = $4, subject = $5, body = $6, error = $7, due_at = coalesce($8, due_at), sent_at = case when $3 = 'sent' then $9::timestamptz end,
            updated_at = $9
      where id = $1 and tries = $2 and status = 'pending'`,
    [
      tried.id,
      tried.tries,
      tried.status,
      tried.channel,
      tried.subject,
      tried.body,
      tried.error,
      tried.dueAt,
      at,
    ],
  )
}

/** undefined unless it failed or was suppressed: what was sent is not sent twice because somebody pressed a button. That a person asks is worth more than its time. */
export async function retryMessage(
  database: Queryable,
  id: string,
  at: Date,
): Promise<MessageRow | undefined> {
  const { rows } = await database.query<MessageRow>(
    `update bayar.messages set status = 'pending', tries = 0, error = null, valid_until = null, due_at = $2, updated_at = $2
      where id = $1 and status in ('failed', 'suppressed') returning *`,
    [id, at],
  )
  return rows[0]
}

export async function findMessage(database: Queryable, id: string): Promise<MessageRow | undefined> {
  const { rows } = await database.query<MessageRow>('select * from bayar.messages where id = $1', [id])
  return rows[0]
}

export interface MessageFilter {
  readonly merchant?: string
  readonly userId?: string
  readonly status?: MessageStatus
  readonly type?: MessageType
  readonly channel?: MessageChannel
  readonly subscriptionId?: string
}

/** By creation: ids are time-ordered. One row more than asked tells whether there is a next page. */
export async function listMessages(
  database: Queryable,
  page: {
    readonly filter: MessageFilter
    readonly after: string | null
    readonly limit: number
    readonly descending: boolean
  },
): Promise<readonly MessageRow[]> {
  const params: unknown[] = []
  const given = (value: unknown) => `$${params.push(value)}`
  const { filter } = page
  const where = ['true']
  if (filter.merchant !== undefined) where.push(`merchant = ${given(filter.merchant)}`)
  if (filter.userId !== undefined) where.push(`user_id = ${given(filter.userId)}`)
  if (filter.status !== undefined) where.push(`status = ${given(filter.status)}`)
  if (filter.type !== undefined) where.push(`type = ${given(filter.type)}`)
  if (filter.channel !== undefined) where.push(`channel = ${given(filter.channel)}`)
  if (filter.subscriptionId !== undefined)
    where.push(`subscription_id = ${given(filter.subscriptionId)}::uuid`)
  if (page.after !== null) where.push(`id ${page.descending ? '<' : '>'} ${given(page.after)}::uuid`)
  const { rows } = await database.query<MessageRow>(
    `select * from bayar.messages where ${where.join(' and ')} order by id ${page.descending ? 'desc' : 'asc'} limit ${given(page.limit + 1)}`,
    params,
  )
  return rows
}
