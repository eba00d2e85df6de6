import { isObject, type Reader } from '../reader.ts'
import { readOrderTime } from '../wib-time.ts'

/** What `POST /v1/invoices` demands (docs/midtrans/protocol.md §12); `description` and `item_id` where charges say `name` and `id`. */
export interface CheckedInvoice {
  readonly orderId: string
  readonly documentType: 'invoice' | 'quotation'
  /** Of a quotation, the end of its validity. */
  readonly dueMs: number | undefined
  readonly paymentType: 'payment_link' | 'virtual_account'
  readonly items: readonly Item[]
  readonly accounts: readonly AccountAsked[]
}

export interface AccountAsked {
  readonly name: string
  readonly number: string | undefined
}

interface Item {
  readonly price: number
  readonly quantity: number
  readonly discountPercentage: number
}

const ORDER_ID = /^[A-Za-z0-9_~.-]+$/
const ORDER_ID_SAYS = 'only letters, digits and - _ ~ . are allowed'
const PRICE_MAX = 99_999_999
const PHONE = /^[1-9]\d{0,14}$/
/** One page says `bca_va`, another only the bank. */
const ACCOUNT_NAMES: Readonly<Record<string, string>> = {
  bca: 'bca_va',
  bni: 'bni_va',
  bri: 'bri_va',
  cimb: 'cimb_va',
  permata: 'permata_va',
  mandiri: 'mandiri_bill',
}

const ACCOUNTS: ReadonlySet<string> = new Set([
  'bca_va',
  'bni_va',
  'bri_va',
  'cimb_va',
  'permata_va',
  'mandiri_bill',
])

/** Which dates each document has: when it was written, and until when it holds. */
const DATES = {
  invoice: { from: 'invoice_date', until: 'due_date' },
  quotation: { from: 'quotation_date', until: 'quotation_validity_date' },
} as const

export function checkInvoice(read: Reader, nowMs: number, problems: string[]): CheckedInvoice | undefined {
  const orderId = read.text('order_id', { required: true, most: 36, pattern: ORDER_ID, says: ORDER_ID_SAYS })
  read.text('invoice_number', { required: true, most: 40 })
  const documentType = read.text('document_type', {}) === 'quotation' ? 'quotation' : 'invoice'
  read.text('document_type', { pattern: /^(invoice|quotation)$/, says: 'must be one of invoice, quotation' })
  const dueMs = readDates(read, DATES[documentType], nowMs, problems)
  readCustomer(read.object('customer_details', true))
  const paymentType = read.text('payment_type', { required: true })
  const isType = paymentType === 'payment_link' || paymentType === 'virtual_account'
  if (paymentType !== undefined && !isType)
    problems.push('payment_type must be one of payment_link, virtual_account')
  const rows = read.list('item_details')
  if (!rows?.length) problems.push('item_details is required')
  const items = (rows ?? []).map((item) => readItem(item))
  for (const [field, most] of [
    ['reference', 90],
    ['notes', 1000],
    ['invoice_title', 20],
    ['invoice_paid_title', 20],
  ] as const)
    read.text(field, { most })
  const accounts = paymentType === 'virtual_account' ? readAccounts(read, problems) : []
  if (paymentType === 'virtual_account' && accounts.length === 0)
    problems.push('virtual_accounts is required')
  if (orderId === undefined || !isType) return undefined
  return {
    orderId,
    documentType,
    dueMs,
    paymentType,
    items,
    accounts,
  }
}

function readDates(
  read: Reader,
  { from, until }: { readonly from: string; readonly until: string },
  nowMs: number,
  problems: string[],
): number | undefined {
  const readDate = (field: string) => {
    const text = read.text(field, { required: true })
    const ms = text === undefined ? undefined : readOrderTime(text)
    if (text !== undefined && ms === undefined)
      problems.push(`${field} must be formatted as yyyy-MM-dd HH:mm:ss Z`)
    return ms
  }
  const untilMs = readDate(until)
  const fromMs = readDate(from)
  if (untilMs !== undefined && fromMs !== undefined && untilMs <= fromMs)
    problems.push(`${until} must be later than ${from}`)
  if (untilMs !== undefined && untilMs <= nowMs) problems.push(`${until} must be in the future`)
  return untilMs
}

export function readCustomer(customer: Reader | undefined): void {
  customer?.text('id', { most: 36 })
  customer?.text('name', { required: true, most: 40 })
  customer?.text('email', { most: 255 })
  customer?.text('phone', { pattern: PHONE, says: 'must be at most 15 digits without a leading 0' })
}

export function readAccounts(read: Reader, problems: string[]): readonly AccountAsked[] {
  return (read.list('virtual_accounts') ?? []).map((account) => {
    const given = account.text('name', {}) ?? account.text('bank', {}) ?? ''
    const name = ACCOUNT_NAMES[given] ?? given
    if (!ACCOUNTS.has(name)) problems.push(`virtual_accounts.name ${name} is not supported`)
    const number = account.text('number', { pattern: /^\d+$/, says: 'only digits are allowed' })
    return { name, number }
  })
}

function readItem(item: Reader): Item {
  item.text('item_id', { most: 30 })
  item.text('description', { required: true, most: 150 })
  const quantity = item.whole('quantity', { required: true, least: 1 })
  const price = item.whole('price', { required: true, least: 0, most: PRICE_MAX })
  const discountPercentage = item.number('discount_percentage')
  return { price: price ?? 0, quantity: quantity ?? 0, discountPercentage: discountPercentage ?? 0 }
}

/** Items less their discounts, then `amount` (a discount, shipping), then taxes where they are not included. Whole rupiah. */
export function totalOf(body: Readonly<Record<string, unknown>>, items: readonly Item[]): number {
  const sum = items.reduce(
    (total, { price, quantity, discountPercentage }) =>
      total + price * quantity * (1 - discountPercentage / 100),
    0,
  )
  const { discount, shipping, vat } = isObject(body.amount) ? body.amount : {}
  const net = sum - numberOf(discount) + numberOf(shipping) + numberOf(vat)
  const taxes = Array.isArray(body.taxes) && body.tax_mode !== 'inclusive' ? body.taxes.filter(isObject) : []
  const tax = taxes.reduce(
    (total: number, { type, value }) =>
      total + (type === 'percentage' ? (net * numberOf(value)) / 100 : numberOf(value)),
    0,
  )
  return Math.round(net + tax)
}

/** "5000" and 5000 both. */
function numberOf(value: unknown): number {
  const number = Number(value ?? 0)
  return Number.isFinite(number) ? number : 0
}
