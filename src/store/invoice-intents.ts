/** What the Invoicing API was asked to do with an invoice, written before it is sent. */
import type { AnswerColumns } from './answers.ts'
import type { Queryable } from './database.ts'

export type InvoiceCommand = 'create' | 'void'
/** `unknown`: nobody can be asked any more what became of it. */
export type InvoiceIntentState = 'sent' | 'done' | 'rejected' | 'unknown'

export interface InvoiceIntentRow extends AnswerColumns {
  readonly id: string
  readonly invoice_id: string
  readonly command: InvoiceCommand
  readonly state: InvoiceIntentState
  readonly key: string
  readonly reason: string | null
  readonly requested_by: string
  readonly send_before: Date
  readonly checks: number
  readonly created_at: Date
}

const COLUMNS = `n.id, n.invoice_id, n.command, n.state, n.key, n.reason, n.requested_by, n.send_before, n.answer_class, n.answer_code, n.answer_message, n.answer,
  n.answered_at, n.checks, n.created_at`

export interface NewInvoiceIntent {
  readonly id: string
  readonly invoiceId: string
  readonly command: InvoiceCommand
  readonly key: string
  readonly reason: string | null
  readonly requestedBy: string
  readonly sendBefore: Date
  readonly checkAt: Date
  readonly at: Date
}

/** False when something else is being asked about this invoice. */
export async function insertInvoiceIntent(tx: Queryable, intent: NewInvoiceIntent): Promise<boolean> {
  const { rowCount } = await tx.query(
    `insert into bayar.invoice_intents (id, invoice_id, command, state, key, reason, requested_by, send_before, check_at, created_at)
     values ($1, $2, $3, 'sent', $4, $5, $6, $7, $8, $9) on conflict (invoice_id) where state = 'sent' do nothing`,
    [
      intent.id,
      intent.invoiceId,
      intent.command,
      intent.key,
      intent.reason,
      intent.requestedBy,
      intent.sendBefore,
      intent.checkAt,
      intent.at,
    ],
  )
  return rowCount === 1
}

export async function findInvoiceIntent(
  database: Queryable,
  id: string,
): Promise<InvoiceIntentRow | undefined> {
  const { rows } = await database.query<InvoiceIntentRow>(
    `select ${COLUMNS} from bayar.invoice_intents n where n.id = $1`,
    [id],
  )
  return rows[0]
}

/** Under the invoice's lock. */
export async function findOpenInvoiceIntent(
  tx: Queryable,
  invoiceId: string,
): Promise<InvoiceIntentRow | undefined> {
  const { rows } = await tx.query<InvoiceIntentRow>(
    `select ${COLUMNS} from bayar.invoice_intents n where n.invoice_id = $1 and n.state = 'sent'`,
    [invoiceId],
  )
  return rows[0]
}

/** Whether an earlier sending may have arrived although nobody knows. */
export async function hasUnknownCreation(tx: Queryable, invoiceId: string): Promise<boolean> {
  const { rowCount } = await tx.query(
    `select 1 from bayar.invoice_intents where invoice_id = $1 and command = 'create' and state = 'unknown' limit 1`,
    [invoiceId],
  )
  return rowCount === 1
}

export async function endInvoiceIntent(
  tx: Queryable,
  id: string,
  state: Exclude<InvoiceIntentState, 'sent'>,
): Promise<void> {
  await tx.query('update bayar.invoice_intents set state = $2, check_at = null where id = $1', [id, state])
}

export async function planInvoiceIntentCheck(database: Queryable, id: string, at: Date): Promise<void> {
  await database.query(`update bayar.invoice_intents set check_at = $2 where id = $1 and state = 'sent'`, [
    id,
    at,
  ])
}

/** Takes those whose outcome must be found out, for the length of a lease. */
export async function claimInvoiceIntents(
  database: Queryable,
  options: { readonly at: Date; readonly leaseUntil: Date; readonly limit: number },
): Promise<readonly InvoiceIntentRow[]> {
  const { rows } = await database.query<InvoiceIntentRow>(
    `with due as (
       select id from bayar.invoice_intents where check_at <= $1 order by check_at limit $3 for update skip locked
     )
     update bayar.invoice_intents n set check_at = $2, checks = n.checks + 1 from due where n.id = due.id returning ${COLUMNS}`,
    [options.at, options.leaseUntil, options.limit],
  )
  return rows
}
