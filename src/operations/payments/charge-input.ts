/**
 * A charge as the host's code gives it, read into what Midtrans is asked; every mistake in it at once, before anything is written. Shapes are judged here, because JavaScript checks none;
 * what Midtrans takes and what not is judged by the gateway.
 */
import { type ChargedType, type MethodCharge, variantOf } from '../../domain/charge-methods.ts'
import { parseRupiah } from '../../domain/money.ts'
import type {
  Address,
  ChargeAsked,
  CustomerDetails,
  Item,
  OrderAsked,
  PaymentOwner,
} from '../../domain/payment.ts'
import { BayarError, invalidRequest, type Problem } from '../../errors.ts'
import { chargeProblems } from '../../gateway/charge-body.ts'
import { fieldsOf, METHOD_FIELD_NAMES, methodsWith, wireName } from '../../gateway/charge-fields.ts'
import { CHARGED_TYPES } from '../../gateway/charge-parts.ts'
import { paymentMethod } from '../../gateway/payment-methods.ts'
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

/** What every charge may say, whatever its method. */
export interface ChargeCommon {
  /** Yours, unique. Made by bayar when left out. */
  readonly orderId?: string
  /** Whole rupiah. */
  readonly grossAmount: number
  readonly customer?: CustomerDetails
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

export type ChargeInput = ChargeCommon & MethodCharge

const RESERVED = /^(SUB|TOPUP)-/
const SECONDS: Readonly<Record<string, number>> = { second: 1, minute: 60, hour: 3600, day: 86_400 }

export interface CheckedCharge {
  readonly merchant: string
  readonly asked: ChargeAsked
  readonly userId: string | null
  readonly newAttempt: boolean
}

export function checkCharge(
  given: ChargeInput,
  rules: Rules,
  makeOrderId: () => string,
  owner?: PaymentOwner,
): CheckedCharge {
  const input = recordOf(given)
  const problems: Problem[] = []

  const paymentType = CHARGED_TYPES.find((type) => type === input.paymentType)
  if (paymentType === undefined)
    problems.push({ field: 'payment_type', reason: `must be one of ${CHARGED_TYPES.join(', ')}` })
  else if (rules.enabledMethods !== null && !rules.enabledMethods.includes(paymentType)) {
    throw new BayarError(
      'method_not_enabled',
      `${paymentType} is not among enabledMethods (MIDTRANS_ENABLED_PAYMENTS): ${rules.enabledMethods.join(', ')}.`,
    )
  }
  problems.push(...unknownFields(input, paymentType))

  const { merchant, userId, order } = readOrder(input, rules, problems, makeOrderId, owner)

  // Of an unknown method nothing more can be told; what every method has is judged all the same.
  const method = paymentType === undefined ? ANY_METHOD : methodOf(paymentType, input, rules)
  const asked = withDefaultExpiry({ ...order, ...method }, input, rules.expiryMinutes ?? owner?.expiryMinutes)
  const all = chargeProblems(asked, problems)
  if (all.length > 0) throw invalidRequest(all)
  return { merchant, userId, newAttempt: input.newAttempt === true, asked }
}

export interface ReadOrder {
  readonly merchant: string
  readonly userId: string | null
  readonly order: OrderAsked
}

/** What every charge and every page has. */
export function readOrder(
  input: Fields,
  rules: Rules,
  problems: Problem[],
  makeOrderId: () => string,
  owner?: PaymentOwner,
): ReadOrder {
  const read = readerOf(problems)
  const merchant = input.merchant ?? rules.merchants[0]?.name ?? 'default'
  const account = rules.merchants.find((one) => one.name === merchant)
  if (!account) problems.push({ field: 'merchant', reason: 'is not configured' })
  else if (account.serverKeys.length === 0)
    throw new BayarError(
      'keys_missing',
      `The account ${account.name} has none: name another one in \`merchant\`.`,
    )
  const userId = read.text('user_id', input.userId) ?? null
  if (userId !== null && userId.length > 255)
    problems.push({ field: 'user_id', reason: 'is longer than 255 characters' })

  const order: OrderAsked = {
    orderId:
      input.orderId === undefined ? makeOrderId() : (read.text('order_id', input.orderId) ?? 'unreadable'),
    grossAmount: read.amount('gross_amount', input.grossAmount) ?? 1n,
    customer: readCustomer(read, input.customer),
    items: read
      .list('item_details', input.items)
      .map((item, index) => readItem(read, item, `item_details[${index}].`)),
    customFields: read
      .list('custom_fields', input.customFields)
      .map((text, index) => read.text(`custom_fields[${index}]`, text) ?? ''),
    metadata: readMetadata(problems, input.metadata),
    expirySeconds: readExpiry(problems, input.customExpiry),
    notificationUrl: readUrl(problems, input.notificationUrl) ?? rules.notificationUrl,
  }
  if (!owner && RESERVED.test(order.orderId))
    throw new BayarError('order_id_reserved', `Choose another one than ${order.orderId}.`)
  return { merchant: merchant as string, userId, order }
}

const ANY_METHOD: MethodCharge = { paymentType: 'qris' }

/** The fields of this method, unread: the gateway's table judges their shapes and their limits. */
function methodOf(paymentType: ChargedType, input: Fields, rules: Rules): MethodCharge {
  const names = Object.keys(fieldsOf(paymentType))
  const given = Object.fromEntries(
    names
      .filter((name) => input[name] !== undefined && input[name] !== null)
      .map((name) => [name, input[name]]),
  )
  const callbackUrl = rules.callbackUrls[paymentType as keyof typeof rules.callbackUrls]
  const isDefaulted =
    names.includes('callbackUrl') && given.callbackUrl === undefined && callbackUrl !== undefined
  return { paymentType, ...given, ...(isDefaulted && { callbackUrl }) } as MethodCharge
}

/** The setting is for all methods: one that takes no deadline gets none, and one that takes less gets what it takes. */
function withDefaultExpiry(asked: ChargeAsked, input: Fields, minutes: number | undefined): ChargeAsked {
  const isGiven = input.customExpiry !== undefined && input.customExpiry !== null
  if (isGiven || minutes === undefined) return asked
  const custom = paymentMethod(asked.paymentType, variantOf(asked))?.expiry.custom
  if (!custom) return asked
  const seconds = minutes * 60
  return { ...asked, expirySeconds: Math.max(custom.min ?? 0, Math.min(custom.max ?? seconds, seconds)) }
}

export const COMMON_FIELDS = [
  'orderId',
  'grossAmount',
  'paymentType',
  'customer',
  'items',
  'customExpiry',
  'customFields',
  'metadata',
  'userId',
  'notificationUrl',
  'merchant',
  'newAttempt',
] as const satisfies readonly (keyof ChargeInput)[]

/** A misspelt option would be a charge without it, and another method's option is a misunderstanding about what is being charged. */
function unknownFields(input: Fields, paymentType: ChargedType | undefined): Problem[] {
  const own = paymentType === undefined ? METHOD_FIELD_NAMES : Object.keys(fieldsOf(paymentType))
  const known: readonly string[] = [...COMMON_FIELDS, ...own]
  return Object.keys(input)
    .filter((name) => input[name] !== undefined && input[name] !== null && !known.includes(name))
    .map((name) => {
      const methods = methodsWith(name)
      if (methods.length > 0)
        return { field: wireName(name), reason: `is for ${methods.join(' and ')}, not for ${paymentType}` }
      if (name === 'tx')
        return {
          field: name,
          reason: 'cannot be used: Midtrans must not be called while a transaction is open',
        }
      return { field: name, reason: `is not a field of a charge; there are ${known.join(', ')}` }
    })
}

export type Fields = Readonly<Record<string, unknown>>

export function recordOf(given: unknown): Fields {
  return typeof given === 'object' && given !== null ? (given as Fields) : {}
}

type Reader = ReturnType<typeof readerOf>

/** Reads one field as what it must be; what it is not becomes a problem and `undefined`. */
export function readerOf(problems: Problem[]) {
  const wrong = (field: string, reason: string): undefined => {
    problems.push({ field, reason })
  }
  return {
    /** Text that every column and JSON document can carry. */
    text(field: string, value: unknown): string | undefined {
      if (value === undefined || value === null) return undefined
      if (typeof value !== 'string') return wrong(field, 'must be text')
      return value.includes('\u0000') || !value.isWellFormed()
        ? wrong(field, 'has characters that are no text')
        : value
    },
    amount(field: string, value: unknown): bigint | undefined {
      const rupiah = typeof value === 'number' ? parseRupiah(value) : undefined
      if (rupiah !== undefined && rupiah > 0n) return rupiah
      return wrong(field, 'must be positive: whole rupiah, at least 1')
    },
    list(field: string, value: unknown): readonly unknown[] {
      if (value === undefined || value === null) return []
      if (Array.isArray(value)) return value
      wrong(field, 'must be a list')
      return []
    },
    wrong,
  }
}

function readItem(read: Reader, given: unknown, path: string): Item {
  const item = recordOf(given)
  const optional = {
    id: item.id,
    brand: item.brand,
    category: item.category,
    merchant_name: item.merchantName,
    url: item.url,
  }
  const texts = Object.fromEntries(
    Object.entries(optional).flatMap(([name, value]) => {
      const text = read.text(path + name, value)
      return text === undefined ? [] : [[name === 'merchant_name' ? 'merchantName' : name, text]]
    }),
  )
  // A discount is a line with a negative price.
  const price = Number.isSafeInteger(item.price)
    ? BigInt(item.price as number)
    : (read.wrong(`${path}price`, 'must be whole rupiah') ?? 0n)
  return {
    ...texts,
    name: read.text(`${path}name`, item.name) ?? '',
    price,
    quantity: item.quantity as number,
  }
}

export function readCustomer(read: Reader, given: unknown): CustomerDetails {
  const path = 'customer_details.'
  const { billingAddress, shippingAddress, ...texts } = recordOf(given)
  const customer = readTexts(read, path, texts, ['firstName', 'lastName', 'email', 'phone'])
  if (customer.email !== undefined && !/^[^\s@]+@[^\s@]+$/.test(customer.email))
    read.wrong('customer_details.email', 'is not an e-mail address')
  return {
    ...customer,
    ...(billingAddress !== undefined && {
      billingAddress: readAddress(read, `${path}billing_address.`, billingAddress),
    }),
    ...(shippingAddress !== undefined && {
      shippingAddress: readAddress(read, `${path}shipping_address.`, shippingAddress),
    }),
  }
}

function readAddress(read: Reader, path: string, given: unknown): Address {
  return readTexts(read, path, recordOf(given), [
    'firstName',
    'lastName',
    'email',
    'phone',
    'address',
    'city',
    'postalCode',
    'countryCode',
  ])
}

function readTexts<Name extends string>(
  read: Reader,
  path: string,
  given: Fields,
  names: readonly Name[],
): { [Key in Name]?: string } {
  return Object.fromEntries(
    names.flatMap((name) => {
      const text = read.text(path + wireName(name), given[name])
      return text ? [[name, text]] : []
    }),
  ) as { [Key in Name]?: string }
}

const METADATA_BYTES_MAX = 4096

export function readMetadata(problems: Problem[], given: unknown): ChargeAsked['metadata'] {
  if (given === undefined || given === null) return null
  const text = typeof given === 'object' && !Array.isArray(given) ? asJson(given) : undefined
  const isText = text === undefined || !/\\u0000|\\ud[89a-f]/i.test(text)
  if (text !== undefined && Buffer.byteLength(text) <= METADATA_BYTES_MAX && isText)
    return JSON.parse(text) as Record<string, unknown>
  if (!isText) {
    problems.push({
      field: 'metadata',
      reason: 'has characters that are no text: U+0000, or half a character',
    })
    return null
  }
  problems.push({ field: 'metadata', reason: `must be a JSON object of at most ${METADATA_BYTES_MAX} bytes` })
  return null
}

function asJson(value: unknown): string | undefined {
  try {
    return JSON.stringify(value)
  } catch {
    return undefined
  }
}

function readExpiry(problems: Problem[], given: unknown): number | null {
  if (given === undefined || given === null) return null
  const { duration, unit } = recordOf(given)
  const seconds = typeof unit === 'string' && Object.hasOwn(SECONDS, unit) ? SECONDS[unit] : undefined
  if (seconds === undefined)
    problems.push({ field: 'custom_expiry.unit', reason: 'must be second, minute, hour or day' })
  else if (!Number.isSafeInteger(duration))
    problems.push({ field: 'custom_expiry.duration', reason: 'must be a whole number' })
  else return (duration as number) * seconds
  return null
}

export function readUrl(problems: Problem[], given: unknown, field = 'notification_url'): string | null {
  if (given === undefined || given === null) return null
  if (
    typeof given === 'string' &&
    given.length <= 1000 &&
    !/[\s,]/.test(given) &&
    URL.canParse(given) &&
    /^https?:$/.test(new URL(given).protocol)
  ) {
    return given
  }
  problems.push({ field, reason: 'must be an http or https address' })
  return null
}
