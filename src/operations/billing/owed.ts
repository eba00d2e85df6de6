/** What a change is about, as it stands while it is made. */
import type { ObligationRow } from '../../store/obligations.ts'
import type { SubscriptionRow } from '../../store/subscriptions.ts'
import type { InvoiceCause } from '../invoices/change-invoice.ts'
import type { ChangeCause } from '../subscriptions/change-subscription.ts'

export interface Owed {
  readonly obligation: ObligationRow
  readonly subscription: SubscriptionRow
}

/** Of what is open, what is paid first: a period before a change of plan. */
export function firstOwed(open: readonly ObligationRow[]): ObligationRow | undefined {
  return open.find(({ kind }) => kind === 'period') ?? open[0]
}

export function invoiceCauseOf({ source, paymentId = null }: ChangeCause): InvoiceCause {
  return { source, paymentId, notificationId: null, document: null }
}
