import { isUuid } from '../../domain/uuid.ts'
import { BayarError } from '../../errors.ts'
import { findInvoice, findInvoiceNamed, type InvoiceRow } from '../../store/invoices.ts'
import type { Context } from '../context.ts'

/** Our id, its number or its order id; or one of the last two together with the account it belongs to. */
export type InvoiceReference = string | { readonly invoice: string; readonly merchant?: string }

export async function lookForInvoice(
  context: Context,
  reference: InvoiceReference,
): Promise<InvoiceRow | undefined> {
  const { invoice, merchant } =
    typeof reference === 'string' ? { invoice: reference, merchant: undefined } : reference
  if (typeof invoice !== 'string' || invoice.includes('\u0000') || !invoice.isWellFormed()) return undefined
  const byId = isUuid(invoice) ? await findInvoice(context.database, invoice) : undefined
  // An order id of the host's may look like a UUID.
  if (byId) return byId
  return findInvoiceNamed(
    context.database,
    merchant ?? context.rules.merchants[0]?.name ?? 'default',
    invoice,
  )
}

export async function mustFindInvoice(context: Context, reference: InvoiceReference): Promise<InvoiceRow> {
  const row = await lookForInvoice(context, reference)
  if (!row) throw new BayarError('invoice_not_found', 'Name it by its id, its number or its order id.')
  return row
}
