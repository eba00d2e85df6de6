/** Pages to the end and back, without gap or repetition, whatever arrives meanwhile. */
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { notice } from '../support/notice.ts'
import { type Surface, surface } from './surface.ts'

let shop: Surface

// Amounts repeat, so that the order of equals matters.
const ORDERS = Array.from({ length: 23 }, (_, index) => ({
  orderId: `ORDER-${String(index).padStart(2, '0')}`,
  amount: 10_000 * (1 + (index % 4)),
}))

// Not in the order in which they were charged.
const PAID = ['ORDER-02', 'ORDER-00', 'ORDER-01']

beforeAll(async () => {
  shop = await surface()
  for (const { orderId, amount } of ORDERS) {
    await shop.charge(orderId, {
      gross_amount: amount,
      user_id: amount === 10_000 ? 'dewi' : 'budi',
      customer_details: { email: amount === 20_000 ? 'Dewi@Example.com' : 'budi_100%@example.com' },
    })
    await shop.advance(1)
  }
  for (const orderId of PAID) await shop.pay(orderId)
})
afterAll(() => shop?.close())

const PAYMENTS = '/midtrans/api/payments/'

async function follow(
  first: string,
  way: 'next' | 'previous' = 'next',
): Promise<{ pages: string[][]; last: string }> {
  const pages: string[][] = []
  let last = first
  for (let address: string | null = first; address !== null; ) {
    const { status, body }: Awaited<ReturnType<Surface['call']>> = await shop.call('GET', address)
    expect(status).toBe(200)
    pages.push(body.results.map((one: { order_id?: string; id: string }) => one.order_id ?? one.id))
    last = address
    address = body[way]
    expect(pages.length).toBeLessThan(50)
  }
  return { pages, last }
}

describe('payments', () => {
  const byCreation = ORDERS.map(({ orderId }) => orderId)
  const byAmount = ORDERS.toSorted(
    (left, right) => left.amount - right.amount || (left.orderId < right.orderId ? -1 : 1),
  ).map(({ orderId }) => orderId)

  test.each([
    ['newest first', '', byCreation.toReversed()],
    ['oldest first', '&order=asc', byCreation],
    ['largest first', '&sort=amount', byAmount.toReversed()],
    ['smallest first', '&sort=amount&order=asc', byAmount],
    ['last paid first', '&sort=settled', PAID.toReversed()],
    ['first paid first', '&sort=settled&order=asc', PAID],
  ])('%s: every page there and back', async (_, query, expected) => {
    for (const limit of [1, 5, 23, 24]) {
      const there = await follow(`${PAYMENTS}?limit=${limit}${query}`)
      expect(there.pages.flat()).toEqual(expected)
      const back = await follow(there.last, 'previous')
      expect(back.pages.toReversed().flat()).toEqual(expected)
    }
  })

  test('a payment that comes while one turns pages moves nothing', async () => {
    const { body: first } = await shop.call('GET', `${PAYMENTS}?limit=10`)
    await shop.charge('ORDER-LATE')
    const { pages } = await follow(first.next)
    expect([...first.results.map((one: { order_id: string }) => one.order_id), ...pages.flat()]).toEqual(
      byCreation.toReversed(),
    )
    const [late] = await shop.rows<{ id: string }>(
      `select id from bayar.payments where order_id = 'ORDER-LATE'`,
    )
    const { body: back } = await shop.call(
      'GET',
      first.next.replace(/cursor=[^&]*/, `cursor=before%3A${first.results[0].id}_${first.results[0].id}`),
    )
    expect(back.results.map((one: { id: string }) => one.id)).toEqual([late!.id])
    expect(back.previous).toBeNull()
  })

  // biome-ignore format: a table is read in columns
  test.each([
    ['order_id=ORDER-07',                        ['ORDER-07']],
    ['order_id=ORDER-0',                         []],
    ['order_id_prefix=ORDER-2&order=asc',        ['ORDER-20', 'ORDER-21', 'ORDER-22']],
    ['order_id_prefix=ORDER_',                   []],
    ['order_id_prefix=%25',                      []],
    ['status=settled&order=asc',                 ['ORDER-00', 'ORDER-01', 'ORDER-02']],
    ['sort=settled&user_id=dewi',                ['ORDER-00']],
    ['email=dewi@&limit=2&order=asc',            ['ORDER-01', 'ORDER-05']],
    ['email=budi_100%25&limit=1&order=asc',      ['ORDER-00']],
    ['email=budix',                              []],
    ['user_id=dewi&limit=2&order=asc',           ['ORDER-00', 'ORDER-04']],
    ['amount_from=40000&limit=1&order=asc',      ['ORDER-03']],
    ['amount_to=10000&limit=1&order=asc',        ['ORDER-00']],
    ['amount_from=20000&amount_to=30000&order_id_prefix=ORDER-0&order=asc', ['ORDER-01', 'ORDER-02', 'ORDER-05', 'ORDER-06', 'ORDER-09']],
    ['created_from=2026-03-02T05:00:20Z&order_id_prefix=ORDER-2&order=asc', ['ORDER-20', 'ORDER-21', 'ORDER-22']],
    ['created_to=2026-03-02T12:00:02%2B07:00&order=asc', ['ORDER-00', 'ORDER-01']],
    ['payment_type=echannel',                    []],
    ['merchant=default&order_id=ORDER-00',       ['ORDER-00']],
    ['merchant=other',                           []],
  ])('are found by %s', async (query, expected) => {
    const { status, body } = await shop.call('GET', `${PAYMENTS}?${query}`)
    expect(status).toBe(200)
    expect(body.results.map((one: { order_id: string }) => one.order_id)).toEqual(expected)
  })

  test('are found by the transaction', async () => {
    const { body } = await shop.call('GET', `${PAYMENTS}?order_id=ORDER-05`)
    const found = await shop.call('GET', `${PAYMENTS}?transaction_id=${body.results[0].transaction_id}`)
    expect(found.body.results).toMatchObject([{ order_id: 'ORDER-05' }])
  })

  // biome-ignore format: a table is read in columns
  test.each([
    ['limit=0',                    'limit'],
    ['limit=201',                  'limit'],
    ['limit=ten',                  'limit'],
    ['limit=1&limit=2',            'limit'],
    ['cursor=elsewhere',           'cursor'],
    ['cursor=after:1_2',           'cursor'],
    ['cursor=before:',             'cursor'],
    [`cursor=${'9'.repeat(30)}_01900000-0000-7000-8000-000000000000`, 'cursor'],
    ['cursor=-5_01900000-0000-7000-8000-000000000000', 'cursor'],
    ['sort=color',                 'sort'],
    ['sort=settled&cursor=after:150000_01900000-0000-7000-8000-000000000000', 'cursor'],
    ['order=sideways',             'order'],
    ['status=paid',                'status'],
    ['created_from=yesterday',     'created_from'],
    ['created_from=2026-02-30',    'created_from'],
    ['created_from=2026-03-02T05:00:00', 'created_from'],
    ['amount_from=-1',             'amount_from'],
    ['amount_to=1e9',              'amount_to'],
    ['order_id=%00',               'order_id'],
    ['email=',                     'email'],
    [`order_id=${'A'.repeat(300)}`, 'order_id'],
    ['colour=red',                 'colour'],
  ])('%s is a mistake that is named', async (query, field) => {
    const { status, body } = await shop.call('GET', `${PAYMENTS}?${query}`)
    expect([status, body.problems?.map((problem: { field: string }) => problem.field)]).toEqual([400, [field]])
  })
})

describe('notifications and events', () => {
  test('every page there and back', async () => {
    for (const list of ['/midtrans/api/notifications/', '/midtrans/api/events/']) {
      const there = await follow(`${list}?limit=7`)
      const all = there.pages.flat()
      expect(all.length).toBeGreaterThan(23)
      const { pages } = await follow(there.last, 'previous')
      expect(pages.toReversed().flat()).toEqual(all)
    }
  })

  test('are found', async () => {
    const { body: paid } = await shop.call('GET', '/midtrans/api/notifications/?order_id=ORDER-01&order=asc')
    expect(paid.results.map((one: { transaction_status: string }) => one.transaction_status)).toEqual([
      'pending',
      'settlement',
    ])
    const id = paid.results[0].payment_id
    const { body: events } = await shop.call('GET', `/midtrans/api/events/?payment_id=${id}`)
    expect(events.results.map((one: { type: string }) => one.type)).toEqual([
      'payment.settled',
      'payment.received',
    ])
    expect((await shop.call('GET', '/midtrans/api/events/?type=payment.settled')).body.results).toHaveLength(
      3,
    )
    expect((await shop.call('GET', `/midtrans/api/notifications/${paid.results[1].id}/`)).body.raw).toContain(
      '"settlement"',
    )
    expect((await shop.call('GET', `/midtrans/api/notifications/${id}/`)).body.code).toBe(
      'notification_not_found',
    )
    for (const query of ['payment_id=1', 'type=payment.paid', 'cursor=x', 'from=soon']) {
      expect((await shop.call('GET', `/midtrans/api/events/?${query}`)).status).toBe(400)
    }
  })

  test('are replayed: one, a range in parts, and nothing is told twice', async () => {
    const told = shop.events.length
    const { body: list } = await shop.call('GET', '/midtrans/api/notifications/?order_id=ORDER-01&order=asc')
    const one = await shop.call('POST', `/midtrans/api/notifications/${list.results[1].id}/replay/`)
    expect(one).toMatchObject({ status: 200, body: { order_id: 'ORDER-01', before: 'processed' } })
    const first = await shop.call('POST', '/midtrans/api/notifications/replay/', {
      from: '2026-03-02',
      limit: 10,
    })
    expect(first.body).toMatchObject({ replayed: 10, next_after: expect.any(String) })
    const rest = await shop.call('POST', '/midtrans/api/notifications/replay/', {
      from: '2026-03-02',
      after: first.body.next_after,
    })
    expect(rest.body.next_after).toBeNull()
    const [{ count }] = (await shop.rows<{ count: bigint }>('select count(*) from bayar.notifications')) as [
      { count: bigint },
    ]
    expect(first.body.replayed + rest.body.replayed).toBe(Number(count))
    await shop.idle()
    expect(shop.events.length).toBe(told)
    expect(
      (await shop.call('POST', '/midtrans/api/notifications/replay/', { from: 'soon', statuses: 1 })).body
        .problems,
    ).toHaveLength(2)
    expect((await shop.call('POST', '/midtrans/api/notifications/nothing/replay/')).status).toBe(404)
  })

  test('are replayed altogether only when that is said', async () => {
    const replay = (body?: object) => shop.call('POST', '/midtrans/api/notifications/replay/', body)
    for (const body of [undefined, {}, { limit: 5 }, { all: false }, { all: true, order_id: 'ORDER-01' }]) {
      expect((await replay(body)).status, JSON.stringify(body)).toBe(400)
    }
    expect((await replay({})).body.problems).toEqual([
      { field: 'body', reason: expect.stringContaining('or "all": true') },
    ])
    expect(await replay({ all: true, limit: 2 })).toMatchObject({ status: 200, body: { replayed: 2 } })
  })

  test('are delivered again to one handler', async () => {
    const told = shop.events.length
    const again = await shop.call('POST', '/midtrans/api/events/replay/', {
      handler: 'bayar-test-kit',
      type: 'payment.settled',
    })
    expect(again).toMatchObject({ status: 200, body: { owed: 3 } })
    await shop.idle()
    expect(shop.events.length).toBe(told + 3)
    expect((await shop.call('POST', '/midtrans/api/events/replay/', { handler: 'nobody' })).body.code).toBe(
      'handler_not_found',
    )
  })

  test('what was forged is found', async () => {
    await shop.call(
      'POST',
      '/midtrans/api/notification/',
      notice('SB-Mid-server-another', { order_id: 'ORDER-09' }),
    )
    const { body } = await shop.call('GET', '/midtrans/api/notifications/?status=invalid_signature')
    expect(body.results).toMatchObject([{ order_id: 'ORDER-09', status: 'invalid_signature' }])
  })
})

test('handlers are listed and retired', async () => {
  const { body } = await shop.call('GET', '/midtrans/api/handlers/')
  expect(body.results).toMatchObject([
    { name: 'bayar-test-kit', kind: 'on', is_here: true, retired_at: null },
  ])
  expect((await shop.call('POST', '/midtrans/api/handlers/nobody/retire/')).body.code).toBe(
    'handler_not_found',
  )
  expect((await shop.call('POST', '/midtrans/api/handlers/%00/retire/')).status).toBe(400)
  const retired = await shop.call('POST', '/midtrans/api/handlers/bayar-test-kit/retire/')
  expect(retired).toMatchObject({ status: 200, body: { retired_at: expect.any(String) } })
})
