/**
 * The fields of each payment method: what each must be, and how much of it Midtrans takes. One table: host code, HTTP and the body that is sent are all judged by it.
 * Sources: docs/midtrans/protocol.md §7.
 */
import {
  ACQUIRERS,
  BANKS,
  CARD_CHANNELS,
  type ChargedType,
  type ChargeOf,
  QRIS_ACQUIRERS,
  STORES,
} from '../domain/charge-methods.ts'
import type { Problem } from '../errors.ts'
import { isObject } from './read-document.ts'

/** The reason why a value cannot be sent, or null. */
type Rule = (value: unknown) => string | null

interface Field {
  readonly rule: Rule
  readonly isRequired: boolean
}

/** Fields that a type must have are required here, too: the compiler compares. */
type FieldsOf<Charge> = {
  readonly [Name in Exclude<keyof Charge, 'paymentType'>]-?: undefined extends Charge[Name]
    ? Field & { readonly isRequired: false }
    : Field & { readonly isRequired: true }
}

// biome-ignore format: a table is read in columns
export const CHARGE_FIELDS: { readonly [Type in ChargedType]: FieldsOf<ChargeOf<Type>> } = {
  credit_card: {
    tokenId:           required(text(255)),
    authentication:    optional(flag),
    callbackType:      optional(word('js_event', 'form')),
    saveTokenId:       optional(flag),
    type:              optional(word('authorize')),
    bank:              optional(word(...ACQUIRERS)),
    channel:           optional(word(...CARD_CHANNELS)),
    installmentTerm:   optional(whole(1, 99)),
    bins:              optional(listOf(text(20), 100)),
    pointRedeemAmount: optional(whole(1, 999_999_999)),
    initiatedBy:       optional(word('customer', 'merchant')),
  },
  bank_transfer: {
    bank:           required(word(...BANKS)),
    vaNumber:       optional(digits(1, 18)),
    freeText:       optional(freeText),
    subCompanyCode: optional(digits(5, 5)),
    recipientName:  optional(text(20)),
  },
  echannel: {
    // Midtrans cuts what is longer, and the customer's machine would show half of it.
    billInfo1: optional(text(10)), billInfo2: optional(text(30)),
    billInfo3: optional(text(10)), billInfo4: optional(text(30)),
    billInfo5: optional(text(10)), billInfo6: optional(text(30)),
    billInfo7: optional(text(10)), billInfo8: optional(text(30)),
    billKey:   optional(digits(1, 12)),
  },
  gopay: {
    callbackUrl:        optional(address),
    accountId:          optional(text(255)),
    paymentOptionToken: optional(text(1000)),
    preAuth:            optional(flag),
    recurring:          optional(flag),
    promotionIds:       optional(listOf(text(255), 20)),
  },
  shopeepay: { callbackUrl:      optional(address) },
  qris:      { qrisAcquirer:     optional(word(...QRIS_ACQUIRERS)) },
  ovo:       { payerPhoneNumber: required(phone) },
  dana:      { callbackUrl:      optional(address) },
  cstore: {
    store:             required(word(...STORES)),
    message:           optional(text(255)),
    alfamartFreeTexts: optional(listOf(text(40), 3)),
  },
  akulaku: {},
  kredivo: { sellerDetails: optional(listOf(document, 20)) },
}

export function fieldsOf(paymentType: ChargedType): Readonly<Record<string, Field>> {
  return CHARGE_FIELDS[paymentType]
}

/** Every field of any method. */
export const METHOD_FIELD_NAMES: readonly string[] = [
  ...new Set(Object.values(CHARGE_FIELDS).flatMap((fields) => Object.keys(fields))),
]

/** What is wrong with a method's own fields, one by one. */
export function fieldProblems(paymentType: ChargedType, given: Readonly<Record<string, unknown>>): Problem[] {
  return Object.entries(fieldsOf(paymentType)).flatMap(([name, { rule, isRequired }]): Problem[] => {
    const value = given[name]
    if (value === undefined || value === null)
      return isRequired ? [{ field: wireName(name), reason: `is missing: ${paymentType} needs it` }] : []
    const reason = rule(value)
    return reason === null ? [] : [{ field: wireName(name), reason }]
  })
}

/** Methods in which a field means something: the way out for someone who gave it to another. */
export function methodsWith(name: string): readonly string[] {
  return Object.entries(CHARGE_FIELDS)
    .filter(([, fields]) => name in fields)
    .map(([paymentType]) => paymentType)
}

export function wireName(name: string): string {
  return name.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`)
}

// ---------------------------------------------------------------- rules

function required(rule: Rule) {
  return { rule, isRequired: true } as const
}

function optional(rule: Rule) {
  return { rule, isRequired: false } as const
}

/** Text that every column, header and JSON document can carry. */
function text(charactersMax: number): Rule {
  return (value) => {
    if (typeof value !== 'string') return 'must be text'
    if (value === '') return 'must not be empty'
    if (value.includes('\u0000') || !value.isWellFormed()) return 'has characters that are no text'
    return value.length > charactersMax ? `is longer than ${charactersMax} characters` : null
  }
}

function digits(least: number, most: number): Rule {
  const many = least === most ? `${most}` : `${least} to ${most}`
  return (value) =>
    typeof value === 'string' && /^\d+$/.test(value) && value.length >= least && value.length <= most
      ? null
      : `takes ${many} digits`
}

function word(...words: readonly string[]): Rule {
  return (value) =>
    typeof value === 'string' && words.includes(value)
      ? null
      : `must be ${words.length === 1 ? words[0] : `one of ${words.join(', ')}`}`
}

function whole(least: number, most: number): Rule {
  return (value) =>
    Number.isSafeInteger(value) && (value as number) >= least && (value as number) <= most
      ? null
      : `must be a whole number from ${least} to ${most}`
}

function flag(value: unknown): string | null {
  return typeof value === 'boolean' ? null : 'must be true or false'
}

function phone(value: unknown): string | null {
  return typeof value === 'string' && /^\+?\d{6,20}$/.test(value)
    ? null
    : 'must be a phone number: digits, perhaps with a + before them'
}

/** A page, or a deep link of an app (`myshop://paid`); never one that runs as a script. */
export function address(value: unknown): string | null {
  return typeof value === 'string' &&
    value.length <= 1000 &&
    /^[a-z][a-z0-9+.-]*:\/\/[\x21-\x7e]+$/i.test(value) &&
    !/^(javascript|data|vbscript|blob|file):/i.test(value)
    ? null
    : 'must be an address: https://… or a deep link of your app'
}

function listOf(rule: Rule, most: number): Rule {
  return (value) => {
    if (!Array.isArray(value)) return 'must be a list'
    if (value.length === 0) return 'must not be empty'
    if (value.length > most) return `has at most ${most}`
    for (const [index, entry] of value.entries()) {
      const reason = rule(entry)
      if (reason !== null) return `[${index}] ${reason}`
    }
    return null
  }
}

const FREE_TEXT_LINES_MAX = 10

function freeText(value: unknown): string | null {
  if (!isObject(value)) return 'must be an object with inquiry and payment'
  for (const [name, lines] of Object.entries(value)) {
    if (name !== 'inquiry' && name !== 'payment') return 'takes inquiry and payment only'
    if (lines === undefined) continue
    const reason = listOf(bankText, FREE_TEXT_LINES_MAX)(lines)
    if (reason !== null) return `.${name} ${reason}`
  }
  return null
}

function bankText(value: unknown): string | null {
  if (!isObject(value)) return 'must have id and en'
  return text(50)(value.id) ?? text(50)(value.en)
}

/** Somebody else's document: kept and sent as it is. */
function document(value: unknown): string | null {
  if (!isObject(value)) return 'must be an object'
  try {
    const written = JSON.stringify(value)
    return /\\u0000|\\ud[89a-f]/i.test(written) ? 'has characters that are no text' : null
  } catch {
    return 'cannot be written as JSON'
  }
}
