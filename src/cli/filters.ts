import type { Bayar } from '../bayar.ts'
import type { EventType } from '../domain/events.ts'
import { BayarError } from '../errors.ts'
import type { EventFilter } from '../store/events.ts'
import type { NotificationFilter } from '../store/notifications.ts'
import type { NotificationStatus } from '../store/write-advances.ts'
import type { Call } from './call.ts'

export function notificationFilter(call: Call): NotificationFilter {
  return given({
    status: call.text('status') as NotificationStatus | undefined,
    orderId: call.text('order'),
    from: call.instant('from'),
    to: call.instant('to'),
  })
}

export async function eventFilter(call: Call, bayar: Bayar): Promise<EventFilter> {
  const name = call.text('order')
  return given({
    subjectId: name === undefined ? undefined : await subjectNamed(bayar, name),
    type: call.text('type') as EventType | undefined,
    from: call.instant('from'),
    to: call.instant('to'),
  })
}

/** What an event may be about: a payment by its order id, an invoice by its number, a subscription by its id. */
async function subjectNamed(bayar: Bayar, name: string): Promise<string> {
  const found =
    (await bayar.payments.find(name)) ??
    (await bayar.invoices.find(name)) ??
    (await bayar.subscriptions.find(name))
  if (!found)
    throw new BayarError('payment_not_found', `Nor an invoice or a subscription that is called ${name}.`)
  return found.id
}

type Given<T> = { [Name in keyof T]?: Exclude<T[Name], undefined> }

function given<T extends object>(all: T): Given<T> {
  return Object.fromEntries(Object.entries(all).filter(([, value]) => value !== undefined)) as Given<T>
}
