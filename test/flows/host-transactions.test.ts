import { sql as drizzleSql } from 'drizzle-orm'
import { drizzle } from 'drizzle-orm/node-postgres'
import { Kysely, sql as kyselySql, PostgresDialect } from 'kysely'
import pg from 'pg'
import { expect, test } from 'vitest'
import { isBayarError } from '../../src/errors.ts'
import type { HostsTransaction } from '../../src/index.ts'
import { type Kit, kit } from '../support/kit.ts'

/**
 * The host does something of its own and asks for a charge in one transaction of its own, by the library it uses. They are real here; Prisma's is proved by `npm run prove -- prisma`, because it needs a generator.
 */
const CHARGE = {
  orderId: 'ORDER-1',
  grossAmount: 150_000,
  paymentType: 'bank_transfer',
  bank: 'bca',
} as const

interface Host extends AsyncDisposable {
  /** Runs the work in a transaction, with an insert of the host's own. */
  inTransaction<T>(work: (tx: HostsTransaction) => Promise<T>): Promise<T>
}

const HOSTS: Readonly<Record<string, (pool: pg.Pool) => Omit<Host, typeof Symbol.asyncDispose>>> = {
  pg: (pool) => ({
    async inTransaction(work) {
      const client = await pool.connect()
      try {
        await client.query('begin')
        await client.query(`insert into public.orders values ('ORDER-1')`)
        const result = await work(client)
        await client.query('commit')
        return result
      } catch (error) {
        await client.query('rollback')
        throw error
      } finally {
        client.release()
      }
    },
  }),
  Drizzle: (pool) => ({
    inTransaction: (work) =>
      drizzle(pool).transaction(async (tx) => {
        await tx.execute(drizzleSql`insert into public.orders values (${'ORDER-1'})`)
        return work(tx)
      }),
  }),
  Kysely: (pool) => {
    // The pool is ended by the test.
    const db = new Kysely<unknown>({ dialect: new PostgresDialect({ pool }) })
    return {
      inTransaction: (work) =>
        db.transaction().execute(async (tx) => {
          await kyselySql`insert into public.orders values (${'ORDER-1'})`.execute(tx)
          return work(tx)
        }),
    }
  },
}

const LIBRARIES = Object.keys(HOSTS)

async function host(test: Kit, library: string): Promise<Host> {
  const pool = new pg.Pool({ connectionString: test.databaseUrl, max: 3 })
  await pool.query('create table public.orders (id text primary key)')
  return { ...HOSTS[library]!(pool), [Symbol.asyncDispose]: () => pool.end() }
}

const isDone = (test: Kit) => ({
  charges: test.simulator.transactions().length,
  status: test.bayar.payments.find('ORDER-1').then((payment) => payment?.status),
})

test.each(LIBRARIES)('%s: prepared with the host’s rows, sent after the commit', async (library) => {
  await using test = await kit()
  await using shop = await host(test, library)
  const prepared = await shop.inTransaction(async (tx) => {
    const made = await test.bayar.payments.prepare(
      {
        ...CHARGE,
        customer: { firstName: 'Siti', email: 'siti@example.com' },
        items: [{ name: 'Buku “Laskar”', price: 75_000, quantity: 2 }],
        customFields: ['a', 'b'],
        metadata: { table: 7, note: "it's" },
      },
      { tx },
    )
    // Nobody outside sees it, and Midtrans was not asked.
    expect(await test.bayar.payments.find('ORDER-1')).toBeUndefined()
    expect(test.simulator.transactions()).toEqual([])
    return made
  })
  expect(prepared).toEqual({ merchant: 'default', orderId: 'ORDER-1', created: true })
  const payment = await test.bayar.payments.submit(prepared)
  expect(payment).toMatchObject({
    status: 'pending',
    grossAmount: 150_000,
    customer: { firstName: 'Siti' },
    items: [{ name: 'Buku “Laskar”', price: 75_000, quantity: 2 }],
    customFields: ['a', 'b'],
    metadata: { table: 7, note: "it's" },
  })
  expect(payment.instructions.vaNumber).toMatch(/^\d+$/)
  await test.pay('ORDER-1')
  expect(test.told('ORDER-1')).toEqual(['payment.received', 'payment.settled'])
  expect(await test.rows('select id from public.orders')).toEqual([{ id: 'ORDER-1' }])
})

test.each(LIBRARIES)('%s: what is rolled back was never prepared', async (library) => {
  await using test = await kit()
  await using shop = await host(test, library)
  const failure = await shop
    .inTransaction(async (tx) => {
      await test.bayar.payments.prepare(CHARGE, { tx })
      throw new Error('out of stock')
    })
    .catch((error: Error) => error.message)
  expect(failure).toBe('out of stock')
  await test.advance(60)
  expect(isDone(test).charges).toBe(0)
  expect(await test.rows('select 1 from bayar.payments union all select 1 from bayar.intents')).toEqual([])
  expect(
    isBayarError(
      await test.bayar.payments.submit('ORDER-1').catch((error: unknown) => error),
      'payment_not_found',
    ),
  ).toBe(true)
})

test.each(LIBRARIES)('%s: never submitted, a worker sends it', async (library) => {
  await using test = await kit()
  await using shop = await host(test, library)
  await shop.inTransaction((tx) => test.bayar.payments.prepare(CHARGE, { tx }))
  await test.idle()
  expect(isDone(test).charges).toBe(1)
  expect(await isDone(test).status).toBe('pending')
  expect(test.told('ORDER-1')).toEqual(['payment.received'])
})

test.each(LIBRARIES)('%s: prepared twice is one charge; of another amount it is refused', async (library) => {
  await using test = await kit()
  await using shop = await host(test, library)
  await shop.inTransaction(async (tx) => {
    expect((await test.bayar.payments.prepare(CHARGE, { tx })).created).toBe(true)
    expect((await test.bayar.payments.prepare(CHARGE, { tx })).created).toBe(false)
    const other = await test.bayar.payments
      .prepare({ ...CHARGE, grossAmount: 1_000_000 }, { tx })
      .catch((error: unknown) => error)
    expect(isBayarError(other, 'order_id_taken')).toBe(true)
  })
  await test.bayar.payments.submit('ORDER-1')
  await test.bayar.payments.submit('ORDER-1')
  expect(isDone(test).charges).toBe(1)
})

test('submitted by many at once, and by a worker, it is sent once', async () => {
  await using test = await kit()
  await using shop = await host(test, 'pg')
  await shop.inTransaction((tx) => test.bayar.payments.prepare(CHARGE, { tx }))
  const submitted = await Promise.allSettled([
    ...Array.from({ length: 10 }, () => test.bayar.payments.submit('ORDER-1')),
    test.bayar.payments.charge(CHARGE),
    test.idle(),
  ])
  for (const one of submitted) {
    if (one.status === 'rejected') expect(isBayarError(one.reason, 'charge_in_progress')).toBe(true)
  }
  expect(isDone(test).charges).toBe(1)
  expect(await isDone(test).status).toBe('pending')
})

test('prepared before a night without workers, it is sent in the morning, and its five minutes begin then', async () => {
  await using test = await kit()
  await using shop = await host(test, 'pg')
  await shop.inTransaction((tx) => test.bayar.payments.prepare(CHARGE, { tx }))
  await test.simulator.clock.advance(8 * 3600)
  test.simulator.faults.add({ kind: 'lose_answer', verb: 'charge', times: 1 })
  test.simulator.notifications.pause()
  const submitted = await test.bayar.payments.submit('ORDER-1')
  expect(submitted).toMatchObject({ status: 'created', outcome: 'unknown' })
  await test.advance(5)
  expect(await isDone(test).status).toBe('pending')
  expect(isDone(test).charges).toBe(1)
})

test('a submit that Midtrans refuses is refused, and the payment has failed', async () => {
  await using test = await kit()
  await using shop = await host(test, 'pg')
  await shop.inTransaction((tx) => test.bayar.payments.prepare(CHARGE, { tx }))
  test.simulator.faults.add({ kind: 'refuse', code: '402', verb: 'charge', times: 1 })
  const refusal = await test.bayar.payments.submit('ORDER-1').catch((error: unknown) => error)
  expect(isBayarError(refusal, 'gateway_rejected')).toBe(true)
  await test.idle()
  expect(await isDone(test).status).toBe('failed')
  expect(test.told('ORDER-1')).toEqual(['payment.failed'])
})

test('a within handler prepares another charge in its own transaction; calling Midtrans there stays refused', async () => {
  const tried: unknown[] = []
  await using test = await kit({
    handlers: (bayar) =>
      bayar.within('payment.settled', 'order-delivery', async ({ payment, tx }) => {
        if (payment.orderId !== 'ORDER-1') return
        tried.push(await bayar.payments.submit('ORDER-1').catch((error: unknown) => error))
        await bayar.payments.prepare({ ...CHARGE, orderId: 'DELIVERY-1', grossAmount: 20_000 }, { tx })
      }),
  })
  await test.bayar.payments.charge(CHARGE)
  await test.pay('ORDER-1')
  expect(isBayarError(tried[0], 'gateway_in_transaction')).toBe(true)
  expect(await test.bayar.payments.find('DELIVERY-1')).toMatchObject({
    status: 'pending',
    grossAmount: 20_000,
  })
})

test('what is no transaction is refused, and nothing is written', async () => {
  await using test = await kit()
  const pool = new pg.Pool({ connectionString: test.databaseUrl, max: 2 })
  const client = await pool.connect()
  const notTransactions: unknown[] = [
    pool,
    client,
    drizzle(pool),
    new Kysely<unknown>({ dialect: new PostgresDialect({ pool }) }),
    {},
    null,
    'begin',
  ]
  for (const tx of notTransactions) {
    const refused = await test.bayar.payments
      .prepare(CHARGE, { tx: tx as HostsTransaction })
      .catch((error: unknown) => error)
    expect(isBayarError(refused, 'invalid_request') && refused.details.problems?.[0]?.field).toBe('tx')
  }
  client.release()
  await pool.end()
  expect(await test.rows('select 1 from bayar.payments')).toEqual([])
})
