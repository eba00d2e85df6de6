import type { Bayar } from '../bayar.ts'
import { BayarError } from '../errors.ts'
import { type Database, openDatabase } from '../store/database.ts'

/** The instance's database, also when the instance itself would refuse to work: to find out why, and to put it right. */
export async function withStore<T>(
  { settings }: Bayar,
  work: (database: Database) => Promise<T>,
): Promise<T> {
  if (settings.database === undefined) throw new BayarError('database_missing')
  const database = openDatabase({ database: settings.database, connections: 2, applicationName: 'bayar cli' })
  try {
    return await work(database)
  } finally {
    await database.close()
  }
}
