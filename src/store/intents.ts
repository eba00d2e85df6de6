import type { AnswerColumns } from './answers.ts'
import type { Queryable } from './database.ts'
import { type AskJson, askJson } from './host-transaction.ts'

export type IntentCommand =
  | 'charge'
  | 'checkout'
  | 'capture'
  | 'cancel'
  | 'expire'
  | 'approve'
  | 'deny'
  | 'refund'
  | 'direct_refund'
/** `absent`: asked after it could no longer be sent, Midtrans knows nothing of it. */
export type IntentState = 'prepared' | 'sent' | 'done' | 'rejected' | 'absent'

export interface NewIntent {
  readonly id: string
  readonly paymentId: string
  readonly command: IntentCommand
  readonly key: string
  readonly transactionId: string | null
  readonly request: unknown
  readonly requestedBy: string
  readonly at: Date
  /** Set: it is sent by whoever writes it, until this moment and never after. null: it waits for its sender. */
  readonly sendBefore: Date | null
  readonly checkAt: Date
}

/** Written before anything is sent. False when the same command is open for this payment: two at once would be two charges. */
export function insertIntent(tx: Pick<Queryable, 'query'>, intent: NewIntent): Promise<boolean> {
  return writeIntent(askJson(tx), intent)
}

export async function writeIntent(ask: AskJson, intent: NewIntent): Promise<boolean> {
  const made = await ask(
    `insert into bayar.intents (id, payment_id, command, state, key, transaction_id, request, requested_by, send_before, sent_at, check_at, created_at)
     select j.* from json_to_record($1::text::json) as j(id uuid, payment_id uuid, command text, state text, key text, transaction_id text, request jsonb,
            requested_by text, send_before timestamptz, sent_at timestamptz, check_at timestamptz, created_at timestamptz)
         on conflict (payment_id, command) where state in ('prepared', 'sent') and command not in ('refund', 'direct_refund') do nothing
     returning to_json(id)::text as answer`,
    {
      id: intent.id,
      payment_id: intent.paymentId,
      command: intent.command,
      state: intent.sendBefore === null ? 'prepared' : 'sent',
      key: intent.key,
      transaction_id: intent.transactionId,
      request: intent.request,
      requested_by: intent.requestedBy,
      send_before: intent.sendBefore,
      sent_at: intent.sendBefore === null ? null : intent.at,
      check_at: intent.checkAt,
      created_at: intent.at,
    },
  )
  return made !== null
}

/** Whoever claims a prepared intent sends it, until `sendBefore` and never after. undefined when somebody else has, or it has ended. */
export async function claimPreparedIntent(
  database: Queryable,
  id: string,
  options: { at: Date; sendBefore: Date; checkAt: Date },
): Promise<IntentRow | undefined> {
  const { rows } = await database.query<IntentRow>(
    `update bayar.intents i set state = 'sent', sent_at = $2, send_before = $3, check_at = $4 from bayar.payments p
      where i.id = $1 and i.state = 'prepared' and p.id = i.payment_id returning ${COLUMNS}`,
    [id, options.at, options.sendBefore, options.checkAt],
  )
  return rows[0]
}

export interface IntentRow extends AnswerColumns {
  readonly id: string
  readonly payment_id: string
  readonly merchant: string
  readonly order_id: string
  readonly command: IntentCommand
  readonly state: IntentState
  readonly key: string
  readonly transaction_id: string | null
  readonly request: unknown
  readonly requested_by: string
  readonly send_before: Date | null
  readonly sent_at: Date | null
  readonly checks: number
  readonly created_at: Date
}

const COLUMNS = `i.id, i.payment_id, p.merchant, p.order_id, i.command, i.state, i.key, i.transaction_id, i.request, i.requested_by, i.send_before, i.sent_at,
  i.answer_class, i.answer_code, i.answer_message, i.answer, i.answered_at, i.checks, i.created_at`

export async function findIntent(database: Queryable, id: string): Promise<IntentRow | undefined> {
  const { rows } = await database.prepared<IntentRow>(
    'bayar_find_intent',
    `select ${COLUMNS} from bayar.intents i join bayar.payments p on p.id = i.payment_id where i.id = $1`,
    [id],
  )
  return rows[0]
}

export async function findLatestIntent(
  database: Queryable,
  paymentId: string,
  command: IntentCommand,
): Promise<IntentRow | undefined> {
  const { rows } = await database.query<IntentRow>(
    `select ${COLUMNS} from bayar.intents i join bayar.payments p on p.id = i.payment_id
      where i.payment_id = $1 and i.command = $2 order by i.id desc limit 1`,
    [paymentId, command],
  )
  return rows[0]
}

/** Whether the hosted page of this token was ended at our asking: by Midtrans's word (`done`), or nobody knows, because every answer was lost (`absent`). */
export async function askedToEndPage(
  database: Queryable,
  paymentId: string,
  token: string,
  state: 'done' | 'absent',
): Promise<boolean> {
  const { rows } = await database.query(
    `select 1 from bayar.intents
      where payment_id = $1 and command in ('cancel', 'expire') and transaction_id is null and state = $3 and request ->> 'token' = $2 limit 1`,
    [paymentId, token, state],
  )
  return rows.length > 0
}

export async function lockOpenIntent(tx: Queryable, id: string): Promise<IntentRow | undefined> {
  const { rows } = await tx.prepared<IntentRow>(
    'bayar_lock_open_intent',
    `select ${COLUMNS} from bayar.intents i join bayar.payments p on p.id = i.payment_id
      where i.id = $1 and i.state in ('prepared', 'sent') for update of i`,
    [id],
  )
  return rows[0]
}

export async function endIntent(
  tx: Queryable,
  id: string,
  state: 'done' | 'rejected' | 'absent',
): Promise<void> {
  // What a card or a linked account could be charged with again is not kept longer than it is needed.
  await tx.prepared(
    'bayar_end_intent',
    `update bayar.intents set state = $2, check_at = null, request = request - '{tokenId,paymentOptionToken}'::text[] where id = $1`,
    [id, state],
  )
}

export async function planIntentCheck(database: Queryable, id: string, at: Date): Promise<void> {
  await database.query(
    `update bayar.intents set check_at = $2 where id = $1 and state in ('prepared', 'sent')`,
    [id, at],
  )
}

/** Takes intents whose outcome must be found out, for the length of a lease. */
export async function claimIntentsToCheck(
  database: Queryable,
  options: { at: Date; leaseUntil: Date; limit: number },
): Promise<readonly IntentRow[]> {
  const { rows } = await database.query<IntentRow>(
    `with due as (
       select id from bayar.intents where check_at <= $1 order by check_at limit $3 for update skip locked
     )
     update bayar.intents i set check_at = $2, checks = i.checks + 1 from due, bayar.payments p
      where i.id = due.id and p.id = i.payment_id returning ${COLUMNS}`,
    [options.at, options.leaseUntil, options.limit],
  )
  return rows
}

export async function readIntents(database: Queryable, paymentId: string): Promise<readonly IntentRow[]> {
  const { rows } = await database.query<IntentRow>(
    `select ${COLUMNS} from bayar.intents i join bayar.payments p on p.id = i.payment_id where i.payment_id = $1 order by i.id`,
    [paymentId],
  )
  return rows
}
