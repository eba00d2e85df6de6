import { variantOf } from '../domain/charge-methods.ts'
import { formatJakartaTime } from '../domain/jakarta-time.ts'
import { toNumber } from '../domain/money.ts'
import type { Address, ChargeAsked, CustomerDetails, Item, OrderAsked } from '../domain/payment.ts'
import { invalidRequest, isAbout, type Problem } from '../errors.ts'
import { fieldProblems } from './charge-fields.ts'
import { defined, methodRequest } from './charge-parts.ts'
import { paymentMethod } from './payment-methods.ts'
import type { ChargeRequest, CustomExpiry, WireAddress, WireCustomer, WireItem } from './wire.ts'

/** Midtrans refuses larger request bodies. */
const BODY_BYTES_MAX = 16 * 1024
/** More do not fit into such a body. */
const ITEMS_MAX = 200

/**
 * The body of `POST /v2/charge`. The notification address is not in it: Midtrans reads that from a header and ignores a field, so
 * that a test machine's charges would notify production (defect D20).
 */
export function chargeBody(asked: ChargeAsked, now: Date): ChargeRequest {
  const problems = chargeProblems(asked)
  if (problems.length > 0) throw invalidRequest(problems)
  return bodyOf(asked, now)
}

/**
 * What Midtrans would refuse, field by field and all at once, after what is `known` to be wrong; empty when nothing. Worth asking before anything is written down: a
 * refused charge has used up its order id for a while.
 */
export function chargeProblems(asked: ChargeAsked, known: readonly Problem[] = []): Problem[] {
  const problems: Problem[] = [...known]
  const check = (fine: boolean, field: string, reason: string) => {
    if (!fine) problems.push({ field, reason })
  }
  const texts = (limits: Readonly<Record<string, [text: string | null | undefined, max: number]>>) => {
    for (const [field, [text, max]] of Object.entries(limits)) {
      check((text?.length ?? 0) <= max, field, `is longer than ${max} characters`)
    }
  }

  check(
    /^[A-Za-z0-9._~-]{1,50}$/.test(asked.orderId),
    'order_id',
    'takes 1 to 50 characters: letters, digits and - _ . ~ only',
  )
  check(!/^\.{1,2}$/.test(asked.orderId), 'order_id', 'cannot be . or .. (it becomes part of an address)')
  check(asked.grossAmount > 0n, 'gross_amount', 'must be positive: at least 1 rupiah')
  check(isSafe(asked.grossAmount), 'gross_amount', 'is more than JSON carries exactly')
  problems.push(...fieldProblems(asked.paymentType, { ...asked }))
  check(asked.customFields.length <= 3, 'custom_fields', 'are three at most')
  texts(Object.fromEntries(asked.customFields.map((text, index) => [`custom_fields[${index}]`, [text, 255]])))
  texts({
    'customer_details.first_name': [asked.customer.firstName, 255],
    'customer_details.last_name': [asked.customer.lastName, 255],
    'customer_details.email': [asked.customer.email, 255],
    'customer_details.phone': [asked.customer.phone, 255],
  })
  for (const name of ['billing_address', 'shipping_address'] as const) {
    const given = name === 'billing_address' ? asked.customer.billingAddress : asked.customer.shippingAddress
    texts(
      Object.fromEntries(
        Object.entries(ADDRESS_MAX).map(([field, max]) => [
          `customer_details.${name}.${field}`,
          [given === undefined ? null : addressOf(given)[field as keyof WireAddress], max],
        ]),
      ),
    )
  }
  check(asked.items.length <= ITEMS_MAX, 'item_details', `are at most ${ITEMS_MAX}`)
  asked.items.forEach((item, index) => {
    check(item.name.length > 0, `item_details[${index}].name`, 'is missing')
    check(isSafe(item.price), `item_details[${index}].price`, 'is more than JSON carries exactly')
    check(
      Number.isSafeInteger(item.quantity) && item.quantity >= 1,
      `item_details[${index}].quantity`,
      'must be 1 or more',
    )
    texts({
      [`item_details[${index}].name`]: [item.name, 50],
      [`item_details[${index}].id`]: [item.id, 50],
      [`item_details[${index}].brand`]: [item.brand, 50],
      [`item_details[${index}].category`]: [item.category, 50],
      [`item_details[${index}].merchant_name`]: [item.merchantName, 50],
    })
  })
  // What fields must be together is told beside what is wrong with the others. Of a field that cannot be read nothing more is known.
  const wrong = [...problems]
  const isReadable = (...fields: readonly string[]) =>
    !wrong.some((problem) => fields.some((field) => isAbout(problem.field, field)))
  for (const rule of METHOD_RULES) {
    if (isReadable('payment_type', rule.field, ...rule.beside) && rule.breaks(asked))
      problems.push({ field: rule.field, reason: rule.reason })
  }
  if (asked.items.length > 0 && isReadable('item_details', 'gross_amount')) {
    const sum = asked.items.reduce((total, item) => total + item.price * BigInt(item.quantity), 0n)
    check(
      sum === asked.grossAmount,
      'item_details',
      `add up to ${sum}, but gross_amount is ${asked.grossAmount}`,
    )
  }
  if (isReadable('payment_type', 'custom_expiry')) problems.push(...expiryProblems(asked))
  if (problems.length > 0) return problems

  const bytes = bytesOf(asked)
  check(bytes !== undefined, 'metadata', 'cannot be written as JSON')
  check(
    (bytes ?? 0) <= BODY_BYTES_MAX,
    'metadata',
    `and the rest make ${bytes} bytes; Midtrans takes ${BODY_BYTES_MAX}`,
  )
  return problems
}

function bytesOf(asked: ChargeAsked): number | undefined {
  try {
    return new TextEncoder().encode(JSON.stringify(bodyOf(asked, new Date(0)))).length
  } catch {
    return undefined
  }
}

function isSafe(amount: bigint): boolean {
  return Number.isSafeInteger(Number(amount))
}

const ADDRESS_MAX: Readonly<Record<keyof WireAddress, number>> = {
  first_name: 255,
  last_name: 255,
  email: 255,
  phone: 255,
  address: 255,
  city: 100,
  postal_code: 10,
  country_code: 10,
}

/** What two fields must be together. */
interface MethodRule {
  readonly field: string
  /** The other fields that it looks at. */
  readonly beside: readonly string[]
  readonly reason: string
  readonly breaks: (asked: ChargeAsked) => boolean
}

const isLoan = ({ paymentType }: ChargeAsked) => paymentType === 'akulaku' || paymentType === 'kredivo'

// biome-ignore format: a table is read in columns
const METHOD_RULES: readonly MethodRule[] = [
  { field: 'point_redeem_amount',  beside: ['gross_amount'], reason: 'is more than gross_amount',                      breaks: (asked) => asked.paymentType === 'credit_card' && (asked.pointRedeemAmount ?? 0) > asked.grossAmount },
  { field: 'sub_company_code',     beside: ['bank'], reason: 'is for BCA only',                                breaks: (asked) => asked.paymentType === 'bank_transfer' && asked.subCompanyCode !== undefined && asked.bank !== 'bca' },
  { field: 'recipient_name',       beside: ['bank'], reason: 'is for Permata only',                            breaks: (asked) => asked.paymentType === 'bank_transfer' && asked.recipientName !== undefined && asked.bank !== 'permata' },
  { field: 'alfamart_free_texts',  beside: ['store'], reason: 'is for alfamart only',                           breaks: (asked) => asked.paymentType === 'cstore' && asked.alfamartFreeTexts !== undefined && asked.store !== 'alfamart' },
  { field: 'payment_option_token', beside: ['account_id'], reason: 'belongs together with account_id',               breaks: (asked) => asked.paymentType === 'gopay' && (asked.accountId === undefined) !== (asked.paymentOptionToken === undefined) },
  { field: 'account_id',           beside: ['pre_auth', 'recurring', 'promotion_ids'], reason: 'is missing: only a linked account can be asked for pre_auth, recurring or promotion_ids',
                                                                                             breaks: (asked) => asked.paymentType === 'gopay' && asked.accountId === undefined && (asked.preAuth === true || asked.recurring === true || asked.promotionIds !== undefined) },
  // Lenders judge what is bought, and by whom.
  { field: 'item_details',         beside: [], reason: 'are missing: akulaku and kredivo need them',     breaks: (asked) => isLoan(asked) && asked.items.length === 0 },
  { field: 'customer_details',     beside: [], reason: 'are missing: akulaku and kredivo need them',     breaks: (asked) => isLoan(asked) && Object.keys(asked.customer).length === 0 },
  { field: 'item_details',         beside: [], reason: 'need ids that differ: akulaku tells them apart by id',
                                                                                             breaks: (asked) => asked.paymentType === 'akulaku' && hasSameIds(asked.items) },
]

function hasSameIds(items: readonly Item[]): boolean {
  const ids = items.flatMap(({ id }) => (id === undefined ? [] : [id]))
  return new Set(ids).size < ids.length
}

function expiryProblems(asked: ChargeAsked): Problem[] {
  const { expirySeconds } = asked
  if (expirySeconds === null) return []
  const field = 'custom_expiry'
  if (!Number.isSafeInteger(expirySeconds) || expirySeconds < 1)
    return [{ field, reason: 'must be a whole number of seconds, minutes, hours or days' }]
  const custom = paymentMethod(asked.paymentType, variantOf(asked))?.expiry.custom
  if (!custom) return [{ field, reason: 'cannot be chosen for this payment method' }]
  if (custom.max !== null && expirySeconds > custom.max)
    return [{ field, reason: `is at most ${spanOf(custom.max)} for this payment method` }]
  if (custom.min !== null && expirySeconds < custom.min)
    return [{ field, reason: `is at least ${spanOf(custom.min)} for this payment method` }]
  return []
}

/** As people say it: 7 days, not 10080 minutes. */
function spanOf(seconds: number): string {
  const [size, unit] = SPANS.find(([length]) => seconds % length === 0) ?? [1, 'second']
  const count = seconds / size
  return `${count} ${unit}${count === 1 ? '' : 's'}`
}

const SPANS: readonly (readonly [seconds: number, unit: string])[] = [
  [86_400, 'day'],
  [3_600, 'hour'],
  [60, 'minute'],
]

/** In minutes, Midtrans's own default, where they come out even. */
export function spanIn(seconds: number): Pick<CustomExpiry, 'expiry_duration' | 'unit'> {
  if (seconds % 60 !== 0) return { expiry_duration: seconds, unit: 'second' }
  return { expiry_duration: seconds / 60, unit: 'minute' }
}

function bodyOf(asked: ChargeAsked, now: Date): ChargeRequest {
  return {
    ...methodRequest(asked, asked.orderId),
    ...orderBody(asked),
    ...(asked.expirySeconds !== null && {
      // Said, with its zone: left out, the time runs from whenever Midtrans gets round to the request.
      custom_expiry: { order_time: `${formatJakartaTime(now)} +0700`, ...spanIn(asked.expirySeconds) },
    }),
  }
}

/** What is told of the order itself, the same whether we choose the method or the customer does. */
export function orderBody(asked: OrderAsked) {
  const [custom_field1, custom_field2, custom_field3] = asked.customFields
  const customer = customerOf(asked.customer)
  return {
    transaction_details: { order_id: asked.orderId, gross_amount: toNumber(asked.grossAmount) },
    ...(asked.items.length > 0 && { item_details: asked.items.map(itemOf) }),
    ...(Object.keys(customer).length > 0 && { customer_details: customer }),
    ...present({ custom_field1, custom_field2, custom_field3 }),
    ...(asked.metadata && { metadata: asked.metadata }),
  }
}

export function customerOf({ billingAddress, shippingAddress, ...customer }: CustomerDetails): WireCustomer {
  return {
    ...present({
      first_name: customer.firstName,
      last_name: customer.lastName,
      email: customer.email,
      phone: customer.phone,
    }),
    ...defined({
      billing_address: billingAddress && addressOf(billingAddress),
      shipping_address: shippingAddress && addressOf(shippingAddress),
    }),
  }
}

function addressOf(address: Address): WireAddress {
  return present({
    first_name: address.firstName,
    last_name: address.lastName,
    email: address.email,
    phone: address.phone,
    address: address.address,
    city: address.city,
    postal_code: address.postalCode,
    country_code: address.countryCode,
  })
}

function itemOf(item: Item): WireItem {
  return {
    name: item.name,
    price: toNumber(item.price),
    quantity: item.quantity,
    ...present({
      id: item.id,
      brand: item.brand,
      category: item.category,
      merchant_name: item.merchantName,
      url: item.url,
    }),
  }
}

/** Midtrans leaves out what is not there, and so do we. */
function present<T extends Record<string, string | undefined>>(fields: T): { [K in keyof T]?: string } {
  return Object.fromEntries(
    Object.entries(fields).filter(([, text]) => text !== undefined && text !== ''),
  ) as {
    [K in keyof T]?: string
  }
}
