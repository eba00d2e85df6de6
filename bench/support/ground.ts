/**
 * What a bench stands on: the embedded PostgreSQL as durable as `npm start` has it (fsync on, synchronous commits), in a home that is thrown away, migrated as shipped. The code
 * measured is the build, the code that measures is not.
 */
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir, totalmem } from 'node:os'
import { dirname, join } from 'node:path'
import { fileURLToPath, pathToFileURL } from 'node:url'
import pg from 'pg'
import { endChildren } from './child.ts'

const root = join(dirname(fileURLToPath(import.meta.url)), '..', '..')

/** A module of the build, typed by the source it was built from. */
export function built<T>(path: string): Promise<T> {
  return import(pathToFileURL(join(root, 'dist', path)).href) as Promise<T>
}

export const SERVER_KEY = 'SB-Mid-server-bench-0123456789abc'
export const MERCHANT_ID = 'G000000001'

export interface Ground {
  readonly url: string
  /** For the bench's own questions. */
  readonly pool: pg.Pool
  /** A folder for large files. */
  readonly folder: string
  readonly postgresPid: number
}

export async function onGround(work: (ground: Ground) => Promise<void>): Promise<void> {
  const { startEmbeddedPostgres } = await built<
    typeof import('../../src/store/embedded/start-embedded-postgres.ts')
  >('store/embedded/start-embedded-postgres.js')
  const { createBayar } = await built<typeof import('../../src/bayar.ts')>('bayar.js')
  const folder = mkdtempSync(join(tmpdir(), 'bayar-bench-'))
  const forgetSignals = onSignals(() => process.exit(130))
  const removeFolder = () => removeHome(folder)
  process.once('exit', removeFolder)
  try {
    say('Starting a PostgreSQL …')
    const start = () => startEmbeddedPostgres({ purpose: 'development', home: folder })
    const bare = await start()
    await giveMemory(bare.url)
    await bare.stop()
    const postgres = await start()
    const pool = new pg.Pool({ connectionString: named(postgres.url, 'bench'), max: 4 })
    // Heard, because the server says goodbye to connections that are just being closed.
    pool.on('error', () => undefined)
    try {
      const bayar = createBayar({ database: named(postgres.url, 'bench'), serverKey: SERVER_KEY })
      await bayar.migrate()
      await bayar.close()
      await work({ url: postgres.url, pool, folder, postgresPid: postmasterPid(folder) })
    } finally {
      await endChildren()
      await pool.end()
      await postgres.stop()
    }
  } finally {
    forgetSignals()
    process.off('exit', removeFolder)
    removeFolder()
  }
}

/**
 * Its own default of 128 MB is for the smallest machines: with it, half of each row's time goes into fetching pages that were just put aside. A quarter of the memory is what PostgreSQL's
 * manual advises; a gigabyte is enough here. Nothing that makes a commit durable is touched.
 */
async function giveMemory(url: string): Promise<void> {
  const megabytes = Math.min(1024, Math.floor(totalmem() / 4 / 2 ** 20))
  const client = new pg.Client({ connectionString: named(url, 'bench') })
  await client.connect()
  await client.query(`alter system set shared_buffers = '${megabytes}MB'`)
  await client.end()
}

/** Postgres shows the name beside each of its processes, so that their work can be told apart. */
export function named(url: string, name: string): string {
  const address = new URL(url)
  address.searchParams.set('application_name', `bayar ${name}`)
  return address.href
}

export function say(sentence: string): void {
  process.stderr.write(`bench: ${sentence}\n`)
}

function onSignals(leave: () => void): () => void {
  const signals = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const
  for (const signal of signals) process.on(signal, leave)
  return () => {
    for (const signal of signals) process.off(signal, leave)
  }
}

interface ServerNotes {
  readonly data: string
}

function notesOf(folder: string): ServerNotes | null {
  const file = join(folder, 'postgres', 'server.json')
  return existsSync(file) ? (JSON.parse(readFileSync(file, 'utf8')) as ServerNotes) : null
}

function postmasterPid(folder: string): number {
  const notes = notesOf(folder)
  return notes ? Number(readFileSync(join(notes.data, 'postmaster.pid'), 'utf8').split('\n', 1)[0]) : 0
}

/** For root under a closed folder the data lies elsewhere, beside a pointer. */
function removeHome(folder: string): void {
  const data = notesOf(folder)?.data
  if (data !== undefined && !data.startsWith(folder)) rmSync(dirname(data), { recursive: true, force: true })
  rmSync(folder, { recursive: true, force: true })
}
