import type { Queryable } from './database.ts'

export type HandlerKind = 'on' | 'within'

export interface HandlerRow {
  readonly id: number
  readonly name: string
  readonly kind: HandlerKind
  readonly events: readonly string[]
  readonly since: Date
  readonly retired_at: Date | null
}

export interface HandlerRegistration {
  readonly name: string
  readonly kind: HandlerKind
  readonly events: readonly string[]
}

/** The version and the rows in one statement: rows read apart could be newer than the version they are trusted for. */
export async function readHandlers(
  database: Queryable,
): Promise<{ version: number; handlers: readonly HandlerRow[] }> {
  const { rows } = await database.query<{
    version: number
    handlers:
      | (Omit<HandlerRow, 'since' | 'retired_at'> & { since: string; retired_at: string | null })[]
      | null
  }>(
    `select g.version, (select json_agg(json_build_object('id', h.id, 'name', h.name, 'kind', h.kind, 'events', h.events, 'since', h.since,
            'retired_at', h.retired_at) order by h.id) from bayar.handlers h) as handlers
       from bayar.handler_registry g`,
  )
  const row = rows[0]!
  const handlers = (row.handlers ?? []).map((handler) => ({
    ...handler,
    since: new Date(handler.since),
    retired_at: handler.retired_at === null ? null : new Date(handler.retired_at),
  }))
  return { version: row.version, handlers }
}

/** Writes those that are new, changed or were retired, and raises the registry's version if any was. Returns how many were. */
export async function registerHandlers(
  database: Queryable,
  registrations: readonly HandlerRegistration[],
  at: Date,
): Promise<number> {
  const { rows } = await database.query<{ changed: number }>(
    `with asked as (
       select * from json_to_recordset($1::json) as r(name text, kind text, events text[])
     ), written as (
       insert into bayar.handlers as h (name, kind, events, since) select name, kind, events, $2 from asked
           on conflict (name) do update set kind = excluded.kind, events = excluded.events, retired_at = null,
              since = case when h.retired_at is null then h.since else excluded.since end
        where (h.kind, h.events) is distinct from (excluded.kind, excluded.events) or h.retired_at is not null
       returning 1
     ), raised as (
       update bayar.handler_registry set version = version + 1 where exists (select 1 from written)
     ), ended as (
       -- One that runs within transactions now has no deliveries any more: what was owed stays visible as dead.
       update bayar.deliveries d set state = 'dead', error = 'The handler runs within transactions now.', finished_at = $2
         from bayar.handlers h join asked on asked.name = h.name
        where d.handler_id = h.id and d.state = 'waiting' and h.kind = 'on' and asked.kind = 'within'
     )
     select count(*)::int as changed from written`,
    [JSON.stringify(registrations), at],
  )
  return rows[0]!.changed
}

/** Its open deliveries end as dead: they stay visible, and nothing waits for code that is gone. */
export async function retireHandler(database: Queryable, name: string, at: Date): Promise<boolean> {
  const { rows } = await database.query<{ retired: number }>(
    `with retired as (
       update bayar.handlers set retired_at = $2 where name = $1 and retired_at is null returning id
     ), raised as (
       update bayar.handler_registry set version = version + 1 where exists (select 1 from retired)
     ), ended as (
       update bayar.deliveries d set state = 'dead', error = 'The handler was retired.', finished_at = $2
         from retired r where d.handler_id = r.id and d.state = 'waiting'
     )
     select count(*)::int as retired from retired`,
    [name, at],
  )
  return rows[0]!.retired > 0
}

export async function readRegistryVersion(database: Queryable): Promise<number> {
  const { rows } = await database.query<{ version: number }>('select version from bayar.handler_registry')
  return rows[0]!.version
}
