import { randomBytes } from 'node:crypto'
import pg from 'pg'
import type { TestProject } from 'vitest/node'
import { openDatabase } from '../../src/store/database.ts'
import { startEmbeddedPostgres } from '../../src/store/embedded/start-embedded-postgres.ts'
import { migrate } from '../../src/store/migrate.ts'

/**
 * Once for each test run: a PostgreSQL (an embedded throwaway one, or the one in BAYAR_TEST_DATABASE_URL) and in it a
 * migrated template, of which every test file clones its own database. All names carry the run's own random part, so
 * that runs beside each other on one server do not meet.
 */
declare module 'vitest' {
  interface ProvidedContext {
    readonly testServerUrl: string
    readonly testTemplate: string
  }
}

export default async function setup(project: TestProject): Promise<() => Promise<void>> {
  const given = process.env.BAYAR_TEST_DATABASE_URL
  const embedded = given ? null : await startEmbeddedPostgres({ purpose: 'test' })
  const serverUrl = given ?? embedded!.url
  const run = `bayar_test_${randomBytes(4).toString('hex')}`
  const template = `${run}_template`
  try {
    await makeTemplate(serverUrl, template)
  } catch (error) {
    await embedded?.stop()
    throw error
  }
  project.provide('testServerUrl', serverUrl)
  project.provide('testTemplate', template)

  return async () => {
    // Of a throwaway server nothing need be dropped one by one.
    const kept = embedded ? await keptDatabases(serverUrl, run) : await dropDatabases(serverUrl, run)
    if (kept.length > 0 && embedded) {
      const pid = embedded.leave()
      console.log(`The test server was left running for them; \`kill -QUIT ${pid}\` ends it.`)
    } else {
      await embedded?.stop()
    }
  }
}

async function makeTemplate(serverUrl: string, template: string): Promise<void> {
  await asAdmin(serverUrl, async (admin) => {
    await admin.query(`create database ${template}`)
  })
  const url = new URL(serverUrl)
  url.pathname = `/${template}`
  const db = openDatabase({ database: url.href })
  try {
    await migrate(db, { at: new Date() })
  } finally {
    await db.close()
  }
}

async function databasesOf(admin: pg.Client, run: string): Promise<string[]> {
  const { rows } = await admin.query<{ datname: string }>(
    'select datname from pg_database where starts_with(datname, $1)',
    [`${run}_`],
  )
  return rows.map((row) => row.datname)
}

function isKept(name: string, run: string): boolean {
  return name.startsWith(`${run}_kept_`)
}

async function keptDatabases(serverUrl: string, run: string): Promise<string[]> {
  const names = await asAdmin(serverUrl, (admin) => databasesOf(admin, run))
  return names.filter((name) => isKept(name, run))
}

/** What test files left behind: everything of this run, except what was kept on purpose. */
async function dropDatabases(serverUrl: string, run: string): Promise<string[]> {
  return asAdmin(serverUrl, async (admin) => {
    const names = await databasesOf(admin, run)
    for (const name of names) {
      if (!isKept(name, run)) await admin.query(`drop database if exists ${name} with (force)`)
    }
    return names.filter((name) => isKept(name, run))
  })
}

async function asAdmin<T>(url: string, work: (admin: pg.Client) => Promise<T>): Promise<T> {
  const admin = new pg.Client({ connectionString: url })
  await admin.connect()
  try {
    return await work(admin)
  } finally {
    await admin.end()
  }
}
