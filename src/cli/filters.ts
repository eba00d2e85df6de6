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

export async function eventFilter(
  call: Call,
  bayar: Bayar,
): Promise<Omit<EventFilter, 'subjectId'> & { paymentId?: string }> {
  const orderId = call.text('order')
  const payment = orderId === undefined ? undefined : await bayar.payments.find(orderId)
  if (orderId !== undefined && !payment) throw new BayarError('payment_not_found', `${orderId}.`)
  return given({
    paymentId: payment?.id,
    type: call.text('type') as EventType | undefined,
    from: call.instant('from'),
    to: call.instant('to'),
  })
}

type Given<T> = { [Name in keyof T]?: Exclude<T[Name], undefined> }

function given<T extends object>(all: T): Given<T> {
  return Object.fromEntries(Object.entries(all).filter(([, value]) => value !== undefined)) as Given<T>
}
