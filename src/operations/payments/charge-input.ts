/** What may be charged, and every mistake in it at once: before anything is written, and long before anything is sent. */
import { parseRupiah } from '../../domain/money.ts'
import { BANKS, type Bank, type ChargeAsked, type Item } from '../../domain/payment.ts'
import { BayarError, invalidRequest, type Problem } from '../../errors.ts'
import type { Rules } from '../context.ts'

export interface ChargeItem {
  readonly id?: string
  readonly name: string
  readonly price: number
  readonly quantity: number
  readonly brand?: string
  readonly category?: string
  readonly merchantName?: string
  readonly url?: string
}

interface ChargeCommon {
  /** Yours, unique. Made by bayar when left out. */
  readonly orderId?: string
  /** Whole rupiah. */
  readonly grossAmount: number
  readonly customer?: {
    readonly firstName?: string
    readonly lastName?: string
    readonly email?: string
    readonly phone?: string
  }
  /** Their sum must be `grossAmount`. */
  readonly items?: readonly ChargeItem[]
  readonly customExpiry?: { readonly duration: number; readonly unit: 'second' | 'minute' | 'hour' | 'day' }
  /** At most three. */
  readonly customFields?: readonly string[]
  readonly metadata?: Readonly<Record<string, unknown>>
  /** Who this payment belongs to among your users. */
  readonly userId?: string
  /** Notify this address instead of the one in Midtrans's dashboard. */
  readonly notificationUrl?: string
  /** Which of your Midtrans accounts; `default` unless configured. */
  readonly merchant?: string
  /** The last attempt of this order ended without money: begin another one. */
  readonly newAttempt?: boolean
}

export interface BankTransferCharge extends ChargeCommon {
  readonly paymentType: 'bank_transfer'
  readonly bank: Bank
  /** A number of your own choosing, where your contract with the bank allows it. */
  readonly vaNumber?: string
}

export interface EchannelCharge extends ChargeCommon {
  /** Mandiri bill. */
  readonly paymentType: 'echannel'
}

export type ChargeInput = BankTransferCharge | EchannelCharge

const ORDER_ID = /^[A-Za-z0-9._~-]{1,50}$/
const RESERVED = /^(SUB|TOPUP)-/
const SECONDS: Readonly<Record<string, number>> = { second: 1, minute: 60, hour: 3600, day: 86_400 }

export interface CheckedCharge {
  readonly merchant: string
  readonly asked: ChargeAsked
  readonly userId: string | null
  readonly newAttempt: boolean
}

export function checkCharge(given: ChargeInput, rules: Rules, makeOrderId: () => string): CheckedCharge {
  const input = (typeof given === 'object' && given !== null ? given : {}) as ChargeInput &
    Record<string, unknown>
  const problems: Problem[] = []
  const wrong = (field: string, reason: string) => problems.push({ field, reason })

  const orderId = input.orderId ?? makeOrderId()
  if (typeof orderId !== 'string' || !ORDER_ID.test(orderId) || /^\.+$/.test(orderId)) {
    wrong('order_id', 'must be 1 to 50 letters, digits and - _ ~ .')
  } else if (RESERVED.test(orderId)) {
    throw new BayarError('order_id_reserved', `Choose another one than ${orderId}.`)
  }

  const grossAmount = typeof input.grossAmount === 'number' ? parseRupiah(input.grossAmount) : undefined
  if (grossAmount === undefined || grossAmount < 1n) wrong('gross_amount', 'must be whole rupiah, at least 1')

  const paymentType = input.paymentType as string
  const knownType = paymentType === 'bank_transfer' || paymentType === 'echannel'
  if (typeof paymentType !== 'string' || !knownType)
    wrong('payment_type', 'must be bank_transfer or echannel')
  else if (rules.enabledMethods !== null && !rules.enabledMethods.includes(paymentType)) {
    throw new BayarError('method_not_enabled', `Enabled are ${rules.enabledMethods.join(', ')}.`)
  }

  let bank: Bank | null = null
  let vaNumber: string | null = null
  if (paymentType === 'bank_transfer') {
    const asked = (input as BankTransferCharge).bank
    if (BANKS.includes(asked)) bank = asked
    else wrong('bank', `must be one of ${BANKS.join(', ')}`)
    const number = (input as BankTransferCharge).vaNumber
    if (number !== undefined) {
      if (typeof number === 'string' && /^\d{1,18}$/.test(number)) vaNumber = number
      else wrong('va_number', 'must be 1 to 18 digits')
    }
  }

  const merchant = input.merchant ?? rules.merchants[0]?.name ?? 'default'
  if (!rules.merchants.some((one) => one.name === merchant)) wrong('merchant', 'is not configured')

  const items = checkItems(input.items, grossAmount, wrong)
  const customer = checkCustomer(input.customer, wrong)
  const customFields = checkCustomFields(input.customFields, wrong)
  const metadata = checkMetadata(input.metadata, wrong)
  const expiryMinutes = checkExpiry(input.customExpiry, wrong) ?? rules.expiryMinutes
  const notificationUrl = input.notificationUrl ?? rules.notificationUrl
  if (notificationUrl !== null && !isHttpUrl(notificationUrl))
    wrong('notification_url', 'must be an http or https address')
  const userId = input.userId ?? null
  if (userId !== null && !isText(userId, 255)) wrong('user_id', 'must be text of at most 255 characters')

  if (problems.length > 0) throw invalidRequest(problems)
  return {
    merchant,
    userId,
    newAttempt: input.newAttempt === true,
    asked: {
      orderId,
      grossAmount: grossAmount!,
      paymentType: paymentType as ChargeAsked['paymentType'],
      bank,
      vaNumber,
      customer,
      items,
      customFields,
      metadata,
      expiryMinutes,
      notificationUrl,
    },
  }
}

type Wrong = (field: string, reason: string) => void

/** Printable text that every column and JSON document can carry. */
function isText(value: unknown, charactersMax: number): value is string {
  return (
    typeof value === 'string' &&
    value.length <= charactersMax &&
    !value.includes('\u0000') &&
    value.isWellFormed()
  )
}

function checkItems(given: unknown, grossAmount: bigint | undefined, wrong: Wrong): readonly Item[] {
  if (given === undefined || given === null) return []
  if (!Array.isArray(given) || given.length > 200) {
    wrong('item_details', 'must be a list of at most 200 items')
    return []
  }
  const items: Item[] = []
  let sum = 0n
  given.forEach((entry: unknown, index) => {
    const item = (typeof entry === 'object' && entry !== null ? entry : {}) as Record<string, unknown>
    const field = (name: string) => `item_details[${index}].${name}`
    if (!isText(item.name, 50) || item.name === '') wrong(field('name'), 'must be 1 to 50 characters')
    // A discount is a line with a negative price.
    if (!Number.isSafeInteger(item.price)) wrong(field('price'), 'must be whole rupiah')
    if (
      !Number.isSafeInteger(item.quantity) ||
      (item.quantity as number) < 1 ||
      (item.quantity as number) > 1_000_000
    ) {
      wrong(field('quantity'), 'must be a whole number from 1 to 1,000,000')
    }
    for (const [name, most] of Object.entries({
      id: 50,
      brand: 50,
      category: 50,
      merchantName: 50,
      url: 2000,
    })) {
      if (item[name] !== undefined && !isText(item[name], most))
        wrong(field(name), `must be text of at most ${most} characters`)
    }
    if (Number.isSafeInteger(item.price) && Number.isSafeInteger(item.quantity)) {
      const price = BigInt(item.price as number)
      sum += price * BigInt(item.quantity as number)
      items.push({ ...(entry as ChargeItem), price })
    }
  })
  if (grossAmount !== undefined && items.length === given.length && items.length > 0 && sum !== grossAmount) {
    wrong('item_details', `add up to ${sum}, not to gross_amount ${grossAmount}`)
  }
  return items
}

function checkCustomer(given: unknown, wrong: Wrong): ChargeAsked['customer'] {
  if (given === undefined || given === null) return {}
  if (typeof given !== 'object') {
    wrong('customer_details', 'must be an object')
    return {}
  }
  const customer: Record<string, string> = {}
  for (const [name, field] of Object.entries({
    firstName: 'first_name',
    lastName: 'last_name',
    email: 'email',
    phone: 'phone',
  })) {
    const value = (given as Record<string, unknown>)[name]
    if (value === undefined || value === null || value === '') continue
    if (isText(value, 255)) customer[name] = value
    else wrong(`customer_details.${field}`, 'must be text of at most 255 characters')
  }
  if (customer.email !== undefined && !/^[^\s@]+@[^\s@]+$/.test(customer.email))
    wrong('customer_details.email', 'is not an e-mail address')
  return customer
}

function checkCustomFields(given: unknown, wrong: Wrong): readonly string[] {
  if (given === undefined || given === null) return []
  if (!Array.isArray(given) || given.length > 3 || !given.every((field) => isText(field, 255))) {
    wrong('custom_fields', 'must be at most three texts of at most 255 characters')
    return []
  }
  return given as string[]
}

const METADATA_BYTES_MAX = 4096

function checkMetadata(given: unknown, wrong: Wrong): ChargeAsked['metadata'] {
  if (given === undefined || given === null) return null
  const text = typeof given === 'object' && !Array.isArray(given) ? asJson(given) : undefined
  if (
    text === undefined ||
    Buffer.byteLength(text) > METADATA_BYTES_MAX ||
    /\\u0000|\\ud[89a-f]/i.test(text)
  ) {
    wrong('metadata', `must be a JSON object of at most ${METADATA_BYTES_MAX} bytes`)
    return null
  }
  return JSON.parse(text) as Record<string, unknown>
}

function asJson(value: unknown): string | undefined {
  try {
    return JSON.stringify(value)
  } catch {
    return undefined
  }
}

/** Midtrans takes up to 180 days for virtual accounts and bills. It is asked in whole minutes. */
function checkExpiry(given: unknown, wrong: Wrong): number | null {
  if (given === undefined || given === null) return null
  const { duration, unit } = given as { duration?: unknown; unit?: unknown }
  const seconds = typeof unit === 'string' ? SECONDS[unit] : undefined
  if (seconds === undefined) {
    wrong('custom_expiry.unit', 'must be second, minute, hour or day')
    return null
  }
  const total = Number.isSafeInteger(duration) ? (duration as number) * seconds : Number.NaN
  if (!(total >= 60 && total <= 180 * 86_400 && total % 60 === 0)) {
    wrong('custom_expiry.duration', 'must make whole minutes, from one to 180 days')
    return null
  }
  return total / 60
}

function isHttpUrl(text: unknown): boolean {
  if (!isText(text, 1000) || /[\s,]/.test(text)) return false
  try {
    return ['http:', 'https:'].includes(new URL(text).protocol)
  } catch {
    return false
  }
}
