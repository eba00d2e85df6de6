import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { scheduledTasks } from '../../src/jobs/beat.ts'
import { openDatabase } from '../../src/store/database.ts'
import { buildCli, eventually, told } from './built-cli.ts'
import { type DurableServer, durableServer } from './durable-server.ts'
import { openShop, type Shop } from './shop.ts'

/* Tasks from the terminal, every part a process of its own. The tests build on each other. */

let server: DurableServer
let shop: Shop
let url: string

const PERIODIC = scheduledTasks()
  .map(({ name }) => name)
  .sort()

beforeAll(async () => {
  await buildCli()
  server = await durableServer()
  url = await server.database()
  shop = await openShop(url)
  shop.configure('')
}, 120_000)
afterAll(async () => {
  await shop.close()
  await server.stop()
})

const rows = async <R>(text: string) => {
  const database = openDatabase({ database: url, connections: 2 })
  return (await database.query<R>(text).finally(() => database.close())).rows
}

test('a task runs from cron: here, once, with its result', async () => {
  await shop.start('serve')
  await shop.charge('ORDER-1')
  const { code, answer } = await shop.ask('task', 'run', 'check_payment_status', 'ORDER-1')
  expect({ code, answer }).toEqual({
    code: 0,
    answer: { order_id: 'ORDER-1', status: 'pending', gateway_status: 'pending', skipped: false },
  })
  expect((await shop.run('task', 'run', 'check_pending_payments')).stdout).toContain('"checked": 0')
})

test.each([
  [['check_payments', 'ORDER-1'], 2, 'There is no such task.'],
  [['check_payment_status'], 2, 'check_payment_status: needs its arguments: order_id'],
  [['check_payment_status', 'ORDER-9'], 1, 'There is no such payment. ORDER-9'],
  [['process_refund_async', '{"order_id": "ORDER-1"'], 2, 'not JSON'],
  [['process_refund_async', '{"order_id": "ORDER-1", "amount": "all"}'], 2, 'amount: must be whole rupiah'],
  [['check_payment_status', '[1]'], 2, 'this is a list'],
  [['process_refund_async', 'ORDER-1'], 1, 'It is pending.'],
] as const)('task run %j ends with %i and a sentence', async (args, code, sentence) => {
  const finished = await shop.run('task', 'run', ...args)
  expect(finished.code).toBe(code)
  expect(finished.stderr).toContain(sentence)
})

test('left to a worker it is listed, shown, and tried again when it failed', async () => {
  const queued = await shop.ask(
    'task',
    'run',
    'process_refund_async',
    '{"order_id": "ORDER-1", "amount": 1000}',
    '--queue',
  )
  const { id } = queued.answer as unknown as { id: string }
  expect((await shop.run('task', 'list')).stdout).toMatch(
    new RegExp(`${id} +process_refund_async +waiting +0/4`),
  )
  expect((await shop.run('task', 'retry', id)).stderr).toContain(
    'Only a failed task is tried again. It is waiting.',
  )
  const drained = await shop.run('drain', '--deadline', '20')
  expect(drained.stdout).toMatch(/^tasks +1$/m)
  expect(drained.stdout).toContain('Nothing that is due is left.')
  const { stdout } = await shop.run('task', 'show', id)
  expect(stdout).toMatch(/^state +failed$/m)
  expect(stdout).toMatch(/^failed tries +1 of 4$/m)
  expect(stdout).toMatch(/^last error +It is not in a state .* \(command_not_possible\)$/m)
  expect((await shop.ask('task', 'list', '--state', 'failed')).answer.results).toMatchObject([{ id }])
  expect((await shop.run('task', 'retry', id)).stdout).toContain('waits for a worker again')
  expect((await shop.run('task', 'list', '--state', 'lost')).code).toBe(2)
  expect((await shop.run('task', 'show', 'nothing')).stderr).toContain('No task has this id.')
})

test('a schedule that cannot be read ends every command with what is wrong', async () => {
  const configured = `import { createBayar, fromEnv } from 'bayar'
export default createBayar({ ...fromEnv(), schedule: { purge: { every: 90 }, check_pending: false } })`
  writeFileSync(join(shop.folder, 'wrong.config.ts'), configured)
  const { code, stderr } = await shop.run('beat', '--config', 'wrong.config.ts')
  expect(code).toBe(2)
  expect(stderr).toContain('schedule.purge.every must be whole minutes')
  expect(stderr).toContain(
    'schedule.check_pending is not a periodic task. Did you mean check_pending_payments?',
  )
})

test('D26 two beats and three workers that start together give a missed tick once and run it, and stop when asked', async () => {
  // The last beat was up yesterday.
  await rows(
    `insert into bayar.schedule (name, slot) select unnest(array['${PERIODIC.join("','")}']), now() - interval '26 hours' on conflict (name) do update set slot = excluded.slot`,
  )
  const parts = await Promise.all([
    shop.start('beat'),
    shop.start('beat'),
    shop.start('worker', '--beat'),
    shop.start('worker'),
    shop.start('worker', '--no-beat'),
  ])
  expect(parts.map(told).map(({ state, beat }) => [state, beat])).toEqual([
    ['beating', undefined],
    ['beating', undefined],
    ['working', true],
    ['working', true],
    ['working', false],
  ])
  expect(told(parts[0]!).schedule).toContainEqual({
    name: 'check_pending_payments',
    schedule: 'every 5 minutes',
  })
  const ran = () =>
    rows<{ name: string; state: string; slots: number; runs: number }>(
      `select name, min(state) as state, count(distinct slot)::int as slots, count(*)::int as runs from bayar.tasks where slot is not null group by name order by name`,
    )
  await eventually('all of them have run', async () => {
    const found = await ran()
    return found.length === PERIODIC.length && found.every(({ state }) => state === 'done') ? true : undefined
  })
  for (const part of parts) expect(await part.end('SIGTERM')).toMatchObject({ code: 0, signal: null })
  const found = await ran()
  expect(found.map(({ name }) => name)).toEqual(PERIODIC)
  // One run for each tick. In these seconds a new period may have begun, which has its own.
  for (const { slots, runs } of found) expect(runs).toBe(slots)
  expect(found.find(({ name }) => name === 'purge')).toMatchObject({ runs: 1 })
}, 60_000)

test('--beat and --no-beat contradict each other', async () => {
  expect(await shop.run('worker', '--beat', '--no-beat')).toMatchObject({ code: 2 })
})
