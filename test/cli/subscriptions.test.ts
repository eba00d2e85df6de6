import { afterAll, beforeAll, expect, test } from 'vitest'
import { buildCli } from './built-cli.ts'
import { type DurableServer, durableServer } from './durable-server.ts'
import { openShop, type Shop } from './shop.ts'

/* Plans and what is billed of them, from the terminal. The tests build on each other. */

let server: DurableServer
let shop: Shop
beforeAll(async () => {
  await buildCli()
  server = await durableServer()
  shop = await openShop(await server.database())
  await shop.start('serve', '--worker')
}, 120_000)
afterAll(async () => {
  await shop?.close()
  await server?.stop()
})

// biome-ignore lint/suspicious/noExplicitAny: a test reads answers of every shape
const ask = async (...args: string[]): Promise<any> => (await shop.ask(...args)).answer
const FEATURES = '{"export": true, "maxProjects": 3}'

test('plans are made, listed, shown, changed and archived', async () => {
  const made = await ask(
    'plans',
    'create',
    'Pro',
    '--price',
    '90000',
    '--features',
    FEATURES,
    '--trial-days',
    '0',
  )
  expect(made.plan).toMatchObject({ slug: 'pro', price: 90_000, features: { export: true, maxProjects: 3 } })
  await ask('plans', 'create', 'Mini', '--price', '30000', '--unit', 'week', '--sort', '2', '--slug', 'small')
  await ask('plans', 'create', 'Later', '--price', '1000', '--status', 'inactive', '--sort', '3')
  const listed = await shop.run('plans', 'list')
  expect(listed.stdout).toMatch(
    /^plan +name +status +price[\s\S]*pro +Pro +active +Rp 90\.000 +every 1 month[\s\S]*small[\s\S]*later/,
  )
  expect((await ask('plans', 'list', '--status', 'inactive')).results).toMatchObject([{ slug: 'later' }])
  expect((await ask('plans', 'list', '--search', 'mini', '--limit', '1')).results).toMatchObject([
    { slug: 'small' },
  ])
  expect((await ask('plans', 'update', 'later', '--price', '2000', '--status', 'active')).plan).toMatchObject(
    {
      price: 2_000,
      status: 'active',
    },
  )
  expect((await shop.run('plans', 'archive', 'later')).stdout).toMatch(/status +archived/)
  expect((await shop.run('plans', 'show', 'pro')).stdout).toMatch(/features +export: true, maxProjects: 3/)
})

// biome-ignore format: a table is read in columns
test.each([
  ['plans show none',                                        1, 'There is no such plan.'],
  ['plans create Pro --price 1',                             1, 'This slug belongs to another plan.'],
  ['plans create X',                                         2, 'price'],
  ['plans create X --price 1 --features [1]',                2, '--features must be an object'],
  ['plans create X --price 1 --features {x',                 2, '--features is not JSON'],
  ['plans update pro',                                       2, 'must change something'],
  ['plans create X --price 1 --unit year',                   2, '--unit must be one of day, week, month'],
  ['subscriptions subscribe dewi --plan pro',                2, 'Say how it is paid'],
  ['subscriptions subscribe dewi --plan pro --bank bca',     2, '--bank: say by which --method'],
  ['subscriptions subscribe dewi --plan none --method qris', 1, 'There is no such plan.'],
  ['subscriptions subscribe dewi --plan pro --method cash',  2, 'payment_type'],
  ['subscriptions subscribe dewi --plan pro --method wallet', 1, 'not enough'],
  ['subscriptions change-plan some-id',                      2, 'Say which'],
  ['subscriptions pause some-id',                            1, 'There is no such subscription.'],
  ['subscriptions list --plan none',                         1, 'There is no such plan.'],
  ['events list --order NOBODY',                             1, 'Nor an invoice or a subscription'],
] as const)('%s ends with %i and a sentence', async (line, code, sentence) => {
  const finished = await shop.run(...line.split(' '))
  expect([finished.code, finished.stderr]).toEqual([code, expect.stringContaining(sentence)])
})

test('a subscription begins, is paid, paused, resumed, changed and ended', async () => {
  const begin = [
    'subscriptions',
    'subscribe',
    'dewi',
    '--plan',
    'pro',
    '--method',
    'bank_transfer',
    '--bank',
    'bca',
  ]
  const made = await ask(...begin, '--email', 'dewi@example.com', '--key', 'signup-1')
  expect(made).toMatchObject({
    subscription: { status: 'pending', plan_slug: 'pro', customer: { email: 'dewi@example.com' } },
    payment: { status: 'pending', instructions: { va_number: expect.any(String) } },
    created: true,
  })
  const { id } = made.subscription
  expect(await ask(...begin, '--email', 'dewi@example.com', '--key', 'signup-1')).toMatchObject({
    created: false,
    subscription: { id },
  })
  const told = await shop.run('subscriptions', 'retry', id)
  expect(told.stdout).toMatch(/virtual account +\d+[\s\S]*subscription +[0-9a-f-]+[\s\S]*may be used +no/)
  expect((await shop.run('subscriptions', 'can', 'dewi', 'maxProjects')).stdout).toBe('no\n')

  const other = await ask('subscriptions', 'pay', id, '--method', 'cstore', '--store', 'alfamart')
  expect(other.payment).toMatchObject({ payment_type: 'cstore', owner_id: id })
  await shop.simulate(other.payment.order_id, 'pay')
  expect((await ask('subscriptions', 'can', 'dewi', 'maxProjects', '--amount', '3')).allowed).toBe(true)
  expect((await ask('subscriptions', 'can', 'dewi', 'maxProjects', '--amount', '4')).allowed).toBe(false)
  expect((await ask('subscriptions', 'list', '--plan', 'pro', '--user', 'dewi')).results).toMatchObject([
    { id, status: 'active' },
  ])
  expect((await shop.run('subscriptions', 'list', '--plan', 'pro')).stdout).toMatch(/dewi +Pro +active +Rp /)

  const steps = []
  for (const [verb, ...more] of [
    ['pause'],
    ['resume'],
    ['change-plan', 'small', '--at-period-end'],
    ['cancel', '--at-period-end', '--because', 'too dear'],
    ['reactivate'],
    ['cancel'],
  ] as const) {
    const answer = await ask('subscriptions', verb, id, ...more)
    steps.push([verb, answer.subscription.status, answer.subscription.cancel_reason])
  }
  expect(steps).toEqual([
    ['pause', 'paused', null],
    ['resume', 'active', null],
    ['change-plan', 'active', null],
    ['cancel', 'active', 'too dear'],
    ['reactivate', 'active', null],
    ['cancel', 'cancelled', null],
  ])

  // What was told, found by what people have at hand.
  const typesOf = async (name: string) =>
    (await ask('events', 'list', '--order', name)).results.map(({ type }: { type: string }) => type)
  expect(await typesOf(id)).toEqual(
    expect.arrayContaining(['subscription.activated', 'subscription.cancelled']),
  )
  const [invoice] = (await ask('invoices', 'list', '--user', 'dewi')).results
  expect(await typesOf(invoice.invoice_number)).toEqual(expect.arrayContaining(['invoice.paid']))
  expect(await typesOf(other.payment.order_id)).toContain('payment.settled')
}, 120_000)

test('out of the wallet, and on terms of their own', async () => {
  await ask('wallet', 'adjust', 'siti', '--credit', '90000', '--because', 'A gift.')
  const made = await ask('subscriptions', 'subscribe', 'siti', '--plan', 'pro', '--method', 'wallet')
  expect(made).toMatchObject({ payment: null, subscription: { status: 'active', collection: 'wallet' } })
  const own = await shop.run(
    ...['subscriptions', 'subscribe', 'siti', '--name', 'Coffee', '--amount', '12000', '--unit', 'week'],
    ...['--method', 'bank_transfer', '--fields', '{"bank": "bni"}'],
  )
  expect(own.stdout).toMatch(/paid by +bank_transfer bni[\s\S]*name +Coffee[\s\S]*every 1 week/)
})
