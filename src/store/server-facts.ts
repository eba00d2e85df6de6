import type { Queryable } from './database.ts'

/** What PostgreSQL says of itself, for `bayar doctor`. Its clock is asked here alone, and only to compare it with ours. */
export async function readServerFacts(database: Queryable): Promise<{ version: string; clock: Date }> {
  const { rows } = await database.query<{ version: string; clock: Date }>(
    `select current_setting('server_version') as version, clock_timestamp() as clock`,
  )
  return rows[0]!
}
