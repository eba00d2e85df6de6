import net from 'node:net'
import { setTimeout as pause } from 'node:timers/promises'
import { expect, inject, test } from 'vitest'
import { composeBayar } from '../../src/bayar.ts'
import { openDatabase } from '../../src/store/database.ts'
import { cloneDatabase } from '../support/database.ts'
import { kit } from '../support/kit.ts'
import { bytesOf, notice } from '../support/notice.ts'

const CHARGE = { grossAmount: 150_000, paymentType: 'bank_transfer', bank: 'bca' } as const

test('a listener whose database is down tries once a second, not twice as often each time', async () => {
  const target = new URL(inject('testServerUrl'))
  const database = await cloneDatabase()
  let isDown = false
  let tries = 0
  const sockets = new Set<net.Socket>()
  const proxy = net.createServer((socket) => {
    sockets.add(socket)
    socket.on('error', () => {})
    if (isDown) {
      tries++
      socket.destroy()
      return
    }
    const upstream = net.connect(Number(target.port || 5432), target.hostname.replace(/^\[|\]$/g, ''))
    upstream.on('error', () => socket.destroy())
    socket.on('close', () => upstream.destroy())
    socket.pipe(upstream).pipe(socket)
  })
  await new Promise<void>((resolve) => proxy.listen(0, '127.0.0.1', resolve))
  const url = new URL(database.url)
  url.hostname = '127.0.0.1'
  url.port = String((proxy.address() as net.AddressInfo).port)
  const db = openDatabase({ database: url.href, connections: 2 })
  const stop = await db.listen('bayar_wake', () => {})
  isDown = true
  for (const socket of sockets) socket.destroy()
  await pause(7_500)
  const tried = tries
  isDown = false
  await stop()
  await db.close()
  proxy.close()
  for (const socket of sockets) socket.destroy()
  await pause(1_500)
  await database.drop()
  expect(tried).toBeLessThanOrEqual(9)
})

test('work() that fails leaves nothing running behind', async () => {
  const database = await cloneDatabase()
  const lines: string[] = []
  const note = (what: string) => void lines.push(what)
  const bayar = composeBayar(
    {
      database: database.url,
      directUrl: 'postgres://127.0.0.1:1/none',
      serverKey: 'SB-Mid-server-x',
      log: { info: note, warn: note, error: note },
    },
    { waiveDurability: true },
  )
  bayar.on('*', 'any', () => {})
  await expect(bayar.work()).rejects.toThrow()
  await bayar.close()
  lines.length = 0
  await pause(2_500)
  await database.drop()
  // A worker that nobody can stop keeps polling through a closed pool.
  expect(lines).toEqual([])
})

test('a worker that paused for a missing within handler goes on when another process has retired it', async () => {
  await using test = await kit()
  await test.bayar.payments.charge({ orderId: 'ORDER-1', ...CHARGE })
  await test.idle()
  // A deployment elsewhere registers a handler; this process hears of it ...
  await test.rows(
    `insert into bayar.handlers (name, kind, events, since) values ('reserve', 'within', '{payment.settled}', now())`,
  )
  await test.rows('update bayar.handler_registry set version = version + 1')
  expect((await test.bayar.health()).isReady).toBe(false)
  // ... is rolled back, and its handler retired by the CLI.
  await test.rows(`update bayar.handlers set retired_at = now() where name = 'reserve'`)
  await test.rows('update bayar.handler_registry set version = version + 1')
  test.simulator.faults.add({ kind: 'lose', times: 5 })
  await test.simulator.pay('ORDER-1')
  for (let minutes = 0; minutes < 3; minutes++) await test.advance(3_600)
  expect((await test.bayar.payments.find('ORDER-1'))!.status).toBe('settled')
})

test('a payment that is settled while another transaction of it can still be paid stays on the work list', async () => {
  await using test = await kit()
  const payment = await test.bayar.payments.charge({ orderId: 'ORDER-1', ...CHARGE })
  await test.idle()
  const send = (changes: Record<string, unknown>) =>
    test.bayar.notifications.receive({
      body: bytesOf(notice(test.simulator.serverKey, { order_id: 'ORDER-1', ...changes })),
      channel: 'payment',
      sender: null,
    })
  // As under Snap: another way of paying the same order is open.
  await send({ transaction_id: 'T2', transaction_status: 'pending', status_code: '201' })
  await send({ transaction_id: payment.transactionId })
  expect(await test.rows('select 1 from bayar.open_payments')).toHaveLength(1)
})

test('a foreign notice that is replayed stays foreign, and is found when its payment is made', async () => {
  await using test = await kit()
  const { id } = await test.bayar.notifications.receive({
    body: bytesOf(
      notice(test.simulator.serverKey, {
        order_id: 'LATER',
        transaction_id: 'T1',
        transaction_status: 'pending',
        status_code: '201',
      }),
    ),
    channel: 'payment',
    sender: null,
  })
  const replayed = await test.bayar.notifications.replay(id)
  expect(replayed.status).toBe('foreign')
})

test('too many requests: nobody else is asked for a while', async () => {
  await using test = await kit()
  test.simulator.notifications.pause()
  for (let index = 0; index < 60; index++)
    await test.bayar.payments.charge({ orderId: `ORDER-${index}`, ...CHARGE })
  test.simulator.faults.add({ kind: 'too_many', verb: 'status', times: 1_000 })
  await test.advance(61)
  const used = 1_000 - (test.simulator.faults.list()[0]?.left ?? 0)
  expect(used).toBeLessThan(20)
})
