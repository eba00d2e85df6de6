import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeEach, describe, expect, test } from 'vitest'
import { cloneDatabase, emptyDatabase, type TestDatabase } from '../../test/support/database.ts'
import { type Database, openDatabase } from './database.ts'
import { migrate, pendingMigrations } from './migrate.ts'

const at = new Date('2026-01-02T03:04:05Z')
const opened: Array<{ db: Database; database: TestDatabase; folder: string }> = []
let db: Database
let folder: string
let url: string

beforeEach(async () => {
  const database = await emptyDatabase()
  url = database.url
  db = openDatabase({ database: url })
  folder = mkdtempSync(join(tmpdir(), 'bayar-migrations-'))
  opened.push({ db, database, folder })
})

afterAll(async () => {
  for (const one of opened) {
    await one.db.close()
    await one.database.drop()
    rmSync(one.folder, { recursive: true })
  }
})

function write(name: string, sql: string): void {
  writeFileSync(join(folder, name), sql)
}

async function count(table: string): Promise<number> {
  const { rows } = await db.query<{ count: number }>(`select count(*)::integer as count from ${table}`)
  return rows[0]!.count
}

describe('migrate', () => {
  test('applies the files in order, once, and says which', async () => {
    write('0001-first.sql', 'create table bayar.a (n integer); insert into bayar.a values (1);')
    write('0002-second.sql', 'insert into bayar.a select n + 1 from bayar.a;')
    expect(await pendingMigrations(db, { folder })).toEqual([
      { number: 1, name: 'first' },
      { number: 2, name: 'second' },
    ])
    expect((await migrate(db, { at, folder })).map(({ name }) => name)).toEqual(['first', 'second'])
    expect(await migrate(db, { at, folder })).toEqual([])
    expect(await pendingMigrations(db, { folder })).toEqual([])
    expect(await count('bayar.a')).toBe(2)
    const { rows } = await db.query<{ applied_at: Date }>('select applied_at from bayar.migrations')
    expect(rows.map((row) => row.applied_at.toISOString())).toEqual([at.toISOString(), at.toISOString()])
  })

  test('a second release applies only what is new', async () => {
    write('0001-first.sql', 'create table bayar.a (n integer);')
    await migrate(db, { at, folder })
    write('0002-second.sql', 'insert into bayar.a values (1);')
    expect(await migrate(db, { at, folder })).toEqual([{ number: 2, name: 'second' }])
  })

  test('eight processes at once apply each file once', async () => {
    write('0001-first.sql', 'create table bayar.a (n integer);')
    write('0002-second.sql', 'insert into bayar.a values (1);')
    const others = Array.from({ length: 8 }, () => openDatabase({ database: url, connections: 1 }))
    const applied = await Promise.all(others.map((other) => migrate(other, { at, folder })))
    await Promise.all(others.map((other) => other.close()))
    expect(applied.flat()).toHaveLength(2)
    expect(await count('bayar.a')).toBe(1)
  })

  test('a file that fails leaves nothing behind, is named, and is applied once it is mended', async () => {
    write('0001-first.sql', 'create table bayar.a (n integer);')
    write('0002-second.sql', 'insert into bayar.a values (1); insert into bayar.missing values (1);')
    await expect(migrate(db, { at, folder })).rejects.toMatchObject({
      code: 'migration_failed',
      message: expect.stringContaining('0002-second.sql: relation "bayar.missing" does not exist'),
    })
    expect(await count('bayar.a')).toBe(0)
    expect(await pendingMigrations(db, { folder })).toEqual([{ number: 2, name: 'second' }])
    write('0002-second.sql', 'insert into bayar.a values (1);')
    await migrate(db, { at, folder })
    expect(await count('bayar.a')).toBe(1)
  })

  test('a database of a newer version is refused, and the unknown migration named', async () => {
    write('0001-first.sql', 'create table bayar.a (n integer);')
    write('0002-second.sql', 'insert into bayar.a values (1);')
    await migrate(db, { at, folder })
    rmSync(join(folder, '0002-second.sql'))
    const refusal = { code: 'migrations_ahead', message: expect.stringContaining('0002-second.sql') }
    await expect(migrate(db, { at, folder })).rejects.toMatchObject(refusal)
    await expect(pendingMigrations(db, { folder })).rejects.toMatchObject(refusal)
  })

  test('an edited migration is refused; other line ends are no edit', async () => {
    write('0001-first.sql', 'create table bayar.a (\n  n integer\n);')
    await migrate(db, { at, folder })
    write('0001-first.sql', 'create table bayar.a (\r\n  n integer\r\n);')
    expect(await migrate(db, { at, folder })).toEqual([])
    write('0001-first.sql', 'create table bayar.a (n bigint);')
    await expect(migrate(db, { at, folder })).rejects.toMatchObject({
      code: 'migrations_differ',
      message: expect.stringContaining('0001-first.sql'),
    })
  })

  test.each([
    ['a gap', ['0001-first.sql', '0003-third.sql'], 'not numbered 1, 2, 3'],
    ['a number twice', ['0001-first.sql', '0001-other.sql'], 'not numbered 1, 2, 3'],
    ['another name', ['0001-first.sql', 'two.sql'], 'two.sql is not named like'],
  ])('%s in the numbering is our own mistake and stops everything', async (_, files, sentence) => {
    for (const file of files) write(file, 'select 1;')
    await expect(migrate(db, { at, folder })).rejects.toThrow(sentence)
  })

  test('the shipped migrations apply to an empty database, and the template has them', async () => {
    await migrate(db, { at })
    expect(await pendingMigrations(db)).toEqual([])
    const clone = await cloneDatabase()
    const cloned = openDatabase({ database: clone.url })
    expect(await pendingMigrations(cloned)).toEqual([])
    await cloned.close()
    await clone.drop()
  })
})
