/**
 * The host's own transaction, as a place to write our rows in: what the host does and the charge it asks for then commit together, or not at all.
 *
 * The library that opened it is recognised by what it can do, and none of them is imported. They differ in how they treat parameters and types, so whatever is asked here has one parameter, a
 * JSON document as text, and one answer, the same.
 */
import { invalidRequest } from '../errors.ts'
import type { Queryable } from './database.ts'

type Ask = (...asked: never[]) => unknown

/** A transaction of `pg` (the client that ran BEGIN), Drizzle, Kysely or Prisma. */
export type HostsTransaction =
  | { readonly query: Ask }
  | { readonly execute: Ask }
  | { readonly executeQuery: Ask }
  | { readonly $queryRawUnsafe: Ask }

/** One statement with one JSON parameter, answered with one JSON document; null when it answers no row. */
export type AskJson = (text: string, asked: unknown) => Promise<unknown>

interface Library {
  readonly name: string
  knows(tx: Record<string, unknown>): boolean
  ask(tx: never, text: string, json: string): Promise<unknown>
}

const isFunction = (value: unknown) => typeof value === 'function'

/** In this order: Kysely and Drizzle have a `query` of another meaning. */
const LIBRARIES: readonly Library[] = [
  {
    name: 'Prisma',
    knows: (tx) => isFunction(tx.$queryRawUnsafe),
    ask: (tx: { $queryRawUnsafe(text: string, json: string): Promise<unknown> }, text, json) =>
      tx.$queryRawUnsafe(text, json),
  },
  {
    name: 'Kysely',
    knows: (tx) => isFunction(tx.executeQuery),
    // What `CompiledQuery.raw(text, [json])` makes.
    ask: (tx: { executeQuery(query: object): Promise<unknown> }, text, json) =>
      tx.executeQuery({
        sql: text,
        parameters: [json],
        query: { kind: 'RawNode', sqlFragments: [text], parameters: [] },
        queryId: { queryId: 'bayar' },
      }),
  },
  {
    name: 'Drizzle',
    knows: (tx) => isFunction(tx.execute),
    // What Drizzle's dialect asks of its own `sql`.
    ask: (tx: { execute(query: object): Promise<unknown> }, text, json) => {
      const statement = { getSQL: () => statement, toQuery: () => ({ sql: text, params: [json] }) }
      return tx.execute(statement)
    },
  },
  {
    name: 'pg',
    knows: (tx) => isFunction(tx.query),
    ask: (tx: { query(text: string, values: readonly unknown[]): Promise<unknown> }, text, json) =>
      tx.query(text, [json]),
  },
]

export function askInHostsTransaction(tx: unknown): AskJson {
  const given = typeof tx === 'object' && tx !== null ? (tx as Record<string, unknown>) : {}
  const library = LIBRARIES.find((one) => one.knows(given))
  if (!library) {
    const names = LIBRARIES.map(({ name }) => name).join(', ')
    throw invalidRequest([{ field: 'tx', reason: `must be an open transaction of ${names}` }])
  }
  return async (text, asked) => answerIn(await library.ask(given as never, text, JSON.stringify(asked)))
}

/** Our own transactions, asked in the same way. */
export function askJson(tx: Pick<Queryable, 'query'>): AskJson {
  return async (text, asked) => answerIn(await tx.query(text, [JSON.stringify(asked)]))
}

/** pg, Kysely and most drivers of Drizzle answer `{ rows }`; Prisma and some drivers answer the rows. */
function answerIn(result: unknown): unknown {
  const rows = Array.isArray(result) ? result : (result as { rows?: unknown[] } | null)?.rows
  const answer = (rows?.[0] as { answer?: unknown } | undefined)?.answer
  return typeof answer === 'string' ? JSON.parse(answer) : null
}

/**
 * Which transaction this is. Statements that are not in one transaction each have their own: a pool, or a client before BEGIN, would write half of a charge and leave it there.
 */
export async function transactionId(ask: AskJson): Promise<string> {
  const { xid } = (await ask(
    `select json_build_object('xid', pg_current_xact_id()::text)::text as answer from (select $1::text) as asked`,
    null,
  )) as { xid: string }
  return xid
}
