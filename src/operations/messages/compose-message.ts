/** A message as it is sent: its facts, read from the row, in the words of a template. */
import type { MessageLanguage, MessageType } from '../../domain/message.ts'
import {
  type MessageFacts,
  type MessageInstructions,
  type MessageTemplates,
  type MessageText,
  SAID,
} from '../../domain/message-facts.ts'
import { ENGLISH } from '../../domain/message-texts-en.ts'
import { INDONESIAN } from '../../domain/message-texts-id.ts'
import { toCamel } from '../../domain/wire-case.ts'
import type { MessageRow } from '../../store/messages.ts'
import type { MessageRules } from '../context.ts'

const OURS: Readonly<Record<MessageLanguage, MessageTemplates>> = { id: INDONESIAN, en: ENGLISH }
const SUBJECT_MAX = 255
const BODY_MAX = 20_000

/** They were written as JSON, in which a time is text. */
const TIMES: ReadonlySet<string> = new Set(['payBefore', 'periodEnd', 'graceUntil', 'dueAt', 'endsAt'])

const NO_INSTRUCTIONS: MessageInstructions = {
  bank: null,
  vaNumber: null,
  billerCode: null,
  billKey: null,
  store: null,
  paymentCode: null,
  url: null,
}

/** What this kind of message says, and nothing else; what is not known is there as null. */
export function factsOf(row: MessageRow): MessageFacts {
  const kept = toCamel(row.facts) as Readonly<Record<string, unknown>>
  const said = SAID[row.type].map((name) => [name, factOf(name, kept[name])])
  return {
    type: row.type,
    language: row.language,
    merchant: row.merchant,
    userId: row.user_id,
    customerName: row.customer_name,
    title: kept.title ?? null,
    ...Object.fromEntries(said),
  } as MessageFacts
}

function factOf(name: string, kept: unknown): unknown {
  if (name === 'instructions') return { ...NO_INSTRUCTIONS, ...(kept as Partial<MessageInstructions>) }
  if (TIMES.has(name) && kept !== undefined) return new Date(String(kept))
  return kept ?? null
}

/** Throws what a template of the host's throws, and when what it gives is no text. */
export function composeMessage({ templates }: MessageRules, row: MessageRow): MessageText {
  const own = templates[row.language]?.[row.type]
  const template = (own ?? OURS[row.language][row.type]) as (facts: MessageFacts) => MessageText
  const given: Partial<MessageText> | undefined = template(factsOf(row))
  return {
    // One line: a name with a line break in it would begin a header of its own.
    subject: textOf(row.type, 'subject', given?.subject).replace(/\s+/g, ' ').trim().slice(0, SUBJECT_MAX),
    body: textOf(row.type, 'body', given?.body).slice(0, BODY_MAX),
  }
}

function textOf(type: MessageType, field: keyof MessageText, given: unknown): string {
  if (typeof given !== 'string' || given.trim() === '')
    throw new TypeError(`The template of ${type} gives no ${field}.`)
  // What a database takes as text.
  return given.replaceAll('\u0000', '').toWellFormed()
}
