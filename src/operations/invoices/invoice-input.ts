/** An invoice as the host's code gives it, read into what is written down; every mistake in it at once, before a number is drawn. */
import { createHash } from 'node:crypto'
import {
  INVOICE_CHANNELS,
  INVOICE_PAYMENT_TYPES,
  type InvoiceAccount,
  type InvoiceChannel,
  type InvoiceLine,
  type InvoicePaymentType,
  type InvoiceTax,
  sumsOf,
  TAX_MODES,
  type TaxMode,
} from '../../domain/invoice.ts'
import { endOfJakartaDay, formatJakartaTime, jakartaDay } from '../../domain/jakarta-time.ts'
import { randomKey, uuidv7 } from '../../domain/uuid.ts'
import { BayarError, invalidRequest, type Problem } from '../../errors.ts'
import { wireName } from '../../gateway/charge-fields.ts'
import { type InvoiceAccountName, invoiceProblems } from '../../gateway/invoice-body.ts'
import type { NewInvoice } from '../../store/invoices.ts'
import type { Context } from '../context.ts'
import { type Fields, readerOf, readMetadata, recordOf } from '../payments/charge-input.ts'
import { asText } from '../payments/charge-request.ts'

export interface CreateInvoiceInput {
  readonly customerName: string
  readonly customerEmail?: string
  readonly customerPhone?: string
  /** Your own id of the customer. */
  readonly customerId?: string
  /** The customer's tax number. */
  readonly customerNpwp?: string
  readonly customerAddress?: string
  /** A day, `2026-03-31`: it ends at 24:00 in Jakarta. */
  readonly dueDate: string
  readonly items: readonly {
    readonly id?: string
    readonly description?: string
    /** The same as `description`, as items of a charge call it. */
    readonly name?: string
    /** Whole rupiah. Negative for a discount, on a local invoice. */
    readonly price: number
    /** 1 unless given. */
    readonly quantity?: number
  }[]
  /** PPN in per cent, at most two decimals; else `invoiceTax` of the configuration; 0 is none. */
  readonly taxPercent?: number
  /** `exclusive` comes on top of the prices, which it does unless given; `inclusive` is in them. */
  readonly taxMode?: TaxMode
  readonly notes?: string
  readonly metadata?: Readonly<Record<string, unknown>>
  /** Whose it is among your users. */
  readonly userId?: string
  /** Yours, unique. Made by bayar when left out. */
  readonly orderId?: string
  /** A number of your own instead of the next of the series. */
  readonly invoiceNumber?: string
  /** The series that the number is drawn from, else `invoicePrefix` of the configuration. */
  readonly invoicePrefix?: string
  /** `midtrans` lets the Invoicing API make a link or account numbers, which it does unless given; a `local` one is paid by `pay` and `checkout`. */
  readonly channel?: InvoiceChannel
  /** For `midtrans`: a link where the customer chooses how to pay, which it is unless given, or account numbers. */
  readonly paymentType?: InvoicePaymentType
  /** Of a link: what the customer may choose from, by Snap's names. */
  readonly enabledPayments?: readonly string[]
  readonly virtualAccounts?: readonly { readonly name: InvoiceAccountName; readonly number?: string }[]
  /** Only written: `issue` makes it the customer's. */
  readonly draft?: boolean
  /** Which of your Midtrans accounts; `default` unless configured. */
  readonly merchant?: string
}

export interface CheckedInvoice {
  readonly invoice: NewInvoice
  readonly isDraft: boolean
  readonly prefix: string
}

/** Payments of it are called by it with a dash and digits, and have 50 characters. */
const ORDER_ID = /^[A-Za-z0-9._~-]{1,44}$/
const NUMBER = /^[\x21-\x7e]{1,40}$/
export const PREFIX = /^[A-Za-z0-9][A-Za-z0-9/_.-]{0,19}$/
const TEXT_MAX = 255
const ITEMS_MAX = 200
const QUANTITY_MAX = 1_000_000
const TOTAL_MAX = 999_999_999_999n

// biome-ignore format: a list of names
const FIELDS: readonly string[] = [
  'customerName', 'customerEmail', 'customerPhone', 'customerId', 'customerNpwp', 'customerAddress', 'dueDate', 'items', 'taxPercent', 'taxMode', 'notes',
  'metadata', 'userId', 'orderId', 'invoiceNumber', 'invoicePrefix', 'channel', 'paymentType', 'enabledPayments', 'virtualAccounts', 'draft', 'merchant',
] satisfies readonly (keyof CreateInvoiceInput)[]

export function checkInvoice(context: Context, given: CreateInvoiceInput): CheckedInvoice {
  const { rules, clock } = context
  const now = clock.now()
  const input = recordOf(given)
  const problems: Problem[] = []
  const read = readerOf(problems)
  const wrong = (field: string, reason: string) => void problems.push({ field, reason })
  for (const name of Object.keys(input))
    if (isGiven(input[name]) && !FIELDS.includes(name))
      wrong(wireName(name), `is not a field of an invoice; there are ${FIELDS.map(wireName).join(', ')}`)
  const text = (name: keyof CreateInvoiceInput, max = TEXT_MAX): string | null => {
    const field = wireName(name)
    const value = read.text(field, input[name])?.trim() || null
    if (value !== null && value.length > max) wrong(field, `is longer than ${max} characters`)
    return value
  }
  const oneOf = <Word extends string>(
    name: keyof CreateInvoiceInput,
    words: readonly Word[],
  ): Word | null => {
    if (!isGiven(input[name])) return null
    const word = words.find((one) => one === input[name])
    if (word === undefined) wrong(wireName(name), `must be one of ${words.join(', ')}`)
    return word ?? null
  }

  const merchant = input.merchant ?? rules.merchants[0]?.name ?? 'default'
  const account = rules.merchants.find((one) => one.name === merchant)
  const channel = oneOf('channel', INVOICE_CHANNELS) ?? 'midtrans'
  if (!account) wrong('merchant', 'is not configured')
  else if (channel === 'midtrans' && account.serverKeys.length === 0)
    throw new BayarError('keys_missing', `The account ${account.name} has none.`)

  const customer = {
    name: text('customerName') ?? '',
    email: text('customerEmail'),
    phone: text('customerPhone', 50),
    id: text('customerId'),
    npwp: text('customerNpwp', 30),
    address: text('customerAddress', 500),
  }
  if (customer.name === '') wrong('customer_name', 'is missing')
  if (customer.email !== null && !/^[^\s@]+@[^\s@]+$/.test(customer.email))
    wrong('customer_email', 'is not an e-mail address')
  const orderId = text('orderId') ?? makeInvoiceOrderId(now)
  if (!ORDER_ID.test(orderId) || /^\.{1,2}$/.test(orderId))
    wrong('order_id', 'takes 1 to 44 characters: letters, digits and - _ . ~ only')
  if (/^(SUB|TOPUP)-/.test(orderId))
    throw new BayarError('order_id_reserved', `Choose another one than ${orderId}.`)
  const number = text('invoiceNumber', 40)
  if (number !== null && !NUMBER.test(number))
    wrong('invoice_number', 'takes printable characters without spaces')
  if (number === null && !rules.invoices.autoNumber)
    wrong('invoice_number', 'is missing: invoiceAutoNumber (MIDTRANS_INVOICE_AUTO_NUMBER) is off')
  const prefix = text('invoicePrefix', 20) ?? rules.invoices.prefix
  if (!PREFIX.test(prefix)) wrong('invoice_prefix', 'takes 1 to 20 letters, digits and / _ . -')

  const dueAt = readDueDate(input.dueDate, now, wrong) ?? now
  const lines = read
    .list('items', input.items)
    .slice(0, ITEMS_MAX + 1)
    .map((item, index) => readLine(read, item, `items[${index}].`))
  if (lines.length === 0) wrong('items', 'are missing')
  if (lines.length > ITEMS_MAX) wrong('items', `are at most ${ITEMS_MAX}`)
  const tax = readTax(context, input, wrong)
  const sums = sumsOf(lines, tax)
  if (problems.length === 0 && (sums.total < 1n || sums.total > TOTAL_MAX))
    wrong('items', `add up to ${sums.total}, and an invoice asks for 1 to ${TOTAL_MAX} rupiah`)

  const paymentType =
    channel === 'local' ? null : (oneOf('paymentType', INVOICE_PAYMENT_TYPES) ?? 'payment_link')
  const enabledPayments = readNames(read, input.enabledPayments)
  const accounts = read
    .list('virtual_accounts', input.virtualAccounts)
    .map((one, index) => readAccount(read, one, `virtual_accounts[${index}].`))
  const notes = text('notes', 1000)
  if (paymentType === null) {
    for (const name of ['paymentType', 'enabledPayments', 'virtualAccounts'] as const)
      if (isGiven(input[name])) wrong(wireName(name), 'is for the channel midtrans')
  } else
    problems.push(
      ...invoiceProblems({ orderId, customer, lines, notes, paymentType, enabledPayments, accounts }),
    )
  const metadata = readMetadata(problems, input.metadata)
  const userId = text('userId')
  if (isGiven(input.draft) && typeof input.draft !== 'boolean') wrong('draft', 'must be true or false')
  if (problems.length > 0) throw invalidRequest(problems)

  const invoice: Omit<NewInvoice, 'requestDigest'> = {
    id: uuidv7(),
    merchant: merchant as string,
    orderId,
    number,
    channel,
    customer,
    userId,
    issuer: rules.invoices.issuer ?? {},
    lines,
    subtotal: sums.subtotal,
    tax,
    taxAmount: sums.taxAmount,
    total: sums.total,
    dueAt,
    notes,
    metadata,
    paymentType,
    enabledPayments,
    accounts,
    at: now,
  }
  return { invoice: { ...invoice, requestDigest: digestOf(invoice) }, isDraft: input.draft === true, prefix }
}

/** A day that is not over yet. */
export function readDueDate(
  given: unknown,
  now: Date,
  wrong: (field: string, reason: string) => void,
): Date | undefined {
  const dueAt = endOfJakartaDay(given)
  if (dueAt === undefined) wrong('due_date', 'must be a day, e.g. 2026-03-31')
  else if (dueAt <= now) wrong('due_date', `is over: today is ${jakartaDay(now)} in Jakarta`)
  else if (dueAt.getTime() - now.getTime() > YEARS_MAX * 366 * 86_400_000)
    wrong('due_date', `is more than ${YEARS_MAX} years away`)
  return dueAt
}

const YEARS_MAX = 10

/** Lower case, which every page of Midtrans's agrees on. */
export function makeInvoiceOrderId(at: Date): string {
  return `inv-${formatJakartaTime(at).replace(/\D/g, '')}-${randomKey().slice(0, 8)}`
}

function isGiven(value: unknown): boolean {
  return value !== undefined && value !== null
}

type Reader = ReturnType<typeof readerOf>

/** Whole rupiah, here and at Midtrans: cut differently in two places, an invoice is never paid to the rupiah (defect D31). */
function readLine(read: Reader, given: unknown, path: string): InvoiceLine {
  const item = recordOf(given)
  for (const name of Object.keys(item))
    if (isGiven(item[name]) && !['id', 'description', 'name', 'price', 'quantity'].includes(name))
      read.wrong(
        `${path}${wireName(name)}`,
        'is not a field of an item; there are id, description, price, quantity',
      )
  const description = read.text(`${path}description`, item.description ?? item.name)?.trim() ?? ''
  if (description === '') read.wrong(`${path}description`, 'is missing')
  if (description.length > TEXT_MAX) read.wrong(`${path}description`, `is longer than ${TEXT_MAX} characters`)
  const id = read.text(`${path}id`, item.id) ?? null
  if ((id?.length ?? 0) > 50) read.wrong(`${path}id`, 'is longer than 50 characters')
  const price = Number.isSafeInteger(item.price)
    ? BigInt(item.price as number)
    : (read.wrong(`${path}price`, 'must be whole rupiah') ?? 0n)
  if (price > TOTAL_MAX || price < -TOTAL_MAX) read.wrong(`${path}price`, `is at most ${TOTAL_MAX}`)
  const quantity = item.quantity ?? 1
  const isCount =
    Number.isSafeInteger(quantity) && (quantity as number) >= 1 && (quantity as number) <= QUANTITY_MAX
  if (!isCount) read.wrong(`${path}quantity`, `must be 1 to ${QUANTITY_MAX}`)
  return { id, description, price, quantity: isCount ? (quantity as number) : 1 }
}

function readTax(
  context: Context,
  input: Fields,
  wrong: (field: string, reason: string) => void,
): InvoiceTax | null {
  const usual = context.rules.invoices.tax
  const percent = input.taxPercent ?? (usual === null ? 0 : usual.basisPoints / 100)
  const mode = input.taxMode ?? usual?.mode ?? 'exclusive'
  const basisPoints = typeof percent === 'number' ? Math.round(percent * 100) : Number.NaN
  const isRate =
    basisPoints >= 0 && basisPoints <= 10_000 && Math.abs((percent as number) * 100 - basisPoints) < 1e-6
  if (!isRate) wrong('tax_percent', 'must be 0 to 100, with two decimals at most')
  const found = TAX_MODES.find((one) => one === mode)
  if (found === undefined) wrong('tax_mode', `must be one of ${TAX_MODES.join(', ')}`)
  return !isRate || found === undefined || basisPoints === 0 ? null : { basisPoints, mode: found }
}

function readNames(read: Reader, given: unknown): readonly string[] | null {
  if (!isGiven(given)) return null
  return read
    .list('enabled_payments', given)
    .map((name, index) => read.text(`enabled_payments[${index}]`, name) ?? '')
}

function readAccount(read: Reader, given: unknown, path: string): InvoiceAccount {
  const account = recordOf(given)
  return {
    name: read.text(`${path}name`, account.name) ?? '',
    number: read.text(`${path}number`, account.number) ?? null,
  }
}

/** An equal request has equal customer, items, sums and due date. */
function digestOf({
  customer,
  lines,
  total,
  tax,
  dueAt,
  channel,
  paymentType,
  number,
}: Omit<NewInvoice, 'requestDigest'>): Buffer {
  const same = { customer, lines, total, tax, dueAt: dueAt.toISOString(), channel, paymentType, number }
  return createHash('sha256')
    .update(JSON.stringify(asText(same)))
    .digest()
}
