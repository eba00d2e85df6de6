/** What events are about, as it is today, and what a handler is given of it. */
import { type SubjectName, subjectOf } from '../../domain/events.ts'
import type { Queryable } from '../../store/database.ts'
import { findInvoices, type InvoiceRow } from '../../store/invoices.ts'
import type { ShownPayment } from '../../store/payments.ts'
import { findSubscriptions, type SubscriptionView } from '../../store/subscriptions.ts'
import type { ToldEvent } from '../../store/told-events.ts'
import { findTopups, type TopupRow } from '../../store/topups.ts'
import { findEntriesAt, findWallets, type WalletEntryRow, type WalletRow } from '../../store/wallets.ts'

export type Subject =
  | { readonly is: 'payment'; readonly payment: ShownPayment }
  | { readonly is: 'invoice'; readonly invoice: InvoiceRow; readonly payment: ShownPayment | null }
  | {
      readonly is: 'subscription'
      readonly subscription: SubscriptionView
      readonly payment: ShownPayment | null
    }
  | { readonly is: 'topup'; readonly topup: TopupRow; readonly payment: ShownPayment | null }
  | {
      readonly is: 'wallet'
      readonly wallet: WalletRow
      readonly entry: WalletEntryRow
      readonly payment: ShownPayment | null
    }

/** By event id; what is gone is absent. Payments come with the events: nearly every event is about one. */
export async function readSubjects(
  database: Queryable,
  events: Iterable<ToldEvent>,
  payments: ReadonlyMap<string, ShownPayment>,
): Promise<ReadonlyMap<string, Subject>> {
  const all = [...events]
  const idsOf = (is: SubjectName) =>
    all.filter(({ type }) => subjectOf(type!) === is).map((event) => event.subject_id)
  const invoices = byId(await findInvoices(database, idsOf('invoice')))
  const subscriptions = byId(await findSubscriptions(database, idsOf('subscription')))
  const topups = byId(await findTopups(database, idsOf('topup')))
  const wallets = byId(await findWallets(database, idsOf('wallet')))
  const entries = await findEntriesAt(
    database,
    all.filter((event) => wallets.has(event.subject_id)),
  )

  const subjects = new Map<string, Subject>()
  for (const event of all) {
    const is = subjectOf(event.type!)
    const payment = payments.get(is === 'payment' ? event.subject_id : (event.payment_id ?? '')) ?? null
    const invoice = invoices.get(event.subject_id)
    if (is === 'payment' && payment) subjects.set(event.id, { is, payment })
    if (is === 'invoice' && invoice) subjects.set(event.id, { is, invoice, payment })
    const subscription = subscriptions.get(event.subject_id)
    if (is === 'subscription' && subscription) subjects.set(event.id, { is, subscription, payment })
    const topup = topups.get(event.subject_id)
    if (is === 'topup' && topup) subjects.set(event.id, { is, topup, payment })
    const wallet = wallets.get(event.subject_id)
    const entry =
      wallet && entries.find((one) => one.wallet_id === wallet.id && one.sequence === event.sequence)
    if (is === 'wallet' && wallet && entry) subjects.set(event.id, { is, wallet, entry, payment })
  }
  return subjects
}

function byId<Row extends { readonly id: string }>(rows: readonly Row[]): ReadonlyMap<string, Row> {
  return new Map(rows.map((row) => [row.id, row]))
}
