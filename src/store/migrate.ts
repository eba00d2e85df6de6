import { createHash } from 'node:crypto'
import { readdirSync, readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { assert, BayarError, isBayarError } from '../errors.ts'
import type { Database, Queryable } from './database.ts'

/**
 * Brings the schema `bayar` up to this version of the code: numbered SQL files, each applied once, in order, in a
 * transaction of its own together with its row in `bayar.migrations`.
 *
 * Every transaction takes one advisory lock first, so any number of processes may migrate at once, and each file is
 * applied by whichever comes first. The lock belongs to the transaction, not to the session: behind a pooler the
 * next statement of a session may reach another connection, and a lock left on the first would block everyone.
 */
export interface Migration {
  readonly number: number
  readonly name: string
}

export interface MigrateOptions {
  /** What is written as `applied_at`; no rule of ours reads the database's clock. */
  readonly at: Date
  /** Only for tests of the runner itself. */
  readonly folder?: string | URL
}

interface MigrationFile extends Migration {
  readonly sql: string
  readonly sha256: string
}

interface AppliedMigration extends Migration {
  readonly sha256: string
}

// The letters "bayar": a number that no other program on the same database is likely to lock.
const LOCK_KEY = 0x62_61_79_61_72

const shippedFolder = new URL('migrations/', import.meta.url)

/** Applies what is missing and says what that was. */
export async function migrate(
  db: Database,
  { at, folder = shippedFolder }: MigrateOptions,
): Promise<Migration[]> {
  const files = readFiles(folder)
  const done: Migration[] = []
  for (let left = files.length; left >= 0; left -= 1) {
    const applied = await db.transaction((tx) => applyNext(tx, files, at))
    if (applied === null) return done
    done.push(applied)
  }
  return done
}

/** What `migrate` would apply. Throws when the database belongs to a newer or a different version of the code. */
export async function pendingMigrations(
  db: Queryable,
  { folder = shippedFolder }: Pick<MigrateOptions, 'folder'> = {},
): Promise<Migration[]> {
  const { rows } = await db.query<{ exists: boolean }>(
    `select to_regclass('bayar.migrations') is not null as exists`,
  )
  const applied = rows[0]?.exists ? await readApplied(db) : []
  return pending(readFiles(folder), applied).map(({ number, name }) => ({ number, name }))
}

async function applyNext(
  tx: Queryable,
  files: readonly MigrationFile[],
  at: Date,
): Promise<Migration | null> {
  // 1. One process at a time, also for the very first `create schema`.
  await tx.query(`select pg_advisory_xact_lock(${LOCK_KEY})`)
  await tx.query('create schema if not exists bayar')
  await tx.query(`
    create table if not exists bayar.migrations (
      number     integer     primary key,
      name       text        not null,
      sha256     text        not null,
      applied_at timestamptz not null
    )`)
  // 2. Read under the lock: another process may just have done it.
  const [next] = pending(files, await readApplied(tx))
  if (next === undefined) return null
  // 3. The row before the change, so that a collision shows before anything is altered.
  const { number, name, sql, sha256 } = next
  await tx.query('insert into bayar.migrations (number, name, sha256, applied_at) values ($1, $2, $3, $4)', [
    number,
    name,
    sha256,
    at,
  ])
  try {
    await tx.query(sql)
  } catch (cause) {
    throw explain(next, cause)
  }
  return { number, name }
}

async function readApplied(db: Queryable): Promise<AppliedMigration[]> {
  const { rows } = await db.query<AppliedMigration>(
    'select number, name, sha256 from bayar.migrations order by number',
  )
  return rows
}

function pending(files: readonly MigrationFile[], applied: readonly AppliedMigration[]): MigrationFile[] {
  const byNumber = new Map(files.map((file) => [file.number, file]))
  const unknown = applied.filter((row) => !byNumber.has(row.number))
  if (unknown.length > 0) {
    const names = unknown.map(fileName).join(', ')
    throw new BayarError('migrations_ahead', `This version does not know ${names}.`, {
      details: { unknown: names },
    })
  }
  const differ = applied.filter((row) => byNumber.get(row.number)?.sha256 !== row.sha256)
  if (differ.length > 0) {
    const names = differ.map(fileName).join(', ')
    throw new BayarError(
      'migrations_differ',
      `Applied was another text of ${names}. A released migration is never edited: install the version that the ` +
        'database was migrated with, or, in development, remove the database and begin again.',
      { details: { differ: names } },
    )
  }
  const done = new Set(applied.map((row) => row.number))
  return files.filter((file) => !done.has(file.number))
}

function readFiles(folder: string | URL): MigrationFile[] {
  const path = typeof folder === 'string' ? folder : fileURLToPath(folder)
  const files = readdirSync(path)
    .filter((file) => file.endsWith('.sql'))
    .sort()
    .map((file) => {
      const parts = /^(\d{4})-([a-z0-9-]+)\.sql$/.exec(file)
      assert(parts, `the migration ${file} is not named like 0001-what-it-does.sql`)
      // A checkout on Windows may have other line ends; that is not another migration.
      const sql = readFileSync(`${path}/${file}`, 'utf8').replaceAll('\r\n', '\n')
      return {
        number: Number(parts[1]),
        name: parts[2]!,
        sql,
        sha256: createHash('sha256').update(sql).digest('hex'),
      }
    })
  for (const [index, file] of files.entries()) {
    assert(file.number === index + 1, `the migrations are not numbered 1, 2, 3 …: ${fileName(file)}`)
  }
  return files
}

function explain(file: Migration, cause: unknown): unknown {
  if (isBayarError(cause)) return cause
  // A deadlock or a lost connection is not the file's fault, and `transaction` knows what to do with it.
  const code = String((cause as { code?: unknown }).code ?? '')
  if (/^(40|55P03|57P|08)/.test(code) || !/^[0-9A-Z]{5}$/.test(code)) return cause
  return new BayarError('migration_failed', `${fileName(file)}: ${(cause as Error).message}.`, { cause })
}

function fileName({ number, name }: Migration): string {
  return `${String(number).padStart(4, '0')}-${name}.sql`
}
