import { formatJakartaTime } from '../domain/jakarta-time.ts'
import { toNumber } from '../domain/money.ts'
import { BANKS, type ChargeAsked, type Item } from '../domain/payment.ts'
import { invalidRequest, type Problem } from '../errors.ts'
import { CHARGE_PARTS, paymentMethod } from './payment-methods.ts'
import type { ChargeRequest, WireCustomer, WireItem } from './wire.ts'

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
    'takes 1 to 50 letters, digits and - _ ~ .',
  )
  check(!/^\.{1,2}$/.test(asked.orderId), 'order_id', 'cannot be . or .. (it becomes part of an address)')
  check(asked.grossAmount > 0n, 'gross_amount', 'must be more than nothing')
  check(isSafe(asked.grossAmount), 'gross_amount', 'is more than JSON carries exactly')
  if (asked.paymentType === 'bank_transfer') {
    check(asked.bank !== null && BANKS.includes(asked.bank), 'bank', `must be one of ${BANKS.join(', ')}`)
  }
  check(
    asked.vaNumber === null || /^\d{1,18}$/.test(asked.vaNumber),
    'va_number',
    'takes digits only, at most 18',
  )
  check(asked.customFields.length <= 3, 'custom_fields', 'are three at most')
  texts(Object.fromEntries(asked.customFields.map((text, index) => [`custom_fields[${index}]`, [text, 255]])))
  texts({
    'customer_details.first_name': [asked.customer.firstName, 255],
    'customer_details.last_name': [asked.customer.lastName, 255],
    'customer_details.email': [asked.customer.email, 255],
    'customer_details.phone': [asked.customer.phone, 255],
  })
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
  if (problems.length > 0) return problems

  if (asked.items.length > 0) {
    const sum = asked.items.reduce((total, item) => total + item.price * BigInt(item.quantity), 0n)
    check(
      sum === asked.grossAmount,
      'item_details',
      `add up to ${sum}, but gross_amount is ${asked.grossAmount}`,
    )
  }
  problems.push(...expiryProblems(asked))
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

function expiryProblems({ expiryMinutes, paymentType, bank }: ChargeAsked): Problem[] {
  if (expiryMinutes === null) return []
  const field = 'custom_expiry'
  if (!Number.isSafeInteger(expiryMinutes) || expiryMinutes < 1)
    return [{ field, reason: 'must be a whole number of minutes' }]
  const custom = paymentMethod(paymentType, bank)?.expiry.custom
  if (!custom) return [{ field, reason: 'cannot be chosen for this payment method' }]
  const seconds = expiryMinutes * 60
  if (custom.max !== null && seconds > custom.max)
    return [{ field, reason: `is at most ${custom.max / 60} for this payment method` }]
  if (custom.min !== null && seconds < custom.min) {
    return [{ field, reason: `is at least ${Math.ceil(custom.min / 60)} for this payment method` }]
  }
  return []
}

function bodyOf(asked: ChargeAsked, now: Date): ChargeRequest {
  const [custom_field1, custom_field2, custom_field3] = asked.customFields
  const customer = customerOf(asked)
  return {
    payment_type: asked.paymentType,
    transaction_details: { order_id: asked.orderId, gross_amount: toNumber(asked.grossAmount) },
    ...CHARGE_PARTS[asked.paymentType](asked),
    ...(asked.items.length > 0 && { item_details: asked.items.map(itemOf) }),
    ...(Object.keys(customer).length > 0 && { customer_details: customer }),
    ...(asked.expiryMinutes !== null && {
      // Said, with its zone: left out, the time runs from whenever Midtrans gets round to the request.
      custom_expiry: {
        order_time: `${formatJakartaTime(now)} +0700`,
        expiry_duration: asked.expiryMinutes,
        unit: 'minute',
      },
    }),
    ...present({ custom_field1, custom_field2, custom_field3 }),
    ...(asked.metadata && { metadata: asked.metadata }),
  }
}

function customerOf({ customer }: ChargeAsked): WireCustomer {
  return present({
    first_name: customer.firstName,
    last_name: customer.lastName,
    email: customer.email,
    phone: customer.phone,
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
