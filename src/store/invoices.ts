import type {
  InvoiceAccount,
  InvoiceChannel,
  InvoiceLine,
  InvoicePaymentType,
  InvoiceStatus,
  TaxMode,
} from '../domain/invoice.ts'
import { assert } from '../errors.ts'
import type { Queryable } from './database.ts'
import type { InvoiceCommand, InvoiceIntentState } from './invoice-intents.ts'

export interface InvoiceItemRow {
  readonly id: string | null
  readonly description: string
  readonly quantity: number
  readonly price: string
}

/** As the configuration has it, kept with each invoice. */
export interface IssuerRow {
  readonly name?: string
  readonly address?: string
  readonly npwp?: string
  readonly email?: string
  readonly phone?: string
}

export interface InvoiceRow {
  readonly id: string
  readonly merchant: string
  readonly order_id: string
  /** null only within the transaction that writes it. */
  readonly number: string | null
  readonly version: number
  readonly status: InvoiceStatus
  readonly channel: InvoiceChannel
  readonly customer_name: string
  readonly customer_email: string | null
  readonly customer_phone: string | null
  readonly customer_id: string | null
  readonly customer_npwp: string | null
  readonly customer_address: string | null
  readonly user_id: string | null
  readonly issuer: IssuerRow
  readonly subtotal: bigint
  readonly tax_basis_points: number | null
  readonly tax_mode: TaxMode | null
  readonly tax_amount: bigint
  readonly total: bigint
  readonly currency: string
  readonly received_amount: bigint
  readonly due_at: Date
  readonly issued_at: Date | null
  readonly overdue_at: Date | null
  readonly paid_at: Date | null
  readonly voided_at: Date | null
  readonly void_reason: string | null
  readonly notes: string | null
  readonly metadata: Readonly<Record<string, unknown>> | null
  readonly payment_type: InvoicePaymentType | null
  readonly enabled_payments: readonly string[] | null
  readonly accounts_asked: readonly InvoiceAccount[]
  readonly midtrans_id: string | null
  readonly midtrans_status: string | null
  readonly midtrans_amount: bigint | null
  readonly payment_link_url: string | null
  readonly midtrans_pdf_url: string | null
  readonly accounts: readonly InvoiceAccount[]
  /** The cycle of a subscription that it asks for: its payments are the subscription's. */
  readonly obligation_id: string | null
  readonly subscription_id: string | null
  readonly period_start: Date | null
  readonly period_end: Date | null
  /** The payment that paid its cycle. */
  readonly cycle_payment_id: string | null
  readonly request_digest: Buffer
  readonly created_at: Date
  readonly updated_at: Date
  readonly items: readonly InvoiceItemRow[]
  /** The last thing that Midtrans was asked to do with it. */
  readonly last_command: InvoiceCommand | null
  readonly last_state: InvoiceIntentState | null
  readonly last_message: string | null
}

const VIEW = `
select i.*,
       coalesce((select json_agg(json_build_object('id', t.item_id, 'description', t.description, 'quantity', t.quantity, 'price', t.price::text) order by t.position)
          from bayar.invoice_items t where t.invoice_id = i.id), '[]') as items,
       x.command as last_command, x.state as last_state, x.answer_message as last_message,
       o.subscription_id, o.period_start, o.period_end, o.payment_id as cycle_payment_id
  from bayar.invoices i
  left join bayar.obligations o on o.id = i.obligation_id
  left join lateral (select n.command, n.state, n.answer_message from bayar.invoice_intents n where n.invoice_id = i.id order by n.id desc limit 1) x on true`

export interface NewInvoice {
  readonly id: string
  readonly merchant: string
  readonly orderId: string
  /** Chosen by the host; null, it is drawn. */
  readonly number: string | null
  readonly channel: InvoiceChannel
  readonly customer: {
    readonly name: string
    readonly email: string | null
    readonly phone: string | null
    readonly id: string | null
    readonly npwp: string | null
    readonly address: string | null
  }
  readonly userId: string | null
  readonly issuer: IssuerRow
  readonly lines: readonly InvoiceLine[]
  readonly subtotal: bigint
  readonly tax: { readonly basisPoints: number; readonly mode: TaxMode } | null
  readonly taxAmount: bigint
  readonly total: bigint
  readonly dueAt: Date
  readonly notes: string | null
  readonly metadata: Readonly<Record<string, unknown>> | null
  readonly paymentType: InvoicePaymentType | null
  readonly enabledPayments: readonly string[] | null
  readonly accounts: readonly InvoiceAccount[]
  readonly requestDigest: Uint8Array
  readonly at: Date
}

/** False when its order id or its number is another invoice's. */
export async function insertInvoice(tx: Queryable, invoice: NewInvoice): Promise<boolean> {
  const { customer } = invoice
  const { rowCount } = await tx.prepared(
    'bayar_insert_invoice',
    `insert into bayar.invoices (id, merchant, order_id, number, channel, customer_name, customer_email, customer_phone, customer_id, customer_npwp,
            customer_address, user_id, issuer, subtotal, tax_basis_points, tax_mode, tax_amount, total, due_at, notes, metadata, payment_type, enabled_payments,
            accounts_asked, request_digest, created_at, updated_at)
     values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18, $19, $20, $21, $22, $23, $24, $25, $26, $26)
         on conflict do nothing`,
    [
      invoice.id,
      invoice.merchant,
      invoice.orderId,
      invoice.number,
      invoice.channel,
      customer.name,
      customer.email,
      customer.phone,
      customer.id,
      customer.npwp,
      customer.address,
      invoice.userId,
      JSON.stringify(invoice.issuer),
      invoice.subtotal,
      invoice.tax?.basisPoints ?? null,
      invoice.tax?.mode ?? null,
      invoice.taxAmount,
      invoice.total,
      invoice.dueAt,
      invoice.notes,
      invoice.metadata === null ? null : JSON.stringify(invoice.metadata),
      invoice.paymentType,
      invoice.enabledPayments,
      JSON.stringify(invoice.accounts),
      invoice.requestDigest,
      invoice.at,
    ],
  )
  if (rowCount !== 1) return false
  await tx.prepared(
    'bayar_insert_invoice_items',
    `insert into bayar.invoice_items (invoice_id, position, item_id, description, quantity, price)
     select $1, l.position, l.id, l.description, l.quantity, l.price
       from json_to_recordset($2::json) as l(position int, id text, description text, quantity int, price bigint)`,
    [
      invoice.id,
      JSON.stringify(
        invoice.lines.map((line, index) => ({ ...line, position: index + 1, price: line.price.toString() })),
      ),
    ],
  )
  return true
}

/** How many numbers that somebody chose by hand are stepped over at once. */
const TAKEN_MAX = 1000

/**
 * Takes the next number of the series, without a gap: who rolls back gives it back, because the counter is a row and no sequence. Whoever comes meanwhile waits for the commit, so this is the last
 * statement of its transaction. A number that somebody has chosen by hand is stepped over.
 */
export async function drawNumber(
  tx: Queryable,
  invoice: { readonly id: string; readonly merchant: string; readonly prefix: string },
): Promise<void> {
  const { rowCount } = await tx.prepared(
    'bayar_draw_number',
    `with drawn as (
       insert into bayar.invoice_numbers as n (merchant, prefix, last) values ($2, $3, 1)
           on conflict (merchant, prefix) do update set last = n.last + 1
       returning last
     )
     update bayar.invoices i set number = $3 || '-' || lpad(d.last::text, greatest(6, length(d.last::text)), '0') from drawn d where i.id = $1`,
    [invoice.id, invoice.merchant, invoice.prefix],
  )
  assert(rowCount === 1, 'an invoice that needs a number is gone')
}

/** Steps the series over numbers that were chosen by hand, before the next is drawn. */
export async function stepOverTaken(tx: Queryable, merchant: string, prefix: string): Promise<void> {
  await tx.query(
    `with next as (
       select coalesce((select last from bayar.invoice_numbers where merchant = $1 and prefix = $2), 0) as last
     ), free as (
       select min(g) as number from next, generate_series(next.last + 1, next.last + $3) g
        where not exists (select 1 from bayar.invoices i where i.merchant = $1 and i.number = $2 || '-' || lpad(g::text, greatest(6, length(g::text)), '0'))
     )
     insert into bayar.invoice_numbers as n (merchant, prefix, last)
     select $1, $2, number - 1 from free where number > 1
         on conflict (merchant, prefix) do update set last = greatest(n.last, excluded.last)`,
    [merchant, prefix, TAKEN_MAX],
  )
}

export async function findInvoice(database: Queryable, id: string): Promise<InvoiceRow | undefined> {
  return (await findInvoices(database, [id]))[0]
}

export async function findInvoices(
  database: Queryable,
  ids: readonly string[],
): Promise<readonly InvoiceRow[]> {
  if (ids.length === 0) return []
  const { rows } = await database.prepared<InvoiceRow>(
    'bayar_find_invoices',
    `${VIEW} where i.id = any ($1::uuid[])`,
    [ids],
  )
  return rows
}

export async function findInvoiceByOrder(
  database: Queryable,
  merchant: string,
  orderId: string,
): Promise<InvoiceRow | undefined> {
  const { rows } = await database.query<InvoiceRow>(`${VIEW} where i.merchant = $1 and i.order_id = $2`, [
    merchant,
    orderId,
  ])
  return rows[0]
}

/** By its number or its order id, as a person names it. */
export async function findInvoiceNamed(
  database: Queryable,
  merchant: string,
  name: string,
): Promise<InvoiceRow | undefined> {
  const { rows } = await database.query<InvoiceRow>(
    `${VIEW} where i.merchant = $1 and (i.number = $2 or i.order_id = $2) order by (i.number = $2) desc limit 1`,
    [merchant, name],
  )
  return rows[0]
}

/** Takes the invoice's lock for the rest of the transaction: after its payments', never before. */
export async function lockInvoice(tx: Queryable, id: string): Promise<InvoiceRow | undefined> {
  const { rowCount } = await tx.query('select 1 from bayar.invoices where id = $1 for update', [id])
  return rowCount === 1 ? findInvoice(tx, id) : undefined
}

/** The columns that change after it was written. */
export type InvoiceChange = Partial<
  Pick<
    InvoiceRow,
    | 'status'
    | 'received_amount'
    | 'due_at'
    | 'issued_at'
    | 'overdue_at'
    | 'paid_at'
    | 'voided_at'
    | 'void_reason'
    | 'midtrans_id'
    | 'midtrans_status'
    | 'midtrans_amount'
    | 'payment_link_url'
    | 'midtrans_pdf_url'
    | 'accounts'
  >
>

/** Under its lock. */
export async function updateInvoice(tx: Queryable, invoice: InvoiceRow, at: Date): Promise<void> {
  await tx.prepared(
    'bayar_update_invoice',
    `update bayar.invoices set version = $2, status = $3, received_amount = $4, due_at = $5, issued_at = $6, overdue_at = $7, paid_at = $8, voided_at = $9,
            void_reason = $10, midtrans_id = $11, midtrans_status = $12, midtrans_amount = $13, payment_link_url = $14, midtrans_pdf_url = $15, accounts = $16,
            updated_at = $17
      where id = $1`,
    [
      invoice.id,
      invoice.version,
      invoice.status,
      invoice.received_amount,
      invoice.due_at,
      invoice.issued_at,
      invoice.overdue_at,
      invoice.paid_at,
      invoice.voided_at,
      invoice.void_reason,
      invoice.midtrans_id,
      invoice.midtrans_status,
      invoice.midtrans_amount,
      invoice.payment_link_url,
      invoice.midtrans_pdf_url,
      JSON.stringify(invoice.accounts),
      at,
    ],
  )
}

/** Under its lock. */
export async function linkInvoice(tx: Queryable, id: string, obligationId: string): Promise<void> {
  await tx.query('update bayar.invoices set obligation_id = $2 where id = $1', [id, obligationId])
}

export interface DueInvoice {
  readonly id: string
  readonly channel: InvoiceChannel
  readonly due_at: Date
}

/** What was given back is not owed again: of an invoice with a credit note nobody is told that it is overdue. */
const GIVEN_BACK = `exists (select 1 from bayar.credit_notes n where n.invoice_id = i.id)`

/** Past their due date and not yet told, page by page: what cannot be marked is passed over and not met again in this run. */
export async function listFallenDue(
  database: Queryable,
  page: { readonly at: Date; readonly after: DueInvoice | null; readonly limit: number },
): Promise<readonly DueInvoice[]> {
  const { rows } = await database.query<DueInvoice>(
    `select id, channel, due_at from bayar.invoices i
      where status in ('draft', 'sent') and due_at <= $1 and not ${GIVEN_BACK} and ($2::timestamptz is null or (due_at, id) > ($2, $3::uuid))
      order by due_at, id limit $4`,
    [page.at, page.after?.due_at ?? null, page.after?.id ?? null, page.limit],
  )
  return rows
}
