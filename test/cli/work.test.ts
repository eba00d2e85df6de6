import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { openDatabase } from '../../src/store/database.ts'
import { buildCli, eventually, told } from './built-cli.ts'
import { type DurableServer, durableServer } from './durable-server.ts'
import { openShop, type Shop } from './shop.ts'

/* A day at a shop, command by command: the tests of this file build on each other. */

let server: DurableServer
let shop: Shop

const HANDLER = `
import { appendFileSync, existsSync } from 'node:fs'
import { setTimeout as pause } from 'node:timers/promises'
bayar.on('payment.settled', 'fulfil-order', async ({ event, payment }) => {
  appendFileSync('fulfilled.txt', \`begin \${payment.orderId}\\n\`)
  while (payment.orderId === 'SLOW-1' && !existsSync('go')) await pause(20)
  appendFileSync('fulfilled.txt', \`end \${payment.orderId} \${event.id}\\n\`)
})`

beforeAll(async () => {
  await buildCli()
  server = await durableServer()
  shop = await openShop(await server.database())
  shop.configure(HANDLER)
}, 120_000)
afterAll(async () => {
  await shop.close()
  await server.stop()
})

const fulfilled = () => {
  const file = join(shop.folder, 'fulfilled.txt')
  return existsSync(file) ? readFileSync(file, 'utf8') : ''
}

describe('serve, simulator and worker, each a process', () => {
  test('the app serves REST and docs, charges, and is told of the payment', async () => {
    const app = await shop.start('serve')
    expect(told(app)).toMatchObject({
      state: 'serving',
      app_url: `http://127.0.0.1:${shop.env.PORT}`,
      worker: false,
    })
    for (const path of ['/readyz', '/healthz', '/docs', '/openapi.json']) {
      expect((await fetch(`${told(app).app_url}${path}`)).status, path).toBe(200)
    }
    expect(await shop.charge('ORDER-1')).toMatchObject({
      http: 201,
      transaction_status: 'pending',
      va_number: expect.any(String),
    })
    await shop.simulate('ORDER-1', 'pay')
    const { answer } = await shop.ask('payments', 'show', 'ORDER-1')
    expect(answer.payment).toMatchObject({
      order_id: 'ORDER-1',
      status: 'settled',
      is_paid: true,
      net_amount: 150_000,
    })
    expect(answer.history.map(({ event }) => event)).toEqual(['payment.received', 'payment.settled'])
    expect(answer.deliveries).toMatchObject([{ handler: 'fulfil-order', state: 'waiting' }])
    expect(fulfilled()).toBe('')
  })

  test('the worker runs the handler of the config file', async () => {
    const worker = await shop.start('worker')
    expect(told(worker)).toMatchObject({ state: 'working', handlers: ['fulfil-order'] })
    await eventually('the handler has run', () => fulfilled().includes('end ORDER-1') || undefined)
    expect(await worker.end('SIGTERM')).toMatchObject({ code: 0, signal: null })
    expect((await shop.ask('payments', 'show', 'ORDER-1')).answer.deliveries).toMatchObject([
      { state: 'done', attempts: 0 },
    ])
  })

  test('a worker that is asked to stop lets its handler finish', async () => {
    const worker = await shop.start('worker')
    await shop.charge('SLOW-1')
    await shop.simulate('SLOW-1', 'pay')
    await eventually('the handler has begun', () => fulfilled().includes('begin SLOW-1') || undefined)
    const ended = worker.end('SIGTERM')
    expect(fulfilled()).not.toContain('end SLOW-1')
    writeFileSync(join(shop.folder, 'go'), '')
    expect(await ended).toMatchObject({ code: 0, signal: null })
    expect(fulfilled()).toContain('end SLOW-1')
    expect((await shop.ask('payments', 'show', 'SLOW-1')).answer.deliveries).toMatchObject([
      { state: 'done' },
    ])
  })
})

describe('payments', () => {
  test('show tells a person the same', async () => {
    const { code, stdout } = await shop.run('payments', 'show', 'ORDER-1')
    expect(code).toBe(0)
    expect(stdout).toMatch(/^status +settled$/m)
    expect(stdout).toMatch(/^amount +Rp 150\.000$/m)
    expect(stdout).toMatch(/payment\.settled +pending > settled +150000 +notification/)
    expect(stdout).toMatch(/fulfil-order +done/)
  })

  test('check applies what Midtrans says when nobody told us', async () => {
    await shop.charge('ORDER-2')
    await fetch(`${shop.simulatorUrl}/_simulator/notifications/pause`, { method: 'POST' })
    await fetch(`${shop.simulatorUrl}/_simulator/transactions/ORDER-2/pay`, { method: 'POST' })
    expect((await shop.ask('payments', 'show', 'ORDER-2')).answer.payment.status).toBe('pending')
    expect((await shop.ask('payments', 'check', 'ORDER-2')).answer).toMatchObject({
      payment: { status: 'settled' },
      responses: [{ transaction_status: 'settlement' }],
    })
    await fetch(`${shop.simulatorUrl}/_simulator/notifications/resume`, { method: 'POST' })
    await fetch(`${shop.simulatorUrl}/_simulator/idle`, { method: 'POST' })
  })

  test('cancel and expire', async () => {
    await shop.charge('ORDER-3')
    expect((await shop.ask('payments', 'cancel', 'ORDER-3')).answer.payment.status).toBe('cancelled')
    await shop.charge('ORDER-4')
    expect((await shop.ask('payments', 'expire', 'ORDER-4')).answer.payment.status).toBe('expired')
    const again = await shop.run('payments', 'cancel', 'ORDER-1')
    expect(again).toMatchObject({ code: 1, stdout: '' })
    expect(again.stderr).toContain('not in a state in which this can be asked')
  })

  test('refund, capture, approve and deny', async () => {
    await shop.charge('ORDER-REFUND', { payment_type: 'gopay', bank: undefined })
    await shop.simulate('ORDER-REFUND', 'pay')
    const args = [
      'payments',
      'refund',
      'ORDER-REFUND',
      '--amount',
      '50000',
      '--because',
      'returned',
      '--key',
      'r-1',
    ]
    expect((await shop.ask(...args)).answer).toMatchObject({
      created: true,
      refund: { amount: 50_000, status: 'confirmed', refund_key: 'r-1', reason: 'returned' },
      payment: { status: 'partially_refunded', net_amount: 100_000 },
    })
    expect((await shop.ask(...args)).answer).toMatchObject({ created: false, refund: { refund_key: 'r-1' } })
    const shown = await shop.run('payments', 'show', 'ORDER-REFUND')
    expect(shown.stdout).toMatch(/^r-1 +50000 +confirmed +bayar/m)
    const tooMuch = await shop.run('payments', 'refund', 'ORDER-REFUND', '--amount', '100001')
    expect(tooMuch).toMatchObject({ code: 1, stderr: expect.stringContaining('100000 is left') })
    for (const verb of ['capture', 'approve', 'deny']) {
      const refused = await shop.run('payments', verb, 'ORDER-REFUND')
      expect(refused).toMatchObject({ code: 1, stderr: expect.stringContaining('can be asked') })
    }
  })

  test('review: a person decides, and the decision stays', async () => {
    const { transaction_id } = await shop.charge('ORDER-6')
    const notice = {
      order_id: 'ORDER-6',
      transaction_id: String(transaction_id),
      status_code: '200',
      gross_amount: '1000.00',
    }
    const settled = {
      ...notice,
      transaction_status: 'settlement',
      payment_type: 'bank_transfer',
      fraud_status: 'accept',
      currency: 'IDR',
    }
    expect(await shop.notify(settled)).toBe(200)
    expect((await shop.run('payments', 'show', 'ORDER-6')).stdout).toMatch(/^waits for a person +mismatch$/m)
    expect((await shop.ask('status')).answer).toMatchObject({ backlog: { open_reviews: 1 } })
    const decision = [
      'payments',
      'review',
      'ORDER-6',
      '--dismiss',
      '--reason',
      'mismatch',
      '--because',
      'a forged amount',
    ]
    expect(await shop.ask(...decision)).toMatchObject({
      code: 0,
      answer: { payment: { status: 'pending', needs_review: [] } },
    })
    expect((await shop.ask(...decision)).code).toBe(1)
  })

  test('what is not there is told so', async () => {
    for (const verb of ['show', 'check', 'cancel', 'expire', 'capture', 'approve', 'deny', 'refund']) {
      expect(await shop.run('payments', verb, 'NONE')).toMatchObject({
        code: 1,
        stderr: expect.stringContaining('There is no such payment. NONE'),
      })
    }
    const review = [
      'payments',
      'review',
      'ORDER-1',
      '--accept',
      '--reason',
      'conflict',
      '--because',
      'the bank says so',
    ]
    const { code, answer } = await shop.ask(...review)
    expect({ code, answer }).toMatchObject({ code: 1, answer: { error: { code: 'review_not_found' } } })
  })
})

describe('notifications', () => {
  test('list and show', async () => {
    const { answer } = await shop.ask('notifications', 'list', '--order', 'ORDER-1')
    expect(answer.results.map((row) => row.transaction_status)).toEqual(['settlement', 'pending'])
    const shown = await shop.run('notifications', 'show', answer.results[0]!.id)
    expect(shown.code).toBe(0)
    expect(shown.stdout).toContain('"transaction_status": "settlement"')
    expect((await shop.ask('notifications', 'list', '--limit', '1')).answer.results).toHaveLength(1)
    expect((await shop.ask('notifications', 'list', '--to', '2020-01-01')).answer.results).toEqual([])
    expect((await shop.run('notifications', 'show', 'none')).code).toBe(1)
  })

  test('replay judges again and tells nothing twice', async () => {
    const { answer } = await shop.ask('notifications', 'list', '--order', 'ORDER-1')
    const { id } = answer.results[0]!
    const before = (await shop.ask('payments', 'show', 'ORDER-1')).answer
    const one = await shop.ask('notifications', 'replay', id)
    expect(one).toMatchObject({ code: 0, answer: { id, order_id: 'ORDER-1' } })
    const all = await shop.run('notifications', 'replay', '--all', '--json')
    const lines = all.stdout
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line) as { id: string })
    expect(lines.length).toBeGreaterThan(4)
    expect(lines.map((line) => line.id)).toEqual(lines.map((line) => line.id).toSorted())
    expect((await shop.run('notifications', 'replay', '--order', 'ORDER-1')).stdout).toMatch(/^replayed +2$/m)
    expect(
      (await shop.run('notifications', 'replay', '--from', '2020-01-01', '--to', '2020-01-02')).stdout,
    ).toBe('None fits.\n')
    expect((await shop.ask('payments', 'show', 'ORDER-1')).answer).toEqual(before)
    expect((await shop.run('notifications', 'replay', '00000000-0000-7000-8000-000000000000')).code).toBe(1)
  })
})

describe('events and handlers', () => {
  test('list, and replay to a handler', async () => {
    const { answer } = await shop.ask('events', 'list', '--type', 'payment.settled', '--order', 'ORDER-1')
    expect(answer.results).toHaveLength(1)
    const { id } = answer.results[0]!
    expect((await shop.ask('events', 'replay', id, '--handler', 'fulfil-order')).answer).toEqual({
      handler: 'fulfil-order',
      owed: 1,
    })
    const worker = await shop.start('serve', '--worker', '--port', '0')
    expect(told(worker)).toMatchObject({ worker: true })
    await eventually(
      'it was delivered again',
      () => fulfilled().split(`end ORDER-1 ${id}`).length === 3 || undefined,
    )
    await worker.end('SIGTERM')
    expect(
      (
        await shop.ask(
          'events',
          'replay',
          '--handler',
          'fulfil-order',
          '--type',
          'payment.settled',
          '--to',
          '2020-01-01',
        )
      ).answer.owed,
    ).toBe(0)
    expect((await shop.run('events', 'replay', '--all', '--handler', 'nobody')).stderr).toContain(
      'No handler is registered as nobody.',
    )
  })

  test('a registered `within` handler that this code lacks: everything refuses and names it, and retiring it is the way out', async () => {
    shop.configure(`${HANDLER}\nbayar.within('payment.settled', 'reserve-stock', async () => {})`)
    // Looking registers nothing; working does.
    expect((await shop.run('status')).code).toBe(0)
    expect((await shop.ask('handlers', 'list')).answer.results).toHaveLength(1)
    expect((await shop.run('drain')).code).toBe(0)
    shop.configure(HANDLER)
    for (const args of [
      ['serve', '--port', '0'],
      ['worker'],
      ['status'],
      ['payments', 'check', 'ORDER-1'],
      ['notifications', 'replay', '--all'],
    ]) {
      const { code, stdout, stderr } = await shop.run(...args)
      expect(code, args.join(' ')).toBe(4)
      expect(stdout + stderr).toContain('reserve-stock')
      expect(stdout + stderr).toContain('npx bayar handlers retire reserve-stock')
    }
    expect((await shop.run('doctor')).stdout).toMatch(/^problem +handlers +.*reserve-stock/m)
    const { answer } = await shop.ask('handlers', 'list')
    expect(answer.results).toMatchObject([
      { name: 'fulfil-order', kind: 'on', is_here: true, retired_at: null },
      { name: 'reserve-stock', kind: 'within', is_here: false, retired_at: null },
    ])
    expect((await shop.ask('handlers', 'retire', 'reserve-stock')).answer).toEqual({
      retired: 'reserve-stock',
      is_here: false,
    })
    expect((await shop.run('status')).code).toBe(0)
    expect((await shop.run('handlers', 'retire', 'reserve-stock')).code).toBe(1)
  })

  test('a retired handler’s deliveries are given up, visibly', async () => {
    shop.configure(`${HANDLER}\nbayar.on('payment.settled', 'send-receipt', () => {})`)
    expect((await shop.run('drain')).code).toBe(0)
    expect((await shop.ask('handlers', 'list')).answer.results).toContainEqual(
      expect.objectContaining({ name: 'send-receipt' }),
    )
    await shop.charge('ORDER-5')
    await shop.simulate('ORDER-5', 'pay')
    shop.configure(HANDLER)
    expect(await shop.run('handlers', 'retire', 'send-receipt')).toMatchObject({
      code: 0,
      stdout: expect.stringContaining('send-receipt is retired'),
    })
    expect((await shop.ask('events', 'dead')).answer.results).toMatchObject([
      { handler: 'send-receipt', order_id: 'ORDER-5', type: 'payment.settled' },
    ])
    // Nobody can do anything about those, so the doctor is content.
    expect((await shop.run('doctor')).code).toBe(0)
  })

  test('the doctor tells of what nobody drains, and of what was given up', async () => {
    const database = openDatabase({ database: shop.env.DATABASE_URL!, connections: 2 })
    const turn = (change: string) =>
      database.query(`update bayar.deliveries set ${change} where state <> 'done'`)
    await turn(`due_at = due_at - interval '2 minutes'`)
    expect((await shop.run('doctor')).stdout).toMatch(
      /^problem +deliveries +1 has been due for over a minute/m,
    )
    await turn(`state = 'dead', finished_at = due_at`)
    const { code, stdout } = await shop.run('doctor')
    expect(code).toBe(5)
    expect(stdout).toMatch(/^problem +deliveries +1 was given up/m)
    const [{ event_id } = { event_id: '' }] = (await shop.ask('events', 'dead')).answer.results.filter(
      ({ handler }) => handler === 'fulfil-order',
    )
    expect(
      (await shop.ask('events', 'replay', String(event_id), '--handler', 'fulfil-order')).answer.owed,
    ).toBe(1)
    expect((await shop.run('doctor')).code).toBe(0)
    await database.close()
  })
})
