import { isObject, type Reader } from '../reader.ts'

/** What `POST /v1/invoices` demands (docs/midtrans/protocol.md §12); `description` and `item_id` where charges say `name` and `id`. */
export interface CheckedInvoice {
  readonly orderId: string
  readonly dueDate: string | undefined
  readonly invoiceDate: string | undefined
  readonly paymentType: 'payment_link' | 'virtual_account'
  readonly items: readonly Item[]
  readonly accounts: readonly { readonly name: string; readonly number: string | undefined }[]
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

export function checkInvoice(read: Reader, problems: string[]): CheckedInvoice | undefined {
  const orderId = read.text('order_id', { required: true, most: 36, pattern: ORDER_ID, says: ORDER_ID_SAYS })
  read.text('invoice_number', { required: true, most: 40 })
  const dueDate = read.text('due_date', { required: true })
  const invoiceDate = read.text('invoice_date', { required: true })
  const customer = read.object('customer_details', true)
  customer?.text('id', { most: 36 })
  customer?.text('name', { required: true, most: 40 })
  customer?.text('email', { most: 255 })
  customer?.text('phone', { pattern: PHONE, says: 'must be at most 15 digits without a leading 0' })
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
  const accounts = (read.list('virtual_accounts') ?? []).map((account) => {
    const name = account.text('name', {}) ?? account.text('bank', {}) ?? ''
    return { name: ACCOUNT_NAMES[name] ?? name, number: account.text('number', {}) }
  })
  if (paymentType === 'virtual_account' && accounts.length === 0)
    problems.push('virtual_accounts is required')
  if (orderId === undefined || !isType) return undefined
  return {
    orderId,
    dueDate,
    invoiceDate,
    paymentType,
    items,
    accounts: paymentType === 'virtual_account' ? accounts : [],
  }
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
