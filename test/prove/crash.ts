/**
 * Kill -9 of the server at random moments under load. After each death another takes over, and what was not acknowledged is sent again, as Midtrans does. In the end: no acknowledged notification is
 * missing, no event is lost, no `within` effect is doubled, and the books are right.
 */
import { type ChildProcess, spawn } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'
import { uuidv7 } from '../../src/domain/uuid.ts'
import { signatureOf } from '../../src/gateway/signature.ts'
import { type Database, openDatabase } from '../../src/store/database.ts'
import { startEmbeddedPostgres } from '../../src/store/embedded/start-embedded-postgres.ts'
import { migrate } from '../../src/store/migrate.ts'
import { insertPayment } from '../../src/store/write-payment.ts'
import { checkBooks } from '../support/books.ts'

const KEY = 'SB-Mid-server-CRASH-PROOF'
const ORDERS_PER_LIFE = 120
const AT_ONCE = 24
const PATIENCE_MS = 60_000

export interface CrashReport {
  readonly kills: number
  readonly acknowledged: number
  readonly events: number
  readonly seed: number
}

/** `npm run prove -- crash [--times 100] [--seed N]`, against an embedded PostgreSQL that keeps what it acknowledged. */
export async function prove(args: readonly string[] = []): Promise<void> {
  const option = (name: string, otherwise: number) =>
    Number(args[args.indexOf(name) + 1] ?? otherwise) || otherwise
  const times = args.includes('--times') ? option('--times', 100) : 100
  const seed = args.includes('--seed') ? option('--seed', 1) : Math.floor(Math.random() * 1e9)
  const home = mkdtempSync(join(tmpdir(), 'bayar-crash-'))
  const postgres = await startEmbeddedPostgres({ home, purpose: 'development' })
  try {
    const report = await proveCrashes({
      databaseUrl: postgres.url,
      times,
      seed,
      say: (line) => console.log(line),
    })
    console.log(
      `${report.kills} kills, ${report.acknowledged} notifications acknowledged, ${report.events} events: nothing lost, nothing doubled (seed ${report.seed}).`,
    )
  } finally {
    await postgres.stop()
    rmSync(home, { recursive: true, force: true })
  }
}

export async function proveCrashes(options: {
  databaseUrl: string
  times: number
  seed: number
  say?: (line: string) => void
}): Promise<CrashReport> {
  const random = seeded(options.seed)
  const folder = mkdtempSync(join(tmpdir(), 'bayar-crash-'))
  const handledFile = join(folder, 'handled.jsonl')
  writeFileSync(handledFile, '')
  const database = openDatabase({ database: options.databaseUrl, connections: 4 })
  await migrate(database, { at: new Date() })
  await database.query('create table if not exists public.effects (order_id text)')
  const acknowledged = new Map<string, string>()
  let shop: ChildProcess | undefined
  try {
    for (let life = 1; life <= options.times; life++) {
      const orders = await seedOrders(database, life)
      const notices = shuffled(
        orders.flatMap((order) => [
          noticeOf(order, 'pending'),
          noticeOf(order, 'settlement'),
          noticeOf(order, 'settlement'),
        ]),
        random,
      )
      const started = await startShop(options.databaseUrl, handledFile, life)
      shop = started.process
      const dead = exited(shop)
      const load = sendAll(started.url, notices, acknowledged)
      await pause(20 + Math.floor(random() * 400))
      shop.kill('SIGKILL')
      await dead
      const sent = await load
      // A lease of the dead is over in half a minute; the row is set back instead of waiting.
      await database.query('update bayar.deliveries set leased_until = now() where leased_until is not null')

      const next = await startShop(options.databaseUrl, handledFile, life + 0.5)
      shop = next.process
      const again = await sendAll(next.url, sent.unacknowledged, acknowledged)
      if (again.unacknowledged.length > 0)
        throw new Error(`${again.unacknowledged.length} notifications are refused by a healthy shop`)
      await settle(database)
      shop.kill('SIGTERM')
      await exited(shop)
      await check(database, handledFile, acknowledged)
      options.say?.(
        `life ${life}: killed with ${sent.unacknowledged.length} of ${notices.length} notifications unanswered; all is well`,
      )
    }
    const { rows } = await database.query<{ count: number }>(
      'select count(*)::int as count from bayar.events where type is not null',
    )
    return {
      kills: options.times,
      acknowledged: acknowledged.size,
      events: rows[0]!.count,
      seed: options.seed,
    }
  } catch (error) {
    throw new Error(`seed ${options.seed}: ${(error as Error).message}`, { cause: error })
  } finally {
    if (shop?.exitCode === null && shop.signalCode === null) shop.kill('SIGKILL')
    await database.close()
    rmSync(folder, { recursive: true, force: true })
  }
}

async function seedOrders(database: Database, life: number): Promise<string[]> {
  const orders = Array.from({ length: ORDERS_PER_LIFE }, (_, index) => `CRASH-${life}-${index}`)
  const at = new Date()
  await database.transaction(async (tx) => {
    for (const orderId of orders) {
      await insertPayment(tx, {
        id: uuidv7(),
        merchant: 'default',
        orderId,
        paymentType: 'bank_transfer',
        bank: 'bca',
        grossAmount: 50_000n,
        openIntentId: null,
        owner: null,
        ownerId: null,
        userId: null,
        customer: {},
        customFields: [],
        metadata: null,
        items: [],
        requestDigest: Buffer.alloc(32),
        at,
        firstCheckAt: new Date(at.getTime() + 86_400_000),
      })
    }
  })
  return orders
}

interface Notice {
  readonly name: string
  readonly body: string
}

let notices = 0

function noticeOf(orderId: string, status: 'pending' | 'settlement'): Notice {
  const statusCode = status === 'pending' ? '201' : '200'
  const grossAmount = '50000.00'
  const body = {
    transaction_time: '2026-03-02 12:00:00',
    transaction_status: status,
    transaction_id: `T-${orderId}`,
    status_code: statusCode,
    payment_type: 'bank_transfer',
    order_id: orderId,
    gross_amount: grossAmount,
    fraud_status: 'accept',
    currency: 'IDR',
    signature_key: signatureOf({ orderId, statusCode, grossAmount }, KEY),
  }
  return { name: `${orderId}|${status}|${++notices}`, body: JSON.stringify(body) }
}

async function sendAll(
  url: string,
  list: readonly Notice[],
  acknowledged: Map<string, string>,
): Promise<{ unacknowledged: Notice[] }> {
  const waiting = [...list]
  const unacknowledged: Notice[] = []
  const sender = async () => {
    for (let notice = waiting.shift(); notice; notice = waiting.shift()) {
      try {
        const response = await fetch(`${url}/midtrans/api/notification/`, {
          method: 'POST',
          headers: { 'content-type': 'application/json' },
          body: notice.body,
        })
        if (response.status === 200)
          acknowledged.set(notice.name, ((await response.json()) as { id: string }).id)
        else unacknowledged.push(notice)
      } catch {
        unacknowledged.push(notice)
      }
    }
  }
  await Promise.all(Array.from({ length: AT_ONCE }, sender))
  return { unacknowledged }
}

async function startShop(
  databaseUrl: string,
  handledFile: string,
  life: number,
): Promise<{ process: ChildProcess; url: string }> {
  const child = spawn(
    process.execPath,
    [join(import.meta.dirname, 'crash-shop.ts'), databaseUrl, KEY, handledFile, String(life * 120)],
    {
      stdio: ['ignore', 'pipe', 'pipe'],
      env: { ...process.env, NODE_ENV: 'test', NODE_NO_WARNINGS: '1' },
    },
  )
  let complaints = ''
  child.stderr!.on('data', (chunk: Buffer) => (complaints = (complaints + chunk).slice(-2000)))
  const url = await new Promise<string>((resolve, reject) => {
    let text = ''
    child.stdout!.on('data', (chunk: Buffer) => {
      text += chunk
      if (text.includes('\n')) resolve(text.trim())
    })
    child.once('exit', () => reject(new Error(`the shop did not start: ${complaints}`)))
  })
  return { process: child, url }
}

function exited(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return Promise.resolve()
  return new Promise((resolve) => child.once('exit', () => resolve()))
}

/** Until nothing is due: no notification, no delivery. */
async function settle(database: Database): Promise<void> {
  const until = Date.now() + PATIENCE_MS
  for (;;) {
    const { rows } = await database.query<{ left: number }>(
      `select (select count(*) from bayar.notifications where due_at is not null)::int + (select count(*) from bayar.deliveries where state = 'waiting')::int as left`,
    )
    if (rows[0]!.left === 0) return
    if (Date.now() > until) throw new Error(`${rows[0]!.left} notifications and deliveries are still waiting`)
    await pause(50)
  }
}

async function check(
  database: Database,
  handledFile: string,
  acknowledged: ReadonlyMap<string, string>,
): Promise<void> {
  const rowsOf = async <R>(text: string, params: readonly unknown[] = []) =>
    (await database.query<R>(text, params)).rows
  const missing = await rowsOf<{ id: string }>(
    `select a.id from unnest($1::uuid[]) a(id) left join bayar.notifications n on n.id = a.id where n.id is null or n.status not in ('processed', 'duplicate', 'stale')`,
    [[...acknowledged.values()]],
  )
  // A twenty-first copy is only counted, and its id is nobody's row.
  const capped = await rowsOf('select 1 from bayar.notifications where copies > 20')
  if (missing.length > 0 && capped.length === 0)
    throw new Error(`${missing.length} acknowledged notifications are missing`)
  const unsettled = await rowsOf(`select order_id from bayar.payments where status <> 'settled'`)
  if (unsettled.length > 0) throw new Error(`${unsettled.length} paid orders are not settled`)
  const effects = await rowsOf<{ order_id: string; count: number }>(
    'select order_id, count(*)::int as count from public.effects group by order_id having count(*) > 1',
  )
  if (effects.length > 0) throw new Error(`${effects.length} within effects are doubled`)
  const lost = await rowsOf(
    `select 1 from bayar.payments p left join public.effects e using (order_id) where right(p.order_id, 1)::int % 2 = 0 and e.order_id is null`,
  )
  if (lost.length > 0) throw new Error(`${lost.length} within effects are lost`)
  const handled = new Set(
    readFileSync(handledFile, 'utf8')
      .split('\n')
      .filter(Boolean)
      .map((line) => (JSON.parse(line) as { event_id: string }).event_id),
  )
  const told = await rowsOf<{ id: string }>('select id from bayar.events where type is not null')
  const unhandled = told.filter((event) => !handled.has(event.id))
  if (unhandled.length > 0) throw new Error(`${unhandled.length} events never reached their handler`)
  await checkBooks(database)
}

function shuffled<T>(list: readonly T[], random: () => number): T[] {
  const mixed = [...list]
  for (let at = mixed.length - 1; at > 0; at--) {
    const other = Math.floor(random() * (at + 1))
    ;[mixed[at], mixed[other]] = [mixed[other]!, mixed[at]!]
  }
  return mixed
}

/** Small and seedable (mulberry32): a failure is run again by its seed. */
function seeded(seed: number): () => number {
  let state = seed >>> 0
  return () => {
    state = (state + 0x6d2b79f5) >>> 0
    let mixed = Math.imul(state ^ (state >>> 15), state | 1)
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61)
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32
  }
}
