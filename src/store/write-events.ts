/** Events about something else than a payment: written, and owed to the handlers, by one statement of the transaction that causes them. */
import type { EventType } from '../domain/events.ts'
import type { Queryable } from './database.ts'

/** A row of the history of an invoice or a subscription; told when it has a type. */
export interface NewEvent {
  readonly id: string
  readonly subjectId: string
  /** The version that the change made. */
  readonly sequence: number
  readonly type: EventType | null
  readonly previous: string
  readonly status: string
  /** The payment that caused it. */
  readonly paymentId: string | null
  readonly notificationId: string | null
  readonly source: string
  /** What Midtrans said, where it is kept nowhere else. */
  readonly document: Uint8Array | null
}

/** Writes nothing, and says so, when a handler was registered after `registryVersion` was read: a `within` handler must not be passed over. */
export async function insertEvents(
  tx: Queryable,
  events: readonly NewEvent[],
  { at, registryVersion }: { readonly at: Date; readonly registryVersion: number },
): Promise<{ readonly isWritten: boolean }> {
  const { rows } = await tx.prepared<{ written: number }>(
    'bayar_write_events',
    `with told as materialized (
       select e.* from json_to_recordset($1::json) as e(id uuid, subject_id uuid, sequence int, type text, previous text, status text, payment_id uuid,
              notification_id uuid, source text, document text)
        where (select version from bayar.handler_registry) = $3
     ), written as (
       insert into bayar.events (id, subject_id, sequence, type, from_status, to_status, previous, status, money_delta, refunded_amount, net_amount,
              source, notification_id, payment_id, document, occurred_at)
       select e.id, e.subject_id, e.sequence, e.type, e.previous, e.status, e.previous, e.status, 0, 0, 0, e.source, e.notification_id, e.payment_id,
              decode(e.document, 'base64'), $2
         from told e
       returning 1
     ), owed as (
       insert into bayar.deliveries (handler_id, subject_id, sequence, event_id, due_at, created_at)
       select h.id, e.subject_id, e.sequence, e.id, $2, $2
         from told e join bayar.handlers h on h.kind = 'on' and h.retired_at is null and e.type = any (h.events)
     )
     select count(*)::int as written from written`,
    [
      JSON.stringify(
        events.map((event) => ({
          id: event.id,
          subject_id: event.subjectId,
          sequence: event.sequence,
          type: event.type,
          previous: event.previous,
          status: event.status,
          payment_id: event.paymentId,
          notification_id: event.notificationId,
          source: event.source,
          document: event.document === null ? null : Buffer.from(event.document).toString('base64'),
        })),
      ),
      at,
      registryVersion,
    ],
  )
  return { isWritten: rows[0]!.written === events.length }
}
