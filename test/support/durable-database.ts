import { chmodSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { startEmbeddedPostgres } from '../../src/store/embedded/start-embedded-postgres.ts'
import { emptyDatabase, type TestDatabase } from './database.ts'

/**
 * An empty database that keeps what it was told, for tests that run the product as it is: it refuses the run's own
 * server, which has every safety off. A server given in BAYAR_TEST_DATABASE_URL is taken to be durable.
 */
export async function durableDatabase(): Promise<TestDatabase> {
  if (process.env.BAYAR_TEST_DATABASE_URL) return emptyDatabase()
  const home = mkdtempSync(join(tmpdir(), 'bayar-durable-'))
  chmodSync(home, 0o755) // so that the data stays inside also for root
  const server = await startEmbeddedPostgres({ purpose: 'development', home })
  return {
    url: server.url,
    async drop() {
      await server.stop()
      rmSync(home, { recursive: true, force: true })
    },
  }
}
