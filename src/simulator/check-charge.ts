import { PAYMENT_TYPES, type PaymentType } from '../gateway/wire.ts'
import { METHODS, type Method } from './methods.ts'
import type { RefusalName } from './refusals.ts'
import type { NewTransaction } from './transaction.ts'
import { readOrderTime } from './wib-time.ts'

/**
 * What Midtrans demands of `POST /v2/charge`: docs/midtrans/protocol.md §6 and §7. All faults are told at once, in `validation_messages`.
 * Of their wording only that of the amount is recorded; merchants should show it and never read it.
 */
export type CheckedCharge =
  | {
      readonly charge: Omit<NewTransaction, 'extras'>
      readonly echoed: Readonly<Record<string, unknown>> | null
    }
  | { readonly refusal: RefusalName; readonly problems: readonly string[] }

type Fields = Readonly<Record<string, unknown>>

/** An object where a text or a number belongs is no validation error but malformed (413). */
export class WrongShape extends Error {}

export function checkCharge(body: Fields, nowMs: number): CheckedCharge {
  const problems: string[] = []
  try {
    const checked = check(new Reader(body, '', problems), body, nowMs, problems)
    return problems.length ? { refusal: 'invalid', problems } : checked
  } catch (error) {
    if (error instanceof WrongShape) return { refusal: 'malformed', problems: [] }
    throw error
  }
}

function check(charge: Reader, body: Fields, nowMs: number, problems: string[]): CheckedCharge {
  const paymentType = charge.text('payment_type', { required: true })
  const details = charge.object('transaction_details', true)
  const orderId = details?.text('order_id', {
    required: true,
    most: 50,
    pattern: ORDER_ID,
    says: ORDER_ID_SAYS,
  })
  const amount = details?.amount('gross_amount')
  details?.text('currency', { pattern: /^IDR$/, says: 'must be IDR' })
  checkItems(charge, amount, problems)
  checkCustomer(charge)
  for (const field of CUSTOM_FIELDS) charge.text(field, { most: 255 })
  charge.object('metadata', false)

  if (paymentType === undefined) return { refusal: 'invalid', problems }
  if (!PAYMENT_TYPES.includes(paymentType as PaymentType)) {
    problems.push('payment_type is not supported')
    return { refusal: 'invalid', problems }
  }
  const ofType = METHODS.filter((method) => method.paymentType === paymentType)
  if (ofType.length === 0) return { refusal: 'method_not_enabled', problems: [] }
  const method = chooseMethod(charge, ofType, problems)
  const wishedNumber = method ? checkParts(charge, method, problems) : null
  const expiresMs = method ? checkExpiry(charge, method, nowMs, problems) : null
  if (!method || orderId === undefined || amount === undefined) return { refusal: 'invalid', problems }
  return { charge: { method, orderId, amount, wishedNumber, expiresMs }, echoed: echoOf(body) }
}

/** For those who must know the method before the whole body is looked at. */
export function methodOf(body: unknown): Method | undefined {
  if (!isObject(body)) return undefined
  const part = body[String(body.payment_type)]
  const bank = isObject(part) ? part.bank : undefined
  return METHODS.find((method) => method.paymentType === body.payment_type && (method.bank ?? bank) === bank)
}

export function isObject(value: unknown): value is Fields {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

export const ORDER_ID = /^[A-Za-z0-9_~.-]+$/
export const ORDER_ID_SAYS = 'only letters, digits and - _ ~ . are allowed'
const DIGITS = /^\d+$/
const CUSTOM_FIELDS = ['custom_field1', 'custom_field2', 'custom_field3'] as const

function chooseMethod(charge: Reader, ofType: readonly Method[], problems: string[]): Method | undefined {
  if (ofType.every((method) => method.bank === undefined)) return ofType[0]
  const part = charge.object(ofType[0]!.paymentType, true)
  const bank = part?.text('bank', { required: true })
  const method = ofType.find((one) => one.bank === bank)
  if (bank !== undefined && !method)
    problems.push(`bank_transfer.bank must be one of ${ofType.map((one) => one.bank).join(', ')}`)
  return method
}

/** What only one method asks for. Returns the number that the merchant would like. */
function checkParts(charge: Reader, method: Method, problems: string[]): string | null {
  const part = charge.object(method.paymentType, method.paymentType === 'echannel')
  if (method.paymentType === 'echannel') {
    // Texts too long are cut by Midtrans, not refused.
    for (const field of ['bill_info1', 'bill_info2']) part?.text(field, { required: true })
    for (const number of [3, 4, 5, 6, 7, 8]) part?.text(`bill_info${number}`, {})
  } else checkFreeText(part, problems)
  if (!method.number) return null
  const { part: at, field } = method.number.asked
  const wished = charge.object(at, false)?.text(field, { pattern: DIGITS, says: 'only digits are allowed' })
  return wished ?? null
}

function checkFreeText(part: Reader | undefined, problems: string[]): void {
  const freeText = part?.object('free_text', false)
  for (const field of ['inquiry', 'payment']) {
    const lines = freeText?.list(field)
    if (lines && lines.length > 10) problems.push(`bank_transfer.free_text.${field} has more than 10 entries`)
    for (const line of lines ?? []) for (const language of ['id', 'en']) line.text(language, { most: 50 })
  }
}

const UNIT_SECONDS: Readonly<Record<string, number>> = { second: 1, minute: 60, hour: 3600, day: 86_400 }

function checkExpiry(charge: Reader, method: Method, nowMs: number, problems: string[]): number | null {
  const expiry = charge.object('custom_expiry', false)
  if (!expiry) return null
  const range = method.customExpirySeconds
  if (!range) {
    problems.push(`custom_expiry is not supported for ${method.name}`)
    return null
  }
  const duration = expiry.whole('expiry_duration', { required: true, least: 1 })
  const unit = expiry.text('unit', {}) ?? 'minute'
  const perUnit = UNIT_SECONDS[unit]
  if (perUnit === undefined) problems.push('custom_expiry.unit must be one of second, minute, hour, day')
  const written = expiry.text('order_time', {})
  const startMs = written === undefined ? nowMs : readOrderTime(written)
  if (startMs === undefined)
    problems.push('custom_expiry.order_time must be formatted as yyyy-MM-dd HH:mm:ss Z')
  if (duration === undefined || perUnit === undefined || startMs === undefined) return null
  const seconds = duration * perUnit
  if (seconds < range.least || seconds > range.most)
    problems.push(
      `custom_expiry.expiry_duration must be between ${range.least} seconds and ${range.most / 86_400} days`,
    )
  const expiresMs = startMs + seconds * 1000
  if (expiresMs <= nowMs) problems.push('custom_expiry is already over')
  return expiresMs
}

export function checkItems(charge: Reader, amount: number | undefined, problems: string[]): void {
  const items = charge.list('item_details')
  if (!items) return
  let sum: number | undefined = 0
  for (const item of items) {
    for (const field of ['id', 'brand', 'category', 'merchant_name']) item.text(field, { most: 50 })
    item.text('name', { required: true, most: 50 })
    const price = item.whole('price', { required: true })
    const quantity = item.whole('quantity', { required: true, least: 1 })
    // A sum over what cannot be read would be one more mistake that is none.
    sum =
      sum === undefined || price === undefined || quantity === undefined ? undefined : sum + price * quantity
  }
  if (amount !== undefined && sum !== undefined && sum !== amount)
    problems.push('transaction_details.gross_amount is not equal to the sum of item_details')
}

const ADDRESS_MOST = {
  first_name: 255,
  last_name: 255,
  email: 255,
  phone: 255,
  address: 255,
  city: 100,
  postal_code: 10,
  country_code: 10,
}

export function checkCustomer(charge: Reader): void {
  const customer = charge.object('customer_details', false)
  for (const field of ['first_name', 'last_name', 'email', 'phone']) customer?.text(field, { most: 255 })
  for (const which of ['billing_address', 'shipping_address']) {
    const address = customer?.object(which, false)
    for (const [field, most] of Object.entries(ADDRESS_MOST)) address?.text(field, { most })
  }
}

function echoOf(body: Fields): Fields | null {
  const echoed: Record<string, unknown> = {}
  for (const field of [...CUSTOM_FIELDS, 'metadata']) {
    if (body[field] !== undefined && body[field] !== null) echoed[field] = body[field]
  }
  return Object.keys(echoed).length ? echoed : null
}

interface TextRule {
  readonly required?: boolean
  readonly most?: number
  readonly pattern?: RegExp
  readonly says?: string
}

/** Reads one object of the request and notes what is wrong under its full path. Fields that are null count as left out. */
export class Reader {
  readonly #fields: Fields
  readonly #path: string
  readonly #problems: string[]

  constructor(fields: Fields, path: string, problems: string[]) {
    this.#fields = fields
    this.#path = path
    this.#problems = problems
  }

  text(field: string, { required, most, pattern, says }: TextRule): string | undefined {
    const value = this.#plain(field)
    if (value === undefined || value === '') {
      if (required) this.#note(field, 'is required')
      return undefined
    }
    if (typeof value !== 'string') return this.#note(field, 'must be a string')
    if (most !== undefined && value.length > most)
      return this.#note(field, `length must not exceed ${most} characters`)
    if (pattern && !pattern.test(value)) return this.#note(field, says ?? 'is invalid')
    return value
  }

  whole(
    field: string,
    { required, least, most }: { required?: boolean; least?: number; most?: number },
  ): number | undefined {
    const value = this.#plain(field)
    if (value === undefined) return required ? this.#note(field, 'is required') : undefined
    if (typeof value !== 'number' || !Number.isSafeInteger(value))
      return this.#note(field, 'must be an integer')
    if (least !== undefined && value < least)
      return this.#note(field, `must be greater than or equal to ${least}`)
    if (most !== undefined && value > most) return this.#note(field, `must be less than or equal to ${most}`)
    return value
  }

  number(field: string): number | undefined {
    const value = this.#plain(field)
    if (value === undefined) return undefined
    return typeof value === 'number' && value >= 0 ? value : this.#note(field, 'must be a number, 0 or more')
  }

  amount(field: string): number | undefined {
    const value = this.#plain(field)
    if (typeof value === 'number' && value < 0.01)
      return this.#note(field, 'must be greater than or equal to 0.01')
    return this.whole(field, { required: true })
  }

  object(field: string, required: boolean): Reader | undefined {
    const value = this.#fields[field] ?? undefined
    if (value === undefined) return required ? this.#note(field, 'is required') : undefined
    if (!isObject(value)) throw new WrongShape()
    return new Reader(value, `${this.#path}${field}.`, this.#problems)
  }

  list(field: string): Reader[] | undefined {
    const value = this.#fields[field] ?? undefined
    if (value === undefined) return undefined
    if (!Array.isArray(value) || !value.every(isObject)) throw new WrongShape()
    return value.map((entry, at) => new Reader(entry, `${this.#path}${field}[${at}].`, this.#problems))
  }

  #plain(field: string): unknown {
    const value = this.#fields[field] ?? undefined
    if (typeof value === 'object') throw new WrongShape()
    return value
  }

  #note(field: string, says: string): undefined {
    const problem = `${this.#path}${field} ${says}`
    if (!this.#problems.includes(problem)) this.#problems.push(problem)
    return undefined
  }
}
