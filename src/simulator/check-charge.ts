import { PAYMENT_TYPES, type PaymentType } from '../gateway/wire.ts'
import { type Parts, READ_PARTS } from './charge-parts.ts'
import { type AmountRange, METHODS, type Method, VARIANT_FIELDS } from './methods.ts'
import { type Fields, isObject, Reader, WrongShape } from './reader.ts'
import type { RefusalName } from './refusals.ts'
import type { Extras } from './transaction.ts'
import { readOrderTime } from './wib-time.ts'
import type { Settings } from './world.ts'

/**
 * What Midtrans demands of `POST /v2/charge`: docs/midtrans/protocol.md §6 and §7. All faults are told at once, in `validation_messages`.
 * Of their wording only that of the amount is recorded; merchants should show it and never read it.
 */
export type CheckedCharge =
  | { readonly charge: ChargeAsked }
  | { readonly refusal: RefusalName; readonly problems: readonly string[] }

export interface ChargeAsked {
  readonly method: Method
  readonly orderId: string
  readonly amount: number
  readonly wishedNumber: string | null
  readonly expiresMs: number | null
  readonly parts: Parts
  readonly echoed: Extras['echoed'] | null
}

/** Where a charge comes from, and what this merchant may charge. */
export interface Terms {
  readonly nowMs: number
  /** A charge that Midtrans makes itself may be by a bank that only its pages offer. */
  readonly isOwn: boolean
  readonly settings: Pick<Settings, 'disabledMethods' | 'amountLimits'>
}

/** Methods that the merchant has not been given are answered 402. */
export function checkCharge(body: Fields, terms: Terms): CheckedCharge {
  const problems: string[] = []
  try {
    const checked = check(new Reader(body, problems), body, terms, problems)
    if (problems.length) return { refusal: 'invalid', problems }
    const isDisabled = 'charge' in checked && terms.settings.disabledMethods.has(checked.charge.method.name)
    return isDisabled ? { refusal: 'method_not_enabled', problems } : checked
  } catch (error) {
    if (error instanceof WrongShape) return { refusal: 'malformed', problems: [] }
    throw error
  }
}

function check(charge: Reader, body: Fields, terms: Terms, problems: string[]): CheckedCharge {
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
  const method = chooseMethod(charge, paymentType as PaymentType, terms, problems)
  const parts = READ_PARTS[paymentType as PaymentType](charge, body)
  const wishedNumber = method ? readWishedNumber(charge, method) : null
  const expiresMs = method ? checkExpiry(charge, method, terms.nowMs, problems) : null
  if (method?.wantsBasket) for (const part of ['item_details', 'customer_details']) charge.present(part)
  if (method && amount !== undefined && terms.settings.amountLimits)
    checkAmount(amount, parts.linked?.preAuth ? RESERVED_GOPAY : method.amount, problems)
  if (!method || orderId === undefined || amount === undefined) return { refusal: 'invalid', problems }
  return { charge: { method, orderId, amount, wishedNumber, expiresMs, parts, echoed: echoOf(body) } }
}

/** What GoPay reserves in the sandbox. */
const RESERVED_GOPAY: AmountRange = { least: 1, most: 100_000 }

/** The code is unconfirmed, the sentence our own. */
function checkAmount(amount: number, { least, most }: AmountRange, problems: string[]): void {
  if (amount < least)
    problems.push(`transaction_details.gross_amount must be at least ${least} for this payment method`)
  if (most !== null && amount > most)
    problems.push(`transaction_details.gross_amount must be at most ${most} for this payment method`)
}

/** For those who must know the method before the whole body is looked at. */
export function methodOf(body: unknown): Method | undefined {
  if (!isObject(body)) return undefined
  const part = body[String(body.payment_type)]
  const rule = VARIANT_FIELDS[body.payment_type as PaymentType]
  const variant = rule && ((isObject(part) ? part[rule.field] : undefined) ?? rule.otherwise)
  return METHODS.find((method) => method.paymentType === body.payment_type && method.variant === variant)
}

export const ORDER_ID = /^[A-Za-z0-9_~.-]+$/
export const ORDER_ID_SAYS = 'only letters, digits and - _ ~ . are allowed'
const DIGITS = /^\d+$/
const CUSTOM_FIELDS = ['custom_field1', 'custom_field2', 'custom_field3'] as const

function chooseMethod(
  charge: Reader,
  paymentType: PaymentType,
  { isOwn }: Terms,
  problems: string[],
): Method | undefined {
  const ofType = METHODS.filter((one) => one.paymentType === paymentType && (isOwn || !one.snapOnly))
  const rule = VARIANT_FIELDS[paymentType]
  if (!rule) return ofType[0]
  const part = charge.object(paymentType, rule.otherwise === undefined)
  const variant = part?.text(rule.field, { required: rule.otherwise === undefined }) ?? rule.otherwise
  const method = ofType.find((one) => one.variant === variant)
  if (variant !== undefined && !method)
    problems.push(
      `${paymentType}.${rule.field} must be one of ${ofType.map((one) => one.variant).join(', ')}`,
    )
  return method
}

/** The number that the merchant would like. */
function readWishedNumber(charge: Reader, method: Method): string | null {
  const asked = method.number?.asked
  if (!asked) return null
  return (
    charge
      .object(asked.part, false)
      ?.text(asked.field, { pattern: DIGITS, says: 'only digits are allowed' }) ?? null
  )
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
