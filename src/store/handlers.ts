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

/**
 * Writes those that are new, hear of more events, or were retired, and raises the registry's version if any was. Returns how many were.
 *
 * It never takes away: in the middle of a deployment a process of the old version may be the last to register, and events would be lost to the new one. In one order, because two processes that start at
 * once lock the same rows.
 */
export async function registerHandlers(
  database: Queryable,
  registrations: readonly HandlerRegistration[],
  at: Date,
): Promise<number> {
  const { rows } = await database.query<{ changed: number }>(
    `with asked as (
       select * from json_to_recordset($1::json) as r(name text, kind text, events text[])
     ), written as (
       insert into bayar.handlers as h (name, kind, events, since) select name, kind, events, $2 from asked order by name
           on conflict (name) do update set kind = excluded.kind, retired_at = null,
              events = case when h.retired_at is null then array(select distinct e from unnest(h.events || excluded.events) e order by e) else excluded.events end,
              since = case when h.retired_at is null then h.since else excluded.since end
        where h.retired_at is not null or (h.kind = excluded.kind and not h.events @> excluded.events)
       returning 1
     ), raised as (
       update bayar.handler_registry set version = version + 1 where exists (select 1 from written)
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
  const { rows } = await database.prepared<{ version: number }>(
    'bayar_registry_version',
    'select version from bayar.handler_registry',
    [],
  )
  return rows[0]!.version
}
