/** What Midtrans answered to a command, as every table of intents keeps it. */
import type { AnswerClass } from '../domain/answer-class.ts'
import type { Queryable } from './database.ts'

export type IntentTable = 'intents' | 'invoice_intents' | 'subscription_intents'

export interface AnswerColumns {
  readonly answer_class: AnswerClass | null
  readonly answer_code: string | null
  readonly answer_message: string | null
  /** Exactly as received. */
  readonly answer: Buffer | null
  readonly answered_at: Date | null
}

export interface AnswerTold {
  readonly class: AnswerClass
  readonly code: string | null
  readonly message: string
  readonly document: Uint8Array | null
}

/** Kept before anything is made of it: after a crash it is applied from here. */
export async function recordAnswer(
  tx: Queryable,
  table: IntentTable,
  id: string,
  answer: AnswerTold,
  at: Date,
): Promise<void> {
  await tx.prepared(
    `bayar_record_answer_${table}`,
    `update bayar.${table} set answer_class = $2, answer_code = $3, answer_message = $4, answer = $5, answered_at = $6 where id = $1`,
    [id, answer.class, answer.code, answer.message.slice(0, 500), answer.document, at],
  )
}
