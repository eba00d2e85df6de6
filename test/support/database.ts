import { randomBytes } from 'node:crypto'
import { setTimeout as pause } from 'node:timers/promises'
import pg from 'pg'
import { inject } from 'vitest'
import { thisFileFailed } from './failed-file.ts'

export interface TestDatabase {
  readonly url: string
  drop(): Promise<void>
}

/**
 * A migrated database for this test file alone, cloned from the run's template in about a tenth of a second.
 *
 * `drop()` in afterAll; what is forgotten goes at the end of the run. With BAYAR_KEEP_DATABASES set, the database of
 * a file with a failed test stays, and its address is printed.
 */
export async function cloneDatabase(): Promise<TestDatabase> {
  return createDatabase(inject('testTemplate'))
}

/** The same with nothing in it: for tests of the migrations themselves. */
export async function emptyDatabase(): Promise<TestDatabase> {
  return createDatabase('template0')
}

async function createDatabase(template: string): Promise<TestDatabase> {
  const run = inject('testTemplate').replace(/_template$/, '')
  const name = `${run}_${randomBytes(6).toString('hex')}`
  await asAdmin((admin) => createFrom(admin, name, template))
  return {
    url: urlOf(name),
    async drop() {
      if (process.env.BAYAR_KEEP_DATABASES && thisFileFailed()) {
        const kept = name.replace(run, `${run}_kept`)
        await asAdmin((admin) => admin.query(`alter database ${name} rename to ${kept}`))
        console.log(`Kept for you: ${urlOf(kept)}`)
        return
      }
      await asAdmin((admin) => admin.query(`drop database if exists ${name} with (force)`))
    },
  }
}

async function createFrom(admin: pg.Client, name: string, template: string): Promise<void> {
  for (let triesLeft = 20; ; triesLeft -= 1) {
    try {
      await admin.query(`create database ${name} template ${template}`)
      return
    } catch (error) {
      // 55006 object_in_use: for a moment somebody (autovacuum) is connected to the template.
      if ((error as { code?: string }).code !== '55006' || triesLeft === 0) throw error
      await pause(100)
    }
  }
}

function urlOf(name: string): string {
  const url = new URL(inject('testServerUrl'))
  url.pathname = `/${name}`
  return url.href
}

async function asAdmin<T>(work: (admin: pg.Client) => Promise<T>): Promise<T> {
  const admin = new pg.Client({ connectionString: inject('testServerUrl') })
  await admin.connect()
  try {
    return await work(admin)
  } finally {
    await admin.end()
  }
}
