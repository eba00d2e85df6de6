import type { AnswerClass } from '../domain/answer-class.ts'
import type { Queryable } from './database.ts'

export type IntentCommand = 'charge' | 'cancel' | 'expire'
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
export async function insertIntent(tx: Queryable, intent: NewIntent): Promise<boolean> {
  const { rowCount } = await tx.query(
    `insert into bayar.intents (id, payment_id, command, state, key, transaction_id, request, requested_by, send_before, sent_at, check_at, created_at)
     values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12)
         on conflict (payment_id, command) where state in ('prepared', 'sent') and command not in ('refund', 'direct_refund') do nothing`,
    [
      intent.id,
      intent.paymentId,
      intent.command,
      intent.sendBefore === null ? 'prepared' : 'sent',
      intent.key,
      intent.transactionId,
      JSON.stringify(intent.request),
      intent.requestedBy,
      intent.sendBefore,
      intent.sendBefore === null ? null : intent.at,
      intent.checkAt,
      intent.at,
    ],
  )
  return (rowCount ?? 0) > 0
}

export interface IntentRow {
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
  readonly answer_class: AnswerClass | null
  readonly answer_code: string | null
  readonly answer_message: string | null
  readonly answer: Buffer | null
  readonly answered_at: Date | null
  readonly checks: number
  readonly created_at: Date
}

const COLUMNS = `i.id, i.payment_id, p.merchant, p.order_id, i.command, i.state, i.key, i.transaction_id, i.request, i.requested_by, i.send_before,
  i.answer_class, i.answer_code, i.answer_message, i.answer, i.answered_at, i.checks, i.created_at`

export async function findIntent(database: Queryable, id: string): Promise<IntentRow | undefined> {
  const { rows } = await database.query<IntentRow>(
    `select ${COLUMNS} from bayar.intents i join bayar.payments p on p.id = i.payment_id where i.id = $1`,
    [id],
  )
  return rows[0]
}

export async function lockOpenIntent(tx: Queryable, id: string): Promise<IntentRow | undefined> {
  const { rows } = await tx.query<IntentRow>(
    `select ${COLUMNS} from bayar.intents i join bayar.payments p on p.id = i.payment_id
      where i.id = $1 and i.state in ('prepared', 'sent') for update of i`,
    [id],
  )
  return rows[0]
}

/** What Midtrans answered, kept before anything is made of it: after a crash it is applied from here. */
export async function recordAnswer(
  tx: Queryable,
  id: string,
  answer: { class: AnswerClass; code: string | null; message: string; document: Uint8Array | null },
  at: Date,
): Promise<void> {
  await tx.query(
    `update bayar.intents set answer_class = $2, answer_code = $3, answer_message = $4, answer = $5, answered_at = $6 where id = $1`,
    [id, answer.class, answer.code, answer.message.slice(0, 500), answer.document, at],
  )
}

export async function endIntent(
  tx: Queryable,
  id: string,
  state: 'done' | 'rejected' | 'absent',
): Promise<void> {
  // What a card or a linked account could be charged with again is not kept longer than it is needed.
  await tx.query(
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
