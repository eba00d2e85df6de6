import type { SubscriptionCommand } from '../domain/subscription.ts'
import type { AnswerColumns } from './answers.ts'
import type { Queryable } from './database.ts'

export type SubscriptionIntentCommand = 'create' | SubscriptionCommand
/** `absent`: asked after it could no longer be sent, Midtrans shows nothing of it. */
export type SubscriptionIntentState = 'sent' | 'done' | 'rejected' | 'absent'

export interface SubscriptionIntentRow extends AnswerColumns {
  readonly id: string
  readonly subscription_id: string
  readonly command: SubscriptionIntentCommand
  readonly state: SubscriptionIntentState
  readonly key: string
  readonly request: unknown
  readonly requested_by: string
  readonly send_before: Date
  readonly checks: number
  readonly created_at: Date
}

export interface NewSubscriptionIntent {
  readonly id: string
  readonly subscriptionId: string
  readonly command: SubscriptionIntentCommand
  readonly key: string
  readonly request: unknown
  readonly requestedBy: string
  readonly at: Date
  /** It is sent by whoever writes it, until this moment and never after. */
  readonly sendBefore: Date
  readonly checkAt: Date
}

/** Written before anything is sent. False while another command is under way. */
export async function insertSubscriptionIntent(
  tx: Queryable,
  intent: NewSubscriptionIntent,
): Promise<boolean> {
  const { rowCount } = await tx.query(
    `insert into bayar.subscription_intents (id, subscription_id, command, state, key, request, requested_by, send_before, check_at, created_at)
     values ($1, $2, $3, 'sent', $4, $5, $6, $7, $8, $9) on conflict (subscription_id) where state = 'sent' do nothing`,
    [
      intent.id,
      intent.subscriptionId,
      intent.command,
      intent.key,
      JSON.stringify(intent.request),
      intent.requestedBy,
      intent.sendBefore,
      intent.checkAt,
      intent.at,
    ],
  )
  return rowCount === 1
}

export async function findSubscriptionIntent(
  database: Queryable,
  id: string,
): Promise<SubscriptionIntentRow | undefined> {
  const { rows } = await database.query<SubscriptionIntentRow>(
    'select * from bayar.subscription_intents where id = $1',
    [id],
  )
  return rows[0]
}

/** The one that is under way. */
export async function findOpenSubscriptionIntent(
  database: Queryable,
  subscriptionId: string,
): Promise<SubscriptionIntentRow | undefined> {
  const { rows } = await database.query<SubscriptionIntentRow>(
    `select * from bayar.subscription_intents where subscription_id = $1 and state = 'sent'`,
    [subscriptionId],
  )
  return rows[0]
}

export async function lockOpenSubscriptionIntent(
  tx: Queryable,
  id: string,
): Promise<SubscriptionIntentRow | undefined> {
  const { rows } = await tx.query<SubscriptionIntentRow>(
    `select * from bayar.subscription_intents where id = $1 and state = 'sent' for update`,
    [id],
  )
  return rows[0]
}

export async function endSubscriptionIntent(
  tx: Queryable,
  id: string,
  state: Exclude<SubscriptionIntentState, 'sent'>,
): Promise<void> {
  // What a card or a linked account is charged with is not kept longer than it is needed.
  await tx.query(
    `update bayar.subscription_intents set state = $2, check_at = null, request = request - 'token' where id = $1`,
    [id, state],
  )
}

/** null: nobody looks any more, and what it would be charged with is not kept for it. */
export async function planSubscriptionIntentCheck(
  database: Queryable,
  id: string,
  at: Date | null,
): Promise<void> {
  await database.query(
    `update bayar.subscription_intents set check_at = $2::timestamptz, request = case when $2::timestamptz is null then request - 'token' else request end
      where id = $1 and state = 'sent'`,
    [id, at],
  )
}

/** Takes intents whose outcome must be found out, for the length of a lease. */
export async function claimSubscriptionIntents(
  database: Queryable,
  options: { at: Date; leaseUntil: Date; limit: number },
): Promise<readonly SubscriptionIntentRow[]> {
  const { rows } = await database.query<SubscriptionIntentRow>(
    `with due as (
       select id from bayar.subscription_intents where check_at <= $1 order by check_at limit $3 for update skip locked
     )
     update bayar.subscription_intents i set check_at = $2, checks = i.checks + 1 from due where i.id = due.id returning i.*`,
    [options.at, options.leaseUntil, options.limit],
  )
  return rows
}
