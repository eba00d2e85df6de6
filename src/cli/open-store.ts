import type { Bayar } from '../bayar.ts'
import { BayarError } from '../errors.ts'
import { type Database, openDatabase } from '../store/database.ts'

/** The instance's database, also when the instance itself would refuse to work: to find out why. */
export function openStore({ settings }: Bayar): Database {
  if (settings.database === undefined) throw new BayarError('database_missing')
  return openDatabase({ database: settings.database, connections: 2, applicationName: 'bayar cli' })
}
