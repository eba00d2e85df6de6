import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { buildCli, eventually, startBayar } from './built-cli.ts'
import { type DurableServer, durableServer } from './durable-server.ts'
import { openShop, type Shop } from './shop.ts'

/* `bayar reconcile` as it is typed: the tests of this file build on each other. */

const ORDERS = 130
const PERIOD = ['--from', '2020-01-01', '--to', '2120-01-01']

let server: DurableServer
let shop: Shop

beforeAll(async () => {
  await buildCli()
  server = await durableServer()
  shop = await openShop(await server.database())
  shop.configure('')
  await shop.start('serve')
  for (let index = 0; index < ORDERS; index++) await shop.charge(`ORDER-${index}`)
  await simulator('faults', { kind: 'lose', times: 1_000 })
  for (const index of [3, 50, 101, 129]) await shop.simulate(`ORDER-${index}`, 'pay')
  await shop.simulate('ORDER-77', 'expire')
}, 240_000)
afterAll(async () => {
  await shop.close()
  await server.stop()
})

async function simulator(path: string, body?: object, method = 'POST'): Promise<unknown> {
  const response = await fetch(`${shop.simulatorUrl}/_simulator/${path}`, {
    method,
    ...(body && { headers: { 'content-type': 'application/json' }, body: JSON.stringify(body) }),
  })
  if (!response.ok) throw new Error(await response.text())
  return response.status === 204 ? null : response.json()
}

const journals = () =>
  readdirSync(join(shop.folder, '.bayar')).filter((name) => /^reconcile-.*\.jsonl$/.test(name))

test('differences are a table, lines of JSON or CSV, and the exit code says that there are some', async () => {
  const table = await shop.run('reconcile', ...PERIOD)
  expect(table.code).toBe(7)
  expect(table.stdout.split('\n')[0]).toMatch(/^difference\s+order\s+here\s+Midtrans\s+note$/)
  expect(table.stdout).toMatch(/status_differs\s+ORDER-3\s+pending 150,000\s+settled 150,000/)
  expect(table.stdout).toContain('     5  status_differs: Midtrans has the transaction in another status.')

  const json = await shop.run('reconcile', ...PERIOD, '--json')
  const rows = json.stdout
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line) as Record<string, unknown>)
  expect(rows.map(({ order_id }) => order_id)).toEqual([
    'ORDER-3',
    'ORDER-50',
    'ORDER-77',
    'ORDER-101',
    'ORDER-129',
  ])
  expect(rows[2]).toMatchObject({
    here: { status: 'pending' },
    there: { status: 'expired' },
    is_fixed: false,
  })

  const csv = await shop.run('reconcile', ...PERIOD, '--output', 'report.csv')
  expect(csv).toMatchObject({ code: 7, stdout: '' })
  const lines = readFileSync(join(shop.folder, 'report.csv'), 'utf8').trim().split('\n')
  expect(lines.length).toBe(6)
  expect(lines[0]).toMatch(/^kind,merchant,order_id,/)
  expect(lines[1]).toMatch(/^status_differs,default,ORDER-3,/)
  expect(journals()).toEqual([])
})

test('killed in the middle and resumed, it reports the same', async () => {
  const whole = await shop.run('reconcile', ...PERIOD, '--json')
  // The second page hangs until the process is gone.
  await simulator('faults', { kind: 'timeout', verb: 'status', order_id: 'ORDER-120', times: 100 })
  const child = startBayar(['reconcile', ...PERIOD, '--json'], { cwd: shop.folder, env: shop.env })
  child.catch(() => {})
  const pid = await eventually('the first page is finished', () => {
    const [name] = journals()
    if (name === undefined) return undefined
    const file = join(shop.folder, '.bayar', name)
    const holder = readdirSync(`${file}.lock`)[0]?.match(/^(\d+)/)?.[1]
    return readFileSync(file, 'utf8').includes('"position"') ? Number(holder) : undefined
  })
  process.kill(pid, 'SIGKILL')
  await expect(child).rejects.toThrow()
  const { results } = (await simulator('faults', undefined, 'GET')) as {
    results: { id: string; kind: string }[]
  }
  for (const { id } of results.filter(({ kind }) => kind === 'timeout'))
    await simulator(`faults/${id}`, undefined, 'DELETE')

  const resumed = await shop.run('reconcile', ...PERIOD.slice(0, 2), '--json', '--resume')
  expect(resumed).toMatchObject({ code: 7, stdout: whole.stdout })
  expect(journals()).toEqual([])
  expect(await shop.run('reconcile', ...PERIOD, '--resume')).toMatchObject({
    code: 2,
    stderr: expect.stringContaining('no unfinished reconciliation'),
  })
}, 60_000)

test('with --fix before and after are shown, and a second run finds nothing', async () => {
  const fixed = await shop.run('reconcile', ...PERIOD, '--fix')
  expect(fixed.code).toBe(0)
  expect(fixed.stdout).toMatch(
    /status_differs\s+ORDER-3\s+pending 150,000\s+settled 150,000\s+settled 150,000/,
  )
  expect(fixed.stdout).toContain('     5  repaired')
  expect(await shop.run('reconcile', ...PERIOD)).toMatchObject({ code: 0, stdout: 'No differences.\n' })
  expect((await shop.ask('payments', 'show', 'ORDER-3')).answer.payment).toMatchObject({ status: 'settled' })
})

test('an order that was charged elsewhere is listed, told by reconcile, and adopted by a person', async () => {
  await simulator('faults', undefined, 'DELETE')
  const key = Buffer.from(`${shop.env.MIDTRANS_SERVER_KEY}:`).toString('base64')
  await fetch(`${shop.simulatorUrl}/v2/charge`, {
    method: 'POST',
    headers: { authorization: `Basic ${key}`, 'content-type': 'application/json' },
    body: JSON.stringify({
      payment_type: 'bank_transfer',
      transaction_details: { order_id: 'OLD-1', gross_amount: 20_000 },
      bank_transfer: { bank: 'bni' },
    }),
  })
  await shop.simulate('OLD-1', 'pay')
  const foreign = await shop.run('notifications', 'foreign')
  expect(foreign).toMatchObject({
    code: 0,
    stdout: expect.stringMatching(/OLD-1\s+default\s+settlement\s+20000.00/),
  })
  const told = await shop.run('reconcile', ...PERIOD)
  expect(told).toMatchObject({
    code: 7,
    stdout: expect.stringMatching(/foreign_notice\s+OLD-1\s+-\s+settlement 20,000/),
  })

  expect((await shop.run('payments', 'adopt', 'OLD-1')).code).toBe(2)
  expect((await shop.ask('payments', 'adopt', 'OLD-1', '--amount', '20000')).answer.payment).toMatchObject({
    status: 'settled',
    net_amount: 20_000,
  })
  expect(await shop.run('payments', 'adopt', 'OLD-1', '--amount', '20000')).toMatchObject({
    code: 0,
    stderr: expect.stringContaining('adopted before'),
  })
  expect(await shop.run('notifications', 'foreign')).toMatchObject({ stdout: 'There is none.\n' })
})

test('what cannot be asked is told before anything begins', async () => {
  for (const [args, says] of [
    [[], 'Say from when'],
    [['--from', '2026-01-02', '--to', '2026-01-01'], 'must be after from'],
    [['--from', '2026-01-01', '--json', '--csv'], 'exclude each other'],
    [['--from', '2026-01-01', '--resume'], 'no unfinished reconciliation'],
    [['--from', '2026-01-01', '--output', 'nowhere/x.csv'], '--output nowhere/x.csv cannot be written'],
    [['--from', '2026-01-01', '--merchant', 'nobody'], 'must be one of default'],
  ] as const) {
    const { code, stdout, stderr } = await shop.run('reconcile', ...args)
    expect({ code, said: (stdout + stderr).includes(says) }, says).toEqual({ code: 2, said: true })
  }
})
