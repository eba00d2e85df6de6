/**
 * A charge as the host's code gives it, read into what Midtrans is asked; every mistake in it at once, before anything is written. Shapes are judged here, because JavaScript checks none;
 * what Midtrans takes and what not is judged by the gateway.
 */
import { parseRupiah } from '../../domain/money.ts'
import type { Bank, ChargeAsked, Item } from '../../domain/payment.ts'
import { BayarError, invalidRequest, type Problem } from '../../errors.ts'
import { chargeProblems } from '../../gateway/charge-body.ts'
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

const RESERVED = /^(SUB|TOPUP)-/
const MINUTES: Readonly<Record<string, number>> = { second: 1 / 60, minute: 1, hour: 60, day: 1440 }
const PAYMENT_TYPES: readonly ChargeAsked['paymentType'][] = ['bank_transfer', 'echannel']

export interface CheckedCharge {
  readonly merchant: string
  readonly asked: ChargeAsked
  readonly userId: string | null
  readonly newAttempt: boolean
}

export function checkCharge(given: ChargeInput, rules: Rules, makeOrderId: () => string): CheckedCharge {
  const input = recordOf(given)
  const problems: Problem[] = []
  const read = readerOf(problems)
  problems.push(...unknownFields(input))

  const paymentType = PAYMENT_TYPES.find((type) => type === input.paymentType)
  if (paymentType === undefined)
    problems.push({ field: 'payment_type', reason: `must be ${PAYMENT_TYPES.join(' or ')}` })
  else if (rules.enabledMethods !== null && !rules.enabledMethods.includes(paymentType)) {
    throw new BayarError('method_not_enabled', `Enabled are ${rules.enabledMethods.join(', ')}.`)
  }
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

  const asked: ChargeAsked = {
    orderId:
      input.orderId === undefined ? makeOrderId() : (read.text('order_id', input.orderId) ?? 'unreadable'),
    grossAmount: read.amount('gross_amount', input.grossAmount) ?? 1n,
    paymentType: paymentType ?? 'bank_transfer',
    // Without a method there is no telling whether a bank is missing.
    bank:
      paymentType === 'bank_transfer'
        ? ((input.bank ?? null) as Bank | null)
        : paymentType === undefined
          ? 'bca'
          : null,
    vaNumber: read.text('va_number', input.vaNumber) ?? null,
    customer: readCustomer(read, input.customer),
    items: read
      .list('item_details', input.items)
      .map((item, index) => readItem(read, item, `item_details[${index}].`)),
    customFields: read
      .list('custom_fields', input.customFields)
      .map((text, index) => read.text(`custom_fields[${index}]`, text) ?? ''),
    metadata: readMetadata(problems, input.metadata),
    expiryMinutes: readExpiry(problems, input.customExpiry) ?? rules.expiryMinutes,
    notificationUrl: readUrl(problems, input.notificationUrl) ?? rules.notificationUrl,
  }
  if (RESERVED.test(asked.orderId))
    throw new BayarError('order_id_reserved', `Choose another one than ${asked.orderId}.`)

  const all = chargeProblems(asked, problems)
  if (all.length > 0) throw invalidRequest(all)
  return { merchant: merchant as string, userId, newAttempt: input.newAttempt === true, asked }
}

const FIELDS = [
  'orderId',
  'grossAmount',
  'paymentType',
  'bank',
  'vaNumber',
  'customer',
  'items',
  'customExpiry',
  'customFields',
  'metadata',
  'userId',
  'notificationUrl',
  'merchant',
  'newAttempt',
] as const satisfies readonly (keyof BankTransferCharge)[]

/** A misspelt option would be a charge without it. */
function unknownFields(input: Fields): Problem[] {
  return Object.keys(input)
    .filter((name) => input[name] !== undefined && !(FIELDS as readonly string[]).includes(name))
    .map((field) =>
      field === 'tx'
        ? { field, reason: 'cannot be used: Midtrans must not be called while a transaction is open' }
        : { field, reason: `is not a field of a charge; there are ${FIELDS.join(', ')}` },
    )
}

type Fields = Readonly<Record<string, unknown>>

function recordOf(given: unknown): Fields {
  return typeof given === 'object' && given !== null ? (given as Fields) : {}
}

type Reader = ReturnType<typeof readerOf>

/** Reads one field as what it must be; what it is not becomes a problem and `undefined`. */
function readerOf(problems: Problem[]) {
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
      return (
        (typeof value === 'number' ? parseRupiah(value) : undefined) ?? wrong(field, 'must be whole rupiah')
      )
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

function readCustomer(read: Reader, given: unknown): ChargeAsked['customer'] {
  const { firstName, lastName, email, phone } = recordOf(given)
  const customer: Record<string, string> = {}
  for (const [name, field, value] of [
    ['firstName', 'first_name', firstName],
    ['lastName', 'last_name', lastName],
    ['email', 'email', email],
    ['phone', 'phone', phone],
  ] as const) {
    const text = read.text(`customer_details.${field}`, value)
    if (text) customer[name] = text
  }
  if (customer.email !== undefined && !/^[^\s@]+@[^\s@]+$/.test(customer.email))
    read.wrong('customer_details.email', 'is not an e-mail address')
  return customer
}

const METADATA_BYTES_MAX = 4096

function readMetadata(problems: Problem[], given: unknown): ChargeAsked['metadata'] {
  if (given === undefined || given === null) return null
  const text = typeof given === 'object' && !Array.isArray(given) ? asJson(given) : undefined
  if (
    text !== undefined &&
    Buffer.byteLength(text) <= METADATA_BYTES_MAX &&
    !/\\u0000|\\ud[89a-f]/i.test(text)
  ) {
    return JSON.parse(text) as Record<string, unknown>
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

/** Midtrans is asked in whole minutes. */
function readExpiry(problems: Problem[], given: unknown): number | null {
  if (given === undefined || given === null) return null
  const { duration, unit } = recordOf(given)
  const minutes = typeof unit === 'string' ? MINUTES[unit] : undefined
  if (minutes === undefined)
    problems.push({ field: 'custom_expiry.unit', reason: 'must be second, minute, hour or day' })
  else if (!Number.isSafeInteger(duration))
    problems.push({ field: 'custom_expiry.duration', reason: 'must be a whole number' })
  else return Math.round((duration as number) * minutes * 60) / 60
  return null
}

function readUrl(problems: Problem[], given: unknown): string | null {
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
  problems.push({ field: 'notification_url', reason: 'must be an http or https address' })
  return null
}
