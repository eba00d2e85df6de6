import { arraysOf, type Column, sourceOf } from './column-arrays.ts'
import type { Queryable } from './database.ts'

/**
 * Claims and endings need not be on disk when they are answered, only in order: if the database's machine dies within the same half second, a lease is forgotten or a handler is asked
 * again, which may happen to it anyway. What is owed was written durably with its cause.
 */
const NOT_WAITING_FOR_DISK = `(select set_config('synchronous_commit', 'off', true)) = 'off'`

export interface Claimed {
  readonly handler_id: number
  readonly subject_id: string
  readonly sequence: number
  readonly event_id: string
  readonly attempts: number
}

/** How many deliveries of which handler may be taken. */
export interface Room {
  readonly handlerId: number
  readonly free: number
}

/**
 * Takes due deliveries for the length of a lease: of each lane (handler, subject) only the lowest unfinished one, so that a handler sees a payment's events in the order in which they
 * happened. A sequence is given under the payment's lock, so a lower one is always committed first. A dead letter is finished: it frees its lane.
 *
 * Nothing of it may depend on how long the planner thinks the queue is. The look at the lane is one probe of the primary key for each row: without `offset 0` it would become an anti-join,
 * and asking for the state would bring the index of the waiting ones into play; either reads the whole backlog for each claim. The rows are then reached by where they lie, because they are
 * locked by this very statement.
 *
 * Handler by handler, each with room of its own: one that hangs, or whose code is nowhere, takes nothing from the others. A lease that runs out is no try: the row is simply free again. Leases
 * go by the database's clock, the one that all workers share.
 */
export async function claimDeliveries(
  database: Queryable,
  options: { rooms: readonly Room[]; at: Date; leaseSeconds: number; leasedBy: string },
): Promise<readonly Claimed[]> {
  const { rows } = await database.prepared<Claimed>(
    'bayar_claim_deliveries',
    `with due as materialized (
       select one.* from unnest($4::int[], $5::int[]) as room(handler_id, free)
        cross join lateral (
         select d.ctid
           from bayar.deliveries d
          where d.handler_id = room.handler_id and d.state = 'waiting' and d.due_at <= $1
            and (d.leased_until is null or d.leased_until < now())
            and not exists (
              select 1 from bayar.deliveries e
               where e.handler_id = d.handler_id and e.subject_id = d.subject_id and e.sequence < d.sequence and e.finished_at is null offset 0)
          order by d.due_at
          limit room.free
            for update of d skip locked
        ) one
     )
     update bayar.deliveries d set leased_until = now() + make_interval(secs => $2), leased_by = $3
      where ${NOT_WAITING_FOR_DISK} and d.ctid = any (array(select ctid from due))
     returning d.handler_id, d.subject_id, d.sequence, d.event_id, d.attempts`,
    [
      options.at,
      options.leaseSeconds,
      options.leasedBy,
      options.rooms.map((room) => room.handlerId),
      options.rooms.map((room) => room.free),
    ],
  )
  return rows
}

export interface Finished {
  readonly handler_id: number
  readonly subject_id: string
  readonly sequence: number
  readonly state: 'waiting' | 'done' | 'dead'
  readonly failed: boolean
  readonly error: string | null
  readonly due_at: Date | null
}

// biome-ignore format: a table is read in columns
const FINISHED: readonly Column<Finished>[] = [
  ['handler_id', 'integer',     (one) => one.handler_id],
  ['subject_id', 'uuid',        (one) => one.subject_id],
  ['sequence',   'integer',     (one) => one.sequence],
  ['state',      'text',        (one) => one.state],
  ['failed',     'boolean',     (one) => one.failed],
  ['error',      'text',        (one) => one.error],
  ['due_at',     'timestamptz', (one) => one.due_at],
]

/**
 * Writes what became of a batch. Only the lease's owner may: one that ran out belongs to somebody else now. Unfinished is asked by the time, not by the state: the index of
 * the waiting ones, which the state would bring into play, holds the whole backlog, and each batch would walk through it.
 */
export async function finishDeliveries(
  database: Queryable,
  finished: readonly Finished[],
  options: { leasedBy: string; at: Date },
): Promise<void> {
  await database.prepared(
    'bayar_finish_deliveries',
    `update bayar.deliveries d
        set state = f.state, attempts = d.attempts + (case when f.failed then 1 else 0 end), error = f.error,
            due_at = coalesce(f.due_at, d.due_at), leased_by = null, leased_until = null, finished_at = case when f.state <> 'waiting' then $2::timestamptz end
       from ${sourceOf(FINISHED, 'f', 3)}
      where ${NOT_WAITING_FOR_DISK} and d.handler_id = f.handler_id and d.subject_id = f.subject_id and d.sequence = f.sequence and d.leased_by = $1 and d.finished_at is null`,
    [options.leasedBy, options.at, ...arraysOf(FINISHED, finished)],
  )
}

/** Handlers that still run keep what they hold. A row that is just being finished is passed over: to wait for it while the ending waits for another of these would be a deadlock. */
export async function renewLeases(
  database: Queryable,
  held: readonly Pick<Claimed, 'handler_id' | 'subject_id' | 'sequence'>[],
  options: { leasedBy: string; leaseSeconds: number },
): Promise<void> {
  await database.query(
    `with free as materialized (
       select d.ctid from bayar.deliveries d
         join json_to_recordset($1::json) as h(handler_id int, subject_id uuid, sequence int)
           on d.handler_id = h.handler_id and d.subject_id = h.subject_id and d.sequence = h.sequence
        where d.leased_by = $2 and d.finished_at is null
          for update of d skip locked
     )
     update bayar.deliveries d set leased_until = now() + make_interval(secs => $3)
      where ${NOT_WAITING_FOR_DISK} and d.ctid = any (array(select ctid from free))`,
    [JSON.stringify(held), options.leasedBy, options.leaseSeconds],
  )
}

/** Owes events to a handler again, finished or never owed: replay, and `--from` of a new name. */
export async function oweAgain(
  database: Queryable,
  handlerName: string,
  eventIds: readonly string[],
  at: Date,
): Promise<number> {
  const { rows } = await database.query<{ owed: number }>(
    `with owed as (
       insert into bayar.deliveries as d (handler_id, subject_id, sequence, event_id, due_at, created_at)
       select h.id, e.subject_id, e.sequence, e.id, $3, $3
         from bayar.handlers h join bayar.events e on e.id = any ($2::uuid[]) and e.type = any (h.events)
        where h.name = $1 and h.kind = 'on' and h.retired_at is null
           on conflict (handler_id, subject_id, sequence) do update
          set state = 'waiting', attempts = 0, replays = d.replays + 1, error = null, due_at = excluded.due_at, leased_by = null, leased_until = null, finished_at = null
        where d.state <> 'waiting'
       returning 1
     )
     select count(*)::int as owed from owed`,
    [handlerName, eventIds, at],
  )
  return rows[0]!.owed
}

export interface DeliveryRow {
  readonly handler: string
  readonly state: 'waiting' | 'done' | 'dead'
  readonly attempts: number
  readonly replays: number
  readonly error: string | null
  readonly due_at: Date
  readonly finished_at: Date | null
  readonly event_id: string
  readonly sequence: number
}

export async function readDeliveries(
  database: Queryable,
  subjectId: string,
): Promise<readonly DeliveryRow[]> {
  const { rows } = await database.query<DeliveryRow>(
    `select h.name as handler, d.state, d.attempts, d.replays, d.error, d.due_at, d.finished_at, d.event_id, d.sequence
       from bayar.handlers h join bayar.deliveries d on d.handler_id = h.id and d.subject_id = $1
      order by d.sequence, h.name`,
    [subjectId],
  )
  return rows
}

export async function listDeadDeliveries(
  database: Queryable,
  limit: number,
): Promise<readonly (DeliveryRow & { order_id: string | null; type: string })[]> {
  const { rows } = await database.query<DeliveryRow & { order_id: string | null; type: string }>(
    `select h.name as handler, d.state, d.attempts, d.replays, d.error, d.due_at, d.finished_at, d.event_id, d.sequence, p.order_id, e.type
       from bayar.deliveries d
       join bayar.handlers h on h.id = d.handler_id
       join bayar.events e on e.id = d.event_id
       left join bayar.payments p on p.id = coalesce(e.payment_id, d.subject_id)
      where d.state = 'dead' order by d.event_id desc limit $1`,
    [limit],
  )
  return rows
}

/** Waiting deliveries whose time came long ago: nobody drains them. */
export async function countOverdue(
  database: Queryable,
  before: Date,
): Promise<{ overdue: number; dead: number }> {
  const { rows } = await database.query<{ overdue: number; dead: number }>(
    `select (select count(*)::int from (select 1 from bayar.deliveries where state = 'waiting' and due_at < $1 limit 10000) o) as overdue,
            (select count(*)::int from (select 1 from bayar.deliveries f join bayar.handlers h on h.id = f.handler_id where f.state = 'dead' and h.retired_at is null limit 10000) d) as dead`,
    [before],
  )
  return rows[0]!
}
