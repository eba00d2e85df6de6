import { randomBytes } from 'node:crypto'
import { chmodSync } from 'node:fs'
import { openDatabase } from '../../src/store/database.ts'
import { startEmbeddedPostgres } from '../../src/store/embedded/start-embedded-postgres.ts'
import { migrate } from '../../src/store/migrate.ts'
import { makeFolder } from './built-cli.ts'

export interface DurableServer {
  /** The address of a database of its own. */
  database(options?: { readonly migrated?: boolean }): Promise<string>
  stop(): Promise<void>
}

/**
 * Databases for the commands themselves. They refuse one that forgets what it acknowledged, as the throwaway server of the other tests does: so this one writes to the disk.
 */
export async function durableServer(): Promise<DurableServer> {
  const given = process.env.BAYAR_TEST_DATABASE_URL
  const home = makeFolder()
  // PostgreSQL does not run as root but as somebody who must get in; elsewhere the data would lie outside of this folder.
  chmodSync(home.path, 0o755)
  const embedded = given ? null : await startEmbeddedPostgres({ home: home.path, purpose: 'development' })
  const url = given ?? embedded!.url
  const made: string[] = []
  const asAdmin = async (statement: string) => {
    const admin = openDatabase({ database: url, connections: 2 })
    await admin.query(statement).finally(() => admin.close())
  }
  return {
    async database({ migrated = true } = {}) {
      const name = `bayar_cli_${randomBytes(6).toString('hex')}`
      await asAdmin(`create database ${name}`)
      made.push(name)
      const own = new URL(url)
      own.pathname = `/${name}`
      if (migrated) {
        const database = openDatabase({ database: own.href, connections: 2 })
        await migrate(database, { at: new Date() }).finally(() => database.close())
      }
      return own.href
    },
    async stop() {
      for (const name of made) await asAdmin(`drop database if exists ${name} with (force)`)
      await embedded?.stop()
      home.remove()
    },
  }
}
