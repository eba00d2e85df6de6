import { BayarError } from '../errors.ts'
import { type Database, unreachable } from './database.ts'

const VERSION_MIN = 140_000

/** Refuses a database that would break a promise: one that forgets what it acknowledged, or shows every statement an old picture. */
export async function checkDatabase(
  database: Database,
  options: { waiveDurability: boolean },
): Promise<void> {
  type Row = { version: number; fsync: string; full_page_writes: string; isolation: string }
  let row: Row
  try {
    const { rows } = await database.query<Row>(
      `select current_setting('server_version_num')::int as version, current_setting('fsync') as fsync,
              current_setting('full_page_writes') as full_page_writes, current_setting('default_transaction_isolation') as isolation`,
    )
    row = rows[0]!
  } catch (error) {
    throw unreachable(error)
  }
  const reasons: string[] = []
  if (row.version < VERSION_MIN) reasons.push('it is older than PostgreSQL 14')
  if (!options.waiveDurability && row.fsync === 'off')
    reasons.push('fsync is off, so a power cut loses notifications that were acknowledged')
  if (!options.waiveDurability && row.full_page_writes === 'off')
    reasons.push('full_page_writes is off, so a power cut can tear pages')
  if (row.isolation !== 'read committed') {
    reasons.push(
      `default_transaction_isolation is "${row.isolation}": set it to "read committed" for this role`,
    )
  }
  if (reasons.length > 0)
    throw new BayarError('database_unsafe', `${reasons.join('; ')}.`, { details: { reasons } })
}

export async function ping(database: Database): Promise<void> {
  try {
    await database.query('select 1')
  } catch (error) {
    throw unreachable(error)
  }
}
