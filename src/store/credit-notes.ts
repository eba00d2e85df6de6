/** What of an invoice was given back, in writing. */
import type { Queryable } from './database.ts'

export interface CreditNoteRow {
  readonly id: string
  readonly merchant: string
  /** null for a moment: it is drawn after the money has moved. */
  readonly number: string | null
  readonly invoice_id: string
  readonly payment_id: string
  readonly refund_id: string
  readonly event_id: string
  readonly amount: bigint
  readonly tax_amount: bigint
  readonly issued_at: Date
}

/** As it is read: with the words of the refund. */
export interface NumberedCreditNote extends CreditNoteRow {
  readonly number: string
  readonly order_id: string
  readonly reason: string | null
}

/** Under its invoice's lock. Written once for each movement of money. */
export async function insertCreditNote(tx: Queryable, note: Omit<CreditNoteRow, 'number'>): Promise<void> {
  await tx.query(
    `insert into bayar.credit_notes (id, merchant, invoice_id, payment_id, refund_id, event_id, amount, tax_amount, issued_at)
     values ($1, $2, $3, $4, $5, $6, $7, $8, $9) on conflict (event_id) do nothing`,
    [
      note.id,
      note.merchant,
      note.invoice_id,
      note.payment_id,
      note.refund_id,
      note.event_id,
      note.amount,
      note.tax_amount,
      note.issued_at,
    ],
  )
}

/** What was written before of one invoice. */
export async function readCredited(
  tx: Queryable,
  invoiceId: string,
): Promise<{ readonly amount: bigint; readonly tax: bigint }> {
  const { rows } = await tx.query<{ amount: bigint; tax: bigint }>(
    `select coalesce(sum(amount), 0)::bigint as amount, coalesce(sum(tax_amount), 0)::bigint as tax
       from bayar.credit_notes where invoice_id = $1`,
    [invoiceId],
  )
  return rows[0]!
}

/**
 * The next numbers of each merchant's series, in the order in which the money went back, and without a gap: the counter and the numbers are one statement. Two workers take different notes, and the one that comes
 * second to the counter waits for the other's commit. The counter's name has a space, which no prefix of invoices may have: the two series never meet.
 */
export async function numberCreditNotes(
  database: Queryable,
  { prefix, limit }: { readonly prefix: string; readonly limit: number },
): Promise<number> {
  const { rowCount } = await database.query(
    `with open as materialized (
       select id, merchant from bayar.credit_notes where number is null order by id limit $2 for update skip locked
     ), placed as (
       select id, merchant, row_number() over (partition by merchant order by id) as place, count(*) over (partition by merchant) as count from open
     ), drawn as (
       insert into bayar.invoice_numbers as n (merchant, prefix, last)
       select distinct merchant, 'credit ' || $1, count from placed order by merchant
           on conflict (merchant, prefix) do update set last = n.last + excluded.last
       returning merchant, last
     ), named as (
       select p.id, (d.last - p.count + p.place)::text as number from placed p join drawn d on d.merchant = p.merchant
     )
     update bayar.credit_notes c set number = $1 || '-' || lpad(m.number, greatest(6, length(m.number)), '0') from named m where c.id = m.id`,
    [prefix, limit],
  )
  return rowCount ?? 0
}

const VIEW = `
select c.*, p.order_id, r.reason
  from bayar.credit_notes c join bayar.payments p on p.id = c.payment_id left join bayar.refunds r on r.id = c.refund_id
 where c.number is not null`

/** How many of one invoice are read at once: each is a refund that somebody made. */
const READ_MAX = 1000

export async function listCreditNotes(
  database: Queryable,
  invoiceId: string,
): Promise<readonly NumberedCreditNote[]> {
  const { rows } = await database.query<NumberedCreditNote>(
    `${VIEW} and c.invoice_id = $1 order by c.id limit ${READ_MAX}`,
    [invoiceId],
  )
  return rows
}
