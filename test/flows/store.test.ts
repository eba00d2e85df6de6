import { expect, test } from 'vitest'
import { composeBayar } from '../../src/bayar.ts'
import { readOptions } from '../../src/config.ts'
import { silentLog } from '../../src/operations/log.ts'
import { openDatabase } from '../../src/store/database.ts'
import { claimDeliveries, finishDeliveries, renewLeases } from '../../src/store/deliveries.ts'
import { createTestBayar } from '../../src/testing/index.ts'
import { cloneDatabase } from '../support/database.ts'
import { bytesOf, notice } from '../support/notice.ts'

test('a notice that is acknowledged as failed is as durable as any other, whatever the role’s defaults', async () => {
  const database = await cloneDatabase()
  const direct = openDatabase({ database: database.url, connections: 2 })
  await direct.query(`alter database ${new URL(database.url).pathname.slice(1)} set synchronous_commit = off`)
  await direct.query('create table public.commits (status text, durable text)')
  await direct.query(`create function public.note_commit() returns trigger language plpgsql as $$ begin
    insert into public.commits values (new.status, current_setting('synchronous_commit')); return null; end $$`)
  await direct.query(
    'create constraint trigger note_commit after insert on bayar.notifications deferrable initially deferred for each row execute function public.note_commit()',
  )
  const shop = await createTestBayar({ database: database.url })
  const receive = (changes: Record<string, unknown>, channel: 'payment' | 'recurring' = 'payment') =>
    shop.bayar.notifications.receive({
      body: bytesOf(notice(shop.simulator.serverKey, changes)),
      channel,
      sender: null,
    })
  await receive({ order_id: 'FOREIGN' })
  await receive({ order_id: 'ODD', transaction_status: 'teleported' })
  await receive({ order_id: 'HINT', signature_key: 'x' }, 'recurring')
  const { rows } = await direct.query<{ status: string; durable: string }>('select * from public.commits')
  await shop.close()
  await direct.close()
  await database.drop()
  expect(rows.filter((row) => row.durable !== 'on')).toEqual([])
})

test('deliveries of a handler whose code is nowhere do not slow down everybody else', async () => {
  const database = await cloneDatabase()
  const db = openDatabase({ database: database.url, connections: 2 })
  await db.query(
    `insert into bayar.handlers (name, kind, events, since) values ('here', 'on', '{}', now()), ('gone', 'on', '{}', now())`,
  )
  await db.query(`insert into bayar.deliveries (handler_id, subject_id, sequence, event_id, due_at, created_at)
    select 2, gen_random_uuid(), 1, gen_random_uuid(), now() - interval '1 day', now() from generate_series(1, 50000)`)
  await db.query(`insert into bayar.deliveries (handler_id, subject_id, sequence, event_id, due_at, created_at)
    select 1, gen_random_uuid(), 1, gen_random_uuid(), now(), now() from generate_series(1, 2000)`)
  await db.query('analyze bayar.deliveries')
  let claimed = 0
  for (let run = 0; run < 10; run++) {
    const taken = await claimDeliveries(db, {
      rooms: [{ handlerId: 1, free: 100 }],
      at: new Date(Date.now() + 1000),
      leaseSeconds: 30,
      leasedBy: '00000000-0000-4000-8000-000000000001',
    })
    claimed += taken.filter((one) => one.handler_id === 1).length
  }
  const { rows: plan } = await db.query<{ 'QUERY PLAN': string }>(
    `explain select 1 from bayar.deliveries d where d.handler_id = 1 and d.state = 'waiting' and d.due_at <= now() order by d.due_at limit 100`,
  )
  await db.close()
  await database.drop()
  expect(claimed).toBe(1_000)
  expect(plan.map((line) => line['QUERY PLAN']).join(' ')).toContain('deliveries_waiting')
})

test('two accounts of one name are refused: one would sign what the other verifies', () => {
  const options = {
    serverKey: 'SB-Mid-server-a',
    merchants: [{ name: 'default', serverKey: 'SB-Mid-server-b' }],
  }
  expect(() => readOptions(options)).toThrow()
})

test('two accounts with one key are refused: nobody could say whose order a notification settles', () => {
  const options = {
    serverKey: 'SB-Mid-server-a',
    merchants: [{ name: 'shop', serverKey: 'SB-Mid-server-a' }],
  }
  expect(() => readOptions(options)).toThrow()
})

test('a charge for an account without a key is refused before anything is written', async () => {
  const database = await cloneDatabase()
  const bayar = composeBayar(
    { database: database.url, merchants: [{ name: 'shop', serverKey: 'SB-Mid-server-b' }], log: silentLog },
    { waiveDurability: true },
  )
  await bayar.payments
    .charge({ orderId: 'ORDER-1', grossAmount: 1_000, paymentType: 'bank_transfer', bank: 'bca' })
    .catch(() => {})
  const written = await bayar.payments.find('ORDER-1')
  await bayar.close()
  await database.drop()
  expect(written).toBeUndefined()
})

test('a lease that is renewed while others are being finished waits for nobody, so neither fails', async () => {
  const database = await cloneDatabase()
  const db = openDatabase({ database: database.url, connections: 3 })
  await db.query(`insert into bayar.handlers (name, kind, events, since) values ('here', 'on', '{}', now())`)
  await db.query(`insert into bayar.deliveries (handler_id, subject_id, sequence, event_id, due_at, created_at)
    select 1, gen_random_uuid(), 1, gen_random_uuid(), now(), now() from generate_series(1, 2)`)
  const mine = { leaseSeconds: 30, leasedBy: '00000000-0000-4000-8000-000000000001' }
  const [first, second] = await claimDeliveries(db, {
    rooms: [{ handlerId: 1, free: 2 }],
    at: new Date(Date.now() + 1000),
    ...mine,
  })
  const done = (one: typeof first) => ({
    ...one!,
    state: 'done' as const,
    failed: false,
    error: null,
    due_at: null,
  })
  let finishing: Promise<void> | undefined
  await db.transaction(async (tx) => {
    await renewLeases(tx, [second!], mine)
    finishing = finishDeliveries(db, [done(first), done(second)], { leasedBy: mine.leasedBy, at: new Date() })
    // It holds the first and waits for the second.
    for (let waiting = 0; waiting === 0; ) {
      const { rows } = await tx.query<{ waiting: number }>(
        `select count(*)::int as waiting from pg_locks where not granted and locktype = 'transactionid'`,
      )
      waiting = rows[0]!.waiting
    }
    await renewLeases(tx, [first!], mine)
  })
  await finishing
  const { rows } = await db.query<{ state: string }>('select state from bayar.deliveries')
  await db.close()
  await database.drop()
  expect(rows.map((row) => row.state)).toEqual(['done', 'done'])
})
