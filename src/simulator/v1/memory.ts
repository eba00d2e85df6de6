import { AnswerMemory } from '../answer-memory.ts'
import type { V1Verb } from './endpoints.ts'
import type { Answer } from './refusals.ts'

/** Under which name each API takes a key, and how long it keeps the answer (protocol.md §3). */
export const KEYS: Partial<Record<V1Verb, { readonly header: string; readonly minutes: number }>> = {
  subscription_create: { header: 'idempotency-key', minutes: 3 },
  invoice_create: { header: 'x-idempotency-key', minutes: 5 },
}

export type V1Memory = Readonly<Record<string, AnswerMemory<Answer>>>

export function createV1Memory(): V1Memory {
  return Object.fromEntries(
    Object.entries(KEYS).map(([verb, { minutes }]) => [verb, new AnswerMemory<Answer>(minutes)]),
  )
}
