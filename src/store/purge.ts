import type { Queryable } from './database.ts'

/**
 * What is old enough to go, a page at a time. Tables are walked by their primary key, because an index on the time at which something ended would be paid for by every notification; the walk reads each
 * row once a day.
 */
export interface PurgedPage {
  readonly walked: number
  readonly purged: number
  /** Where the next page begins; null at the end. */
  readonly last: string | null
}

interface Page {
  readonly after: string | null
  readonly before: Date
  readonly limit: number
}

/** Notices of ended stories only: one that failed or waits, or whose payment waits for a person or is still owed to a handler, or the invoice or subscription that it belongs to, stays however old it is. */
export async function purgeNotifications(database: Queryable, page: Page): Promise<PurgedPage> {
  const { rows } = await database.query<PurgedPage>(
    `with page as materialized (
       select n.id, n.received_at, n.status, n.due_at, n.payment_id from bayar.notifications n where $1::uuid is null or n.id > $1 order by n.id limit $3
     ), purged as (
       delete from bayar.notifications n using page
        where n.id = page.id and page.received_at < $2 and page.due_at is null and page.status not in ('received', 'failed', 'review')
          and not exists (select 1 from bayar.reviews r where r.payment_id = page.payment_id and r.closed_at is null)
          and not exists (select 1 from bayar.handlers h join bayar.deliveries d on d.handler_id = h.id
                           where h.retired_at is null and d.state <> 'done'
                             and d.subject_id in (page.payment_id, (select p.owner_id from bayar.payments p where p.id = page.payment_id)))
       returning 1
     )
     select (select count(*)::int from page) as walked, (select count(*)::int from purged) as purged,
            (select id::text from page where page.received_at < $2 order by id desc limit 1) as last`,
    [page.after, page.before, page.limit],
  )
  return rows[0]!
}

/** Done ones only: a dead letter waits for a person. */
export async function purgeDeliveries(database: Queryable, page: Page): Promise<PurgedPage> {
  const [handlerId, subjectId, sequence] = page.after?.split('|') ?? []
  const { rows } = await database.query<PurgedPage>(
    `with page as materialized (
       select d.handler_id, d.subject_id, d.sequence, d.state, d.finished_at from bayar.deliveries d
        where $1::int is null or (d.handler_id, d.subject_id, d.sequence) > ($1::int, $2::uuid, $3::int)
        order by d.handler_id, d.subject_id, d.sequence limit $5
     ), purged as (
       delete from bayar.deliveries d using page
        where (d.handler_id, d.subject_id, d.sequence) = (page.handler_id, page.subject_id, page.sequence) and page.state = 'done' and page.finished_at < $4
       returning 1
     )
     select (select count(*)::int from page) as walked, (select count(*)::int from purged) as purged,
            (select concat_ws('|', handler_id, subject_id, sequence) from page order by handler_id desc, subject_id desc, sequence desc limit 1) as last`,
    [handlerId ?? null, subjectId ?? null, sequence ?? null, page.before, page.limit],
  )
  return rows[0]!
}

/** Sent or given up: one that still waits is sent first. */
export async function purgeMessages(database: Queryable, page: Page): Promise<PurgedPage> {
  const { rows } = await database.query<PurgedPage>(
    `with page as materialized (
       select m.id, m.created_at, m.status from bayar.messages m where $1::uuid is null or m.id > $1 order by m.id limit $3
     ), purged as (
       delete from bayar.messages m using page where m.id = page.id and page.created_at < $2 and page.status <> 'pending' returning 1
     )
     select (select count(*)::int from page) as walked, (select count(*)::int from purged) as purged,
            (select id::text from page where page.created_at < $2 order by id desc limit 1) as last`,
    [page.after, page.before, page.limit],
  )
  return rows[0]!
}

/** A failed one that somebody asked for stays until it is looked at; of the schedule's, the next run did what it left. */
export async function purgeTasks(database: Queryable, page: Page): Promise<PurgedPage> {
  const { rowCount } = await database.query(
    `delete from bayar.tasks where id in (select id from bayar.tasks where finished_at < $1 and (state = 'done' or slot is not null) order by finished_at limit $2)`,
    [page.before, page.limit],
  )
  return { walked: rowCount ?? 0, purged: rowCount ?? 0, last: '' }
}

export async function purgeApiRequests(database: Queryable, page: Page): Promise<PurgedPage> {
  const { rowCount } = await database.query(
    `delete from bayar.api_requests where (caller, route, key) in (
       select caller, route, key from bayar.api_requests where created_at < $1 order by created_at limit $2)`,
    [page.before, page.limit],
  )
  return { walked: rowCount ?? 0, purged: rowCount ?? 0, last: '' }
}

export async function purgeCounters(database: Queryable, page: Page): Promise<PurgedPage> {
  const { rowCount } = await database.query(
    `delete from bayar.notification_counters where (minute, kind) in (
       select minute, kind from bayar.notification_counters where minute < $1 order by minute limit $2)`,
    [page.before, page.limit],
  )
  return { walked: rowCount ?? 0, purged: rowCount ?? 0, last: '' }
}
