/** A database that is down is told as what it is: come again later (503), and not that something is wrong with us (500). */
import { createConnection, createServer, type Socket } from 'node:net'
import pg from 'pg'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { silentLog } from '../../src/operations/log.ts'
import { createTestBayar, type TestBayar } from '../../src/testing/index.ts'
import { cloneDatabase, type TestDatabase } from '../support/database.ts'
import { notice } from '../support/notice.ts'
import { API_KEY, bca } from './surface.ts'

let database: TestDatabase
let line: Awaited<ReturnType<typeof cutLine>>
let shop: TestBayar
let paths: Record<string, Record<string, unknown>>

/** A way to the database that can be cut: what is under way breaks off, and nobody gets through any more. */
async function cutLine(url: URL) {
  const sockets = new Set<Socket>()
  const server = createServer((near) => {
    const far = createConnection({ host: url.hostname, port: Number(url.port) })
    for (const [socket, other] of [
      [near, far],
      [far, near],
    ] as const) {
      sockets.add(socket)
      socket.on('error', () => {})
      socket.on('close', () => other.destroy())
      socket.pipe(other)
    }
  })
  await new Promise<void>((listening) => server.listen(0, '127.0.0.1', listening))
  const address = server.address() as { port: number }
  const through = new URL(url)
  through.hostname = '127.0.0.1'
  through.port = String(address.port)
  return {
    url: through.href,
    cut() {
      server.close()
      for (const socket of sockets) socket.resetAndDestroy()
    },
  }
}

async function call(
  method: string,
  path: string,
  body?: unknown,
  headers: Record<string, string> = {},
  asked = shop,
) {
  const response = await asked.bayar.fetch(
    new Request(`http://bayar.test${path}`, {
      method,
      headers: { authorization: `Bearer ${API_KEY}`, 'content-type': 'application/json', ...headers },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    }),
  )
  const { code } = (await response.json()) as { code?: string }
  return { status: response.status, code, retryAfter: response.headers.get('retry-after') }
}

const ID = '01890f3e-0000-7000-8000-000000000001'
const DOWN = { status: 503, code: 'database_unreachable', retryAfter: '5' }

beforeAll(async () => {
  database = await cloneDatabase()
  line = await cutLine(new URL(database.url))
  shop = await createTestBayar({
    database: line.url,
    options: { apiKey: API_KEY, rest: true, docs: true },
  })
  expect((await call('POST', '/midtrans/api/charge/', bca('ORDER-1'))).status).toBe(201)
  const document = await shop.bayar.fetch(new Request('http://bayar.test/openapi.json'))
  paths = ((await document.json()) as { paths: typeof paths }).paths
  line.cut()
})
afterAll(async () => {
  await shop?.close().catch(() => {})
  await database?.drop()
})

test('every route that reads', async () => {
  const reads = Object.keys(paths).filter(
    (path) => paths[path]!.get !== undefined && path.includes('/api/') && !path.includes('/me/'),
  )
  expect(reads.length).toBeGreaterThan(15)
  const answers = []
  for (const path of reads) {
    const named = path
      .replace('wallet/transactions/', 'wallet/transactions/?user_id=budi')
      .replace('subscriptions/can/', 'subscriptions/can/?user_id=budi&feature=export')
      .replace(/\{(order_id|orderId|payment)\}/g, 'ORDER-1')
      .replace(/\{[^}]+\}/g, ID)
    answers.push([path, await call('GET', named)])
  }
  expect(answers).toEqual(reads.map((path) => [path, DOWN]))
})

test.each([
  ['a charge', '/midtrans/api/charge/', bca('ORDER-2'), {}],
  ['a charge under a key', '/midtrans/api/charge/', bca('ORDER-3'), { 'idempotency-key': 'k1' }],
  ['a refund', '/midtrans/api/payments/ORDER-1/refund/', { amount: 1000 }, {}],
  [
    'a refund under a key',
    '/midtrans/api/payments/ORDER-1/refund/',
    { amount: 1000 },
    { 'idempotency-key': 'k2' },
  ],
  ['a cancel', '/midtrans/api/payments/ORDER-1/cancel/', {}, {}],
] as const)('%s', async (_, path, body, headers) => {
  expect(await call('POST', path, body, headers)).toEqual(DOWN)
})

/** A server that is there and does not serve us: each as an administrator does it, under a pool that runs. */
// biome-ignore format: a table is read in columns
const NOT_SERVED = [
  ['takes no connections (55000)', ({ name }) => `alter database ${name} allow_connections false`, ({ name }) => `alter database ${name} allow_connections true`],
  ['is elsewhere (3D000)',         ({ name }) => `alter database ${name} rename to ${name}_away`,  ({ name }) => `alter database ${name}_away rename to ${name}`],
  ['lets us in no more (28000)',   () => 'select 1',                                               ({ role }) => `alter role ${role} login`],
  ['has another password (28P01)', ({ role }) => `alter role ${role} password 'another'`,          ({ role }) => `alter role ${role} password 'ours'`],
] as const satisfies readonly (readonly [string, Change, Change])[]
type Change = (of: { readonly name: string; readonly role: string }) => string

test('a server that refuses a running pool is down as well, and is used again without a restart', async () => {
  const own = await cloneDatabase()
  const url = new URL(own.url)
  const name = url.pathname.slice(1)
  const role = `role_of_${name}`
  const admin = new pg.Client({
    connectionString: Object.assign(new URL(own.url), { pathname: '/postgres' }).href,
  })
  await admin.connect()
  await admin.query(`create role ${role} superuser login password 'ours'`)
  Object.assign(url, { username: role, password: 'ours' })
  const refused = await createTestBayar({
    database: url.href,
    options: { apiKey: API_KEY, rest: true, log: silentLog },
  })
  const { serverKey } = refused.simulator
  try {
    for (const [says, take, giveBack] of NOT_SERVED) {
      // The worker of the kit connects again each second: first nobody gets in, then everybody is put out.
      await admin.query(`alter role ${role} nologin`)
      await admin.query(`select pg_terminate_backend(pid, 10000) from pg_stat_activity where datname = $1`, [
        name,
      ])
      await admin.query(take({ name, role }))
      if (!says.includes('28000')) await admin.query(`alter role ${role} login`)
      const list = await call('GET', '/midtrans/api/payments/', undefined, {}, refused)
      expect([says, list]).toEqual([says, DOWN])
      const told = await call('POST', '/midtrans/api/notification/', notice(serverKey), {}, refused)
      expect([says, told]).toMatchObject([says, { status: 503 }])
      await admin.query(giveBack({ name, role }))
      expect((await call('GET', '/midtrans/api/payments/', undefined, {}, refused)).status).toBe(200)
    }
  } finally {
    await refused.close()
    await own.drop()
    await admin.query(`drop role ${role}`)
    await admin.end()
  }
})
