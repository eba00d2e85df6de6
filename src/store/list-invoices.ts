import type { InvoiceChannel, InvoiceStatus } from '../domain/invoice.ts'
import type { Queryable } from './database.ts'
import { findInvoices, type InvoiceRow } from './invoices.ts'

export interface InvoiceFilter {
  readonly merchant?: string
  readonly status?: InvoiceStatus
  readonly channel?: InvoiceChannel
  readonly userId?: string
  /** Only those of cycles of subscriptions. */
  readonly isOfBilling?: boolean
  readonly subscriptionId?: string
  readonly emailPrefix?: string
  /** How its number or its order id begins. */
  readonly search?: string
  readonly dueFrom?: Date
  readonly dueTo?: Date
}

/** By creation: ids are time-ordered. One row more than asked tells whether there is a next page. */
export async function listInvoices(
  database: Queryable,
  page: {
    readonly filter: InvoiceFilter
    readonly descending: boolean
    readonly after: string | null
    readonly limit: number
  },
): Promise<readonly InvoiceRow[]> {
  const params: unknown[] = []
  const given = (value: unknown) => `$${params.push(value)}`
  const where: string[] = []
  const { filter } = page
  if (filter.merchant !== undefined) where.push(`i.merchant = ${given(filter.merchant)}`)
  if (filter.status !== undefined) where.push(`i.status = ${given(filter.status)}`)
  if (filter.channel !== undefined) where.push(`i.channel = ${given(filter.channel)}`)
  if (filter.userId !== undefined) where.push(`i.user_id = ${given(filter.userId)}`)
  if (filter.isOfBilling) where.push('i.obligation_id is not null')
  if (filter.subscriptionId !== undefined)
    where.push(
      `i.obligation_id in (select id from bayar.obligations where subscription_id = ${given(filter.subscriptionId)})`,
    )
  if (filter.emailPrefix !== undefined)
    where.push(`lower(i.customer_email) like ${given(`${escapeLike(filter.emailPrefix.toLowerCase())}%`)}`)
  if (filter.search !== undefined) {
    const begins = given(`${escapeLike(filter.search)}%`)
    where.push(`(i.number like ${begins} or i.order_id like ${begins})`)
  }
  if (filter.dueFrom !== undefined) where.push(`i.due_at >= ${given(filter.dueFrom)}`)
  if (filter.dueTo !== undefined) where.push(`i.due_at <= ${given(filter.dueTo)}`)
  if (page.after !== null) where.push(`i.id ${page.descending ? '<' : '>'} ${given(page.after)}::uuid`)
  const { rows } = await database.query<{ id: string }>(
    `select i.id from bayar.invoices i ${where.length > 0 ? `where ${where.join(' and ')}` : ''}
      order by i.id ${page.descending ? 'desc' : 'asc'} limit ${given(page.limit + 1)}`,
    params,
  )
  const found = new Map(
    (
      await findInvoices(
        database,
        rows.map((row) => row.id),
      )
    ).map((invoice) => [invoice.id, invoice]),
  )
  return rows.flatMap((row) => found.get(row.id) ?? [])
}

function escapeLike(text: string): string {
  return text.replace(/[\\%_]/g, '\\$&')
}
