import {
  chmodSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import pg from 'pg'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { startEmbeddedPostgres } from '../../src/store/embedded/start-embedded-postgres.ts'
import { type Running, runToEnd, runToFirstLine, until } from '../support/processes.ts'

const program = join(import.meta.dirname, 'start-child.ts')
const root = process.getuid?.() === 0

interface Answer {
  readonly url: string
  readonly reused: boolean
  readonly starts: number
  readonly fsync: string
  readonly data: string
  readonly started_at: string
}

interface Refusal {
  readonly error: string
  readonly message: string
}

let folder: string
let home: string
let running: Running[]

// One home for all tests, because making a cluster is what takes long: its data must outlive everything below.
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'bayar-ground-'))
  chmodSync(folder, 0o755) // so that the data stays inside also for root
  home = join(folder, '.bayar')
})

beforeEach(() => {
  running = []
})

afterEach(async () => {
  for (const one of running) if (one.child.exitCode === null) await one.end('SIGTERM')
  // A server that a killed parent left behind is joined once more and stopped.
  if (existsSync(join(home, 'postgres', 'server.json'))) await start('stop')
})

afterAll(() => rmSync(folder, { recursive: true, force: true }))

/** Starts, writes a row, and stops the server or ends at once. */
async function start(then: 'stop' | 'end', at = home): Promise<Answer & Refusal> {
  const { stdout } = await runToEnd(process.execPath, [program, 'development', at, then])
  return JSON.parse(stdout)
}

/** Starts, writes a row, and stays. */
async function stay(purpose: 'development' | 'test' = 'development'): Promise<Running & { answer: Answer }> {
  const one = await runToFirstLine(process.execPath, [program, purpose, purpose === 'test' ? folder : home])
  running.push(one)
  return { ...one, answer: JSON.parse(one.firstLine) }
}

function postmasterPid(data: string): string {
  return join(data, 'postmaster.pid')
}

describe('the development server', () => {
  test('is durable, keeps data and address, and other programs may use the address', async () => {
    const first = await start('stop')
    expect(first).toMatchObject({ reused: false, fsync: 'on' })
    expect(existsSync(postmasterPid(first.data))).toBe(false)
    expect(await start('stop')).toMatchObject({ reused: false, starts: first.starts + 1, url: first.url })
    expect(first.url).toMatch(/^postgres:\/\/bayar:[\w-]{32}@127\.0\.0\.1:\d+\/bayar$/)
    expect(statSync(join(home, 'postgres', 'server.json')).mode & 0o777).toBe(0o600)
    expect(statSync(first.data).mode & 0o777).toBe(0o700)
  })

  test('refuses a wrong password', async () => {
    const { answer } = await stay()
    const client = new pg.Client({ connectionString: answer.url.replace(/:[^:@]+@/, ':guessed@') })
    await expect(client.connect()).rejects.toMatchObject({ code: '28P01' })
  })

  test('left behind by a parent that was killed outright, it is joined by the next start', async () => {
    const { answer, end } = await stay()
    await end('SIGKILL')
    expect(existsSync(postmasterPid(answer.data))).toBe(true)
    const next = await start('stop')
    expect(next).toMatchObject({
      reused: true,
      starts: answer.starts + 1,
      url: answer.url,
      started_at: answer.started_at,
    })
    expect(existsSync(postmasterPid(answer.data))).toBe(false)
  })

  test('ends with a parent that gets SIGTERM, SIGINT or SIGHUP', async () => {
    for (const signal of ['SIGTERM', 'SIGINT', 'SIGHUP'] as const) {
      const parent = await stay()
      expect(await parent.end(signal)).toMatchObject({ signal })
      await until('the server has ended', () => !existsSync(postmasterPid(parent.answer.data)))
    }
  })

  test('ends with a parent that exits without a word', async () => {
    const { data } = await start('end')
    await until('the server has ended', () => !existsSync(postmasterPid(data)))
  })

  test('started four times at once, there is one; the last to leave stops it', async () => {
    const all = await Promise.all([stay(), stay(), stay(), stay()])
    expect(all.filter(({ answer }) => !answer.reused)).toHaveLength(1)
    expect(new Set(all.map(({ answer }) => answer.started_at)).size).toBe(1)
    const { data, started_at } = all[0]!.answer
    for (const one of all.slice(0, 3)) await one.end('SIGTERM')
    expect(await start('stop')).toMatchObject({ reused: true, started_at })
    expect(existsSync(postmasterPid(data))).toBe(true)
    await all[3]!.end('SIGTERM')
    await until('the server has ended', () => !existsSync(postmasterPid(data)))
  })

  test('takes another port when its own is taken, and keeps that one', async () => {
    const first = await start('stop')
    const port = Number(new URL(first.url).port)
    const other = createServer()
    await new Promise<void>((resolve) => other.listen(port, '127.0.0.1', resolve))
    const second = await start('stop')
    await new Promise((resolve) => other.close(resolve))
    expect(second).toMatchObject({ starts: first.starts + 1, reused: false })
    expect(second.url).not.toBe(first.url)
    expect(await start('stop')).toMatchObject({ url: second.url })
  })

  test('refuses the data of another major version and names both', async () => {
    const { data, starts } = await start('stop')
    const version = join(data, 'PG_VERSION')
    const ours = readFileSync(version, 'utf8')
    writeFileSync(version, '15\n')
    const refusal = await start('stop')
    expect(refusal.error).toBe('database_not_started')
    expect(refusal.message).toContain('was made by PostgreSQL 15')
    expect(refusal.message).toContain(`the embedded server is PostgreSQL ${ours.trim()}`)
    writeFileSync(version, ours)
    expect(await start('stop')).toMatchObject({ starts: starts + 1 })
  })

  test('is not held up by the pid file of a crash whose pid is now another program', async () => {
    const { answer, end } = await stay()
    const file = postmasterPid(answer.data)
    const text = readFileSync(file, 'utf8')
    await end('SIGKILL')
    await start('stop')
    writeFileSync(file, text.replace(/^\d+/, String(process.pid)))
    expect(await start('stop')).toMatchObject({ reused: false, starts: answer.starts + 2 })
  })

  test('says what is wrong when its notes cannot be read', async () => {
    const { starts } = await start('stop')
    const notes = join(home, 'postgres', 'server.json')
    const before = readFileSync(notes)
    writeFileSync(notes, '{')
    const refusal = await start('stop')
    expect(refusal).toMatchObject({ error: 'database_not_started', message: expect.stringContaining(notes) })
    writeFileSync(notes, before)
    expect(await start('stop')).toMatchObject({ starts: starts + 1 })
  })

  test('works below a folder that only its owner may enter, and follows a project that is moved', async () => {
    const closed = join(folder, 'closed')
    const [here, there] = [join(closed, 'here'), join(closed, 'there')]
    // A making that was cut short is begun again.
    mkdirSync(join(here, 'postgres', 'data.new'), { recursive: true })
    writeFileSync(join(here, 'postgres', 'data.new', 'PG_VERSION'), '18\n')
    chmodSync(closed, 0o700)
    const first = await start('stop', here)
    expect(first.starts).toBe(1)
    // Root's server runs as `nobody`, who cannot get here; so the data lies in /var/tmp, closed to everyone else.
    expect(first.data.startsWith(root ? '/var/tmp/bayar-0-' : closed)).toBe(true)

    renameSync(here, there)
    expect(await start('stop', there)).toMatchObject({ starts: 2 })
    const second = await start('stop', here)
    expect(second.starts).toBe(1)
    expect(await start('stop', there)).toMatchObject({ starts: 3 })

    // Who removes the home means the data too, wherever it lies.
    rmSync(here, { recursive: true })
    expect(await start('stop', here)).toMatchObject({ starts: 1, data: second.data })
    for (const { data } of root ? [first, second] : []) rmSync(dirname(data), { recursive: true })
  })
})

describe('a throwaway server', () => {
  test('has every safety off and leaves nothing when it is stopped', async () => {
    const server = await startEmbeddedPostgres({ purpose: 'test', home: folder })
    const client = new pg.Client({ connectionString: server.url })
    await client.connect()
    const { rows } = await client.query(
      `select current_setting('data_directory') as data, current_setting('fsync') as fsync`,
    )
    await client.end()
    expect(rows[0].fsync).toBe('off')
    expect(existsSync(rows[0].data)).toBe(true)
    await server.stop()
    await server.stop()
    expect(existsSync(dirname(rows[0].data))).toBe(false)
  })

  test.each(['SIGKILL', 'SIGTERM'] as const)(
    'goes with a process that gets %s, and so does its folder',
    async (signal) => {
      const parent = await stay('test')
      await parent.end(signal)
      await until('the folder is gone', () => !existsSync(dirname(parent.answer.data)))
    },
  )
})

test('an embedded server is refused in production', async () => {
  const before = process.env.NODE_ENV
  process.env.NODE_ENV = 'production'
  try {
    await expect(startEmbeddedPostgres({ purpose: 'development', home })).rejects.toMatchObject({
      code: 'refused_in_production',
    })
  } finally {
    process.env.NODE_ENV = before
  }
})
