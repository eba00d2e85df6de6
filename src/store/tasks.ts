import type { Queryable } from './database.ts'
import type { AskJson } from './host-transaction.ts'

/** Tasks: work with a name that was put off. A worker takes one for the length of a lease; leases go by the database's clock, the one that all workers share. */
export const TASK_STATES = ['waiting', 'running', 'done', 'failed'] as const
export type TaskState = (typeof TASK_STATES)[number]

export interface NewTask {
  readonly id: string
  readonly name: string
  readonly arguments: unknown
  readonly requestedBy: string
  readonly at: Date
}

/** With a transaction's id, only in that transaction: elsewhere nothing is written, and the answer is false. */
export async function writeTask(ask: AskJson, task: NewTask, transactionId: string | null): Promise<boolean> {
  const made = await ask(
    `insert into bayar.tasks (id, name, arguments, requested_by, due_at, created_at)
     select j.id, j.name, j.arguments, j.requested_by, j.at, j.at
       from json_to_record($1::text::json) as j(xid text, id uuid, name text, arguments jsonb, requested_by text, at timestamptz)
      where j.xid is null or j.xid = pg_current_xact_id()::text
     returning to_json(id)::text as answer`,
    {
      xid: transactionId,
      id: task.id,
      name: task.name,
      arguments: task.arguments,
      requested_by: task.requestedBy,
      at: task.at,
    },
  )
  return made !== null
}

export interface TaskRow {
  readonly id: string
  readonly name: string
  readonly arguments: Readonly<Record<string, unknown>>
  readonly state: TaskState
  readonly slot: Date | null
  readonly attempts: number
  readonly replays: number
  readonly claims: number
  readonly due_at: Date
  readonly done: bigint
  readonly total: bigint | null
  readonly bookmark: string | null
  readonly result: unknown
  readonly error_code: string | null
  readonly error: string | null
  readonly requested_by: string
  readonly created_at: Date
  readonly started_at: Date | null
  readonly finished_at: Date | null
}

const COLUMNS = `t.id, t.name, t.arguments, t.state, t.slot, t.attempts, t.replays, t.claims, t.due_at, t.done, t.total, t.bookmark, t.result,
  t.error_code, t.error, t.requested_by, t.created_at, t.started_at, t.finished_at`

/** How many of which task may be taken. */
export interface TaskRoom {
  readonly name: string
  readonly free: number
}

/** Takes due tasks by name, each name with room of its own: a sweep of hours takes nothing from a charge. A lease that ran out is no attempt: the task is simply free again. */
export async function claimTasks(
  database: Queryable,
  options: { rooms: readonly TaskRoom[]; at: Date; leaseSeconds: number; leasedBy: string },
): Promise<readonly TaskRow[]> {
  const { rows } = await database.prepared<TaskRow>(
    'bayar_claim_tasks',
    `with due as materialized (
       select one.id from unnest($4::text[], $5::int[]) as room(name, free)
        cross join lateral (
         select t.id from bayar.tasks t
          where t.name = room.name and t.state in ('waiting', 'running') and t.due_at <= $1
            and (t.leased_until is null or t.leased_until < now())
          order by t.due_at limit room.free
            for update of t skip locked
        ) one
     )
     update bayar.tasks t
        set state = 'running', leased_by = $3, leased_until = now() + make_interval(secs => $2), claims = t.claims + 1,
            started_at = coalesce(t.started_at, $1)
      where t.id = any (array(select id from due)) returning ${COLUMNS}`,
    [
      options.at,
      options.leaseSeconds,
      options.leasedBy,
      options.rooms.map(({ name }) => name),
      options.rooms.map(({ free }) => free),
    ],
  )
  return rows
}

export async function renewTaskLeases(
  database: Queryable,
  ids: readonly string[],
  options: { leasedBy: string; leaseSeconds: number },
): Promise<void> {
  await database.query(
    `update bayar.tasks set leased_until = now() + make_interval(secs => $3) where id = any ($1::uuid[]) and leased_by = $2 and state = 'running'`,
    [ids, options.leasedBy, options.leaseSeconds],
  )
}

export interface TaskProgress {
  readonly done: number
  readonly total: number | null
  readonly bookmark: string | null
}

/** False when the lease was lost: somebody else runs it now, and this run must end. */
export async function writeTaskProgress(
  database: Queryable,
  id: string,
  leasedBy: string,
  progress: TaskProgress,
): Promise<boolean> {
  const { rowCount } = await database.query(
    `update bayar.tasks set done = $3, total = $4, bookmark = $5 where id = $1 and leased_by = $2 and state = 'running'`,
    [id, leasedBy, progress.done, progress.total, progress.bookmark],
  )
  return rowCount === 1
}

/** What became of a run. `waiting` is tried again at `dueAt`; `isAttempt` when it failed, and not when it only goes on later. */
export interface EndedRun {
  readonly state: 'waiting' | 'done' | 'failed'
  readonly isAttempt: boolean
  readonly dueAt: Date | null
  readonly result: unknown
  readonly errorCode: string | null
  readonly error: string | null
  readonly at: Date
}

/** Only the lease's owner may. */
export async function endTaskRun(
  database: Queryable,
  id: string,
  leasedBy: string,
  run: EndedRun,
): Promise<void> {
  await database.query(
    `update bayar.tasks set state = $3, attempts = attempts + $4::int, claims = 0, due_at = coalesce($5, due_at), result = $6::jsonb, error_code = $7, error = $8,
            leased_by = null, leased_until = null, finished_at = case when $3 = 'waiting' then null else $9::timestamptz end
      where id = $1 and leased_by = $2 and state = 'running'`,
    [
      id,
      leasedBy,
      run.state,
      run.isAttempt ? 1 : 0,
      run.dueAt,
      run.result === undefined || run.result === null ? null : JSON.stringify(run.result),
      run.errorCode,
      run.error,
      run.at,
    ],
  )
}

/**
 * Failed ones only: what waits, runs or is done is not done twice because somebody pressed a button. Undefined: it has not failed, or its next run is waiting. Told as it was made due, because a worker may have run it
 * again before anybody reads it.
 */
export async function retryTask(database: Queryable, id: string, at: Date): Promise<TaskRow | undefined> {
  const { rows } = await database.query<TaskRow>(
    `update bayar.tasks t set state = 'waiting', attempts = 0, claims = 0, replays = replays + 1, due_at = $2, error_code = null, error = null, finished_at = null
      where id = $1 and state = 'failed'
        and not (slot is not null and exists (select 1 from bayar.tasks o where o.name = t.name and o.slot is not null and o.state in ('waiting', 'running')))
     returning ${COLUMNS}`,
    [id, at],
  )
  return rows[0]
}

export async function findTask(database: Queryable, id: string): Promise<TaskRow | undefined> {
  const { rows } = await database.query<TaskRow>(`select ${COLUMNS} from bayar.tasks t where t.id = $1`, [id])
  return rows[0]
}

export interface TaskFilter {
  readonly name?: string
  readonly state?: TaskState
}

/** By id, which is by the time they were asked for. */
export async function listTasks(
  database: Queryable,
  options: { filter: TaskFilter; after: string | null; limit: number; descending: boolean },
): Promise<readonly TaskRow[]> {
  const { filter, after, limit, descending } = options
  const { rows } = await database.query<TaskRow>(
    `select ${COLUMNS} from bayar.tasks t
      where ($1::text is null or t.name = $1) and ($2::text is null or t.state = $2)
        and ($3::uuid is null or t.id ${descending ? '<' : '>'} $3)
      order by t.id ${descending ? 'desc' : 'asc'} limit $4`,
    [filter.name ?? null, filter.state ?? null, after, limit + 1],
  )
  return rows
}

/**
 * One tick of the schedule. `given` by this call, or not: the slot moves forward once, whoever looks. The first slot that is ever seen is only noted, because nothing was missed before it. While the run
 * before it is still under way nothing moves, and the tick is given as soon as that has ended. `isOver`: nothing is left to do for this slot. A slot more than a day ahead was given by a machine whose clock
 * was wrong: it is taken back, and what was to run then runs now, because else nothing would run until that day.
 */
export async function giveTick(
  database: Queryable,
  tick: { id: string; name: string; slot: Date; at: Date },
): Promise<{ readonly given: boolean; readonly isOver: boolean }> {
  const { rows } = await database.query<{ given: boolean; isOver: boolean }>(
    `with known as (
       select slot from bayar.schedule where name = $2
     ), pulled as (
       update bayar.tasks t set due_at = $4 where t.name = $2 and t.slot is not null and t.state = 'waiting' and t.due_at > $4::timestamptz + interval '1 day'
     ), moved as (
       insert into bayar.schedule as s (name, slot) values ($2, $3)
           on conflict (name) do update set slot = excluded.slot
        where (s.slot < excluded.slot or s.slot > $4::timestamptz + interval '1 day')
          and not exists (select 1 from bayar.tasks t where t.name = $2 and t.slot is not null and t.state in ('waiting', 'running'))
       returning 1
     ), made as (
       insert into bayar.tasks (id, name, arguments, slot, requested_by, due_at, created_at)
       select $1, $2, '{}', $3, 'schedule', $4, $4 from moved, known
           on conflict do nothing
       returning 1
     )
     select exists (select 1 from made) as given, exists (select 1 from moved) or coalesce((select slot between $3 and $4::timestamptz + interval '1 day' from known), false) as "isOver"`,
    [tick.id, tick.name, tick.slot, tick.at],
  )
  return rows[0]!
}

export async function readSlots(database: Queryable): Promise<ReadonlyMap<string, Date>> {
  const { rows } = await database.query<{ name: string; slot: Date }>('select name, slot from bayar.schedule')
  return new Map(rows.map(({ name, slot }) => [name, slot]))
}
