/** Subscriptions over HTTP, as the original's users have them: they subscribe to what is sold, steer their own, and learn nothing of anybody else's. */
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import * as contract from '../../src/http/billing-contract.ts'
import { problem } from '../../src/http/contract.ts'
import { DAY, PRO } from '../support/billing.ts'
import { dashboard } from '../support/dashboard.ts'
import { type Answer, type Surface, surface } from './surface.ts'

let shop: Surface
beforeAll(async () => {
  shop = await surface()
  await shop.bayar.plans.create(PRO)
  await shop.bayar.plans.create({ name: 'Mini', price: 30_000, sortOrder: 1 })
  await shop.bayar.plans.create({ name: 'Max', price: 250_000, trialPeriodDays: 7, sortOrder: 2 })
})
afterAll(() => shop?.close())

const AT = '/api/subscriptions'
const SUBSCRIPTIONS = `${AT}/subscriptions/`
const PAYMENTS = `${AT}/payments/`
const INVOICES = `${AT}/invoices/`
const BCA = { payment_type: 'bank_transfer', bank: 'bca' }
const ID = '01890f3e-0000-7000-8000-000000000001'

/** As this user, whose token lasts ten minutes of the simulator's clock. */
const by = (user: string) => ({
  get: async (path: string) => shop.call('GET', path, undefined, await shop.as(user)),
  post: async (path: string, body: unknown = {}, headers = {}) =>
    shop.call('POST', path, body, { ...(await shop.as(user)), ...headers }),
})
const command = (id: string, verb: string) => `${SUBSCRIPTIONS}${id}/${verb}/`
const idsOf = ({ body }: Answer) => body.results.map(({ id }: { id: string }) => id)

/** Subscribed by a number of BCA's, and paid. */
async function member(user: string, body: object = {}): Promise<string> {
  const made = await by(user).post(SUBSCRIPTIONS, { plan_id: 'pro', ...BCA, ...body })
  expect(made.status).toBe(201)
  await shop.pay(made.body.payment.order_id)
  return made.body.subscription.id
}

describe('a user', () => {
  test('subscribes, is told how to pay, pays, and sees it with its payments and its invoice', async () => {
    const dewi = by('dewi')
    const made = await dewi.post(SUBSCRIPTIONS, {
      plan_id: 'pro',
      ...BCA,
      customer_details: { first_name: 'Dewi', email: 'dewi@example.com' },
      metadata: { from: 'pricing page' },
    })
    expect(made.status).toBe(201)
    contract.subscribed.strict().parse(made.body)
    const { subscription, payment } = made.body
    expect(subscription).toMatchObject({
      user_id: 'dewi',
      plan_slug: 'pro',
      status: 'pending',
      payment_type: 'bank_transfer',
      has_access: false,
      current_cycle: 0,
      metadata: { from: 'pricing page' },
      customer_email: 'dewi@example.com',
    })
    expect(payment).toMatchObject({
      order_id: expect.stringMatching(/^SUB-[0-9A-F]{12}$/),
      status: 'pending',
      gross_amount: 90_000,
      owner: 'subscription',
      owner_id: subscription.id,
      payment_details: {
        va_number: expect.stringMatching(/^\d+$/),
        bank: 'bca',
        expiry_time: expect.any(String),
      },
    })
    await shop.pay(payment.order_id)

    const shown = await dewi.get(`${SUBSCRIPTIONS}${subscription.id}/`)
    contract.billedSubscriptionDetail.strict().parse(shown.body)
    expect(shown.body).toMatchObject({
      status: 'active',
      is_active: true,
      has_access: true,
      current_cycle: 1,
      next_billing_date: shown.body.current_period_end,
      payments: [{ order_id: payment.order_id, status: 'settled' }],
    })
    expect(shown.body).not.toHaveProperty('history')
    expect(
      (await shop.call('GET', `${SUBSCRIPTIONS}${subscription.id}/`)).body.history.length,
    ).toBeGreaterThan(2)

    for (const name of [payment.id, payment.order_id]) {
      const { body } = await dewi.get(`${PAYMENTS}${name}/`)
      contract.billedPayment.strict().parse(body)
      expect(body).toMatchObject({ order_id: payment.order_id, is_paid: true })
    }
    const { results } = (await dewi.get(`${INVOICES}?subscription=${subscription.id}`)).body
    contract.billedInvoice.strict().parse(results[0])
    expect(results).toMatchObject([
      {
        status: 'paid',
        total_amount: 90_000,
        subscription_id: subscription.id,
        payment_id: payment.id,
        period_start: shown.body.current_period_start,
        period_end: shown.body.current_period_end,
      },
    ])
    const printed = await dewi.get(`${INVOICES}${results[0].id}/pdf/`)
    expect([printed.status, printed.headers.get('content-type')]).toEqual([200, 'application/pdf'])
    expect(printed.body.slice(0, 5)).toBe('%PDF-')
  })

  test('asked twice under a key subscribes once, also when the stored answer is gone', async () => {
    const header = { 'idempotency-key': 'subscribe-1' }
    const asked = { plan_id: 'pro', ...BCA }
    const made = await by('ani').post(SUBSCRIPTIONS, asked, header)
    expect((await by('ani').post(SUBSCRIPTIONS, asked, header)).headers.get('idempotency-replayed')).toBe(
      'true',
    )
    await shop.rows('delete from bayar.api_requests')
    const again = await by('ani').post(SUBSCRIPTIONS, asked, header)
    expect(again).toMatchObject({
      status: 200,
      body: {
        created: false,
        subscription: { id: made.body.subscription.id },
        payment: { id: made.body.payment.id },
      },
    })
    expect(idsOf(await by('ani').get(SUBSCRIPTIONS))).toHaveLength(1)
  })

  test('has keys and names of their own: another’s, or the shop’s, are not met', async () => {
    const header = { 'idempotency-key': 'the-same-key' }
    const asked = { plan_id: 'pro', ...BCA }
    const made = [
      await by('kembar-1').post(SUBSCRIPTIONS, asked, header),
      await by('kembar-2').post(SUBSCRIPTIONS, asked, header),
    ]
    expect(made.map(({ status, body }) => [status, body.subscription.user_id])).toEqual([
      [201, 'kembar-1'],
      [201, 'kembar-2'],
    ])
    const topups = `${AT}/topups/`
    for (const user of ['kembar-1', 'kembar-2'])
      expect((await by(user).post(topups, { amount: 50_000, ...BCA }, header)).body).toMatchObject({
        user_id: user,
      })
    // A name that a user takes is not taken from the shop; asked again under it, it is theirs.
    const named = { ...asked, reference: 'signup-812' }
    const first = await by('kembar-1').post(SUBSCRIPTIONS, named)
    expect((await by('kembar-1').post(SUBSCRIPTIONS, named)).body.subscription.id).toBe(
      first.body.subscription.id,
    )
    const shops = await shop.call('POST', SUBSCRIPTIONS, { ...named, user_id: 'kembar-2' })
    expect(shops).toMatchObject({ status: 201, body: { subscription: { reference: 'signup-812' } } })
  })

  test('begins with a trial, once', async () => {
    const first = await by('tria').post(SUBSCRIPTIONS, { plan_id: 'max', ...BCA })
    expect(first.body).toMatchObject({
      payment: null,
      subscription: { status: 'trialing', has_access: true },
    })
    const second = await by('tria').post(SUBSCRIPTIONS, { plan_id: 'max', ...BCA })
    expect(second.body).toMatchObject({
      payment: { gross_amount: 250_000 },
      subscription: { status: 'pending' },
    })
  })

  test('subscribes out of the wallet, or is told that there is not enough', async () => {
    const asked = { plan_id: 'pro', payment_type: 'wallet' }
    expect(await by('wati').post(SUBSCRIPTIONS, asked)).toMatchObject({
      status: 409,
      body: { code: 'insufficient_balance' },
    })
    await shop.bayar.wallets.adjust('wati', { amount: 100_000, reason: 'A gift.' })
    const made = await by('wati').post(SUBSCRIPTIONS, asked)
    contract.subscribed.strict().parse(made.body)
    expect(made).toMatchObject({
      status: 201,
      body: {
        payment: null,
        subscription: { status: 'active', collection: 'wallet', payment_type: 'wallet' },
      },
    })
    expect((await by('wati').get(`${AT}/wallet/me/`)).body.balance).toBe(10_000)
  })

  test('subscribes by a linked GoPay account of their own, which Midtrans then charges; by nobody else’s', async () => {
    await shop.bayar.plans.create({ name: 'Weekly', price: 20_000, intervalUnit: 'week', status: 'active' })
    const { accountId } = await shop.bayar.payAccounts.create({ phoneNumber: '081234567890', userId: 'gita' })
    await shop.simulator.payAccounts.link(accountId)
    await shop.idle()
    const asked = { plan_id: 'weekly', payment_type: 'gopay', gopay_account_id: accountId }
    expect(await by('eve').post(SUBSCRIPTIONS, asked)).toMatchObject({
      status: 404,
      body: { code: 'pay_account_not_found' },
    })
    const made = await by('gita').post(SUBSCRIPTIONS, asked)
    expect(made).toMatchObject({
      status: 201,
      body: { payment: null, subscription: { collection: 'native', status: 'active', plan_slug: 'weekly' } },
    })
    expect((await by('gita').post(command(made.body.subscription.id, 'change-method'), BCA)).body.code).toBe(
      'command_not_possible',
    )
    expect((await by('gita').post(command(made.body.subscription.id, 'cancel'))).body.status).toBe(
      'cancelled',
    )
  })

  test('pauses, resumes, cancels at the end of the period, takes it back, and ends it at once', async () => {
    const sari = by('sari')
    const id = await member('sari')
    const steps = []
    for (const [verb, body] of [
      ['pause', undefined],
      ['resume', undefined],
      ['cancel', { reason: 'too dear' }],
      ['reactivate', undefined],
      ['cancel', { immediate: true }],
      ['cancel', {}],
    ] as const) {
      const { status, body: answer } = await sari.post(command(id, verb), body)
      const {
        status: now,
        cancel_at_period_end: isToEnd,
        cancellation_reason: why,
      } = answer.subscription ?? answer
      steps.push([verb, status, now, isToEnd, why])
    }
    expect(steps).toEqual([
      ['pause', 200, 'paused', false, null],
      ['resume', 200, 'active', false, null],
      ['cancel', 200, 'active', true, 'too dear'],
      ['reactivate', 200, 'active', false, null],
      ['cancel', 200, 'cancelled', false, null],
      ['cancel', 409, 409, undefined, undefined],
    ])
  })

  test('one that waits for its first payment is cancelled at once, because it has no period', async () => {
    const made = await by('rini').post(SUBSCRIPTIONS, { plan_id: 'pro', ...BCA })
    const { id } = made.body.subscription
    expect((await by('rini').post(command(id, 'cancel'), { immediate: false })).body.code).toBe(
      'command_not_possible',
    )
    expect((await by('rini').post(command(id, 'cancel'))).body.status).toBe('cancelled')
  })

  test('pays what is owed: as it is open, by another way, or out of the wallet', async () => {
    const made = await by('paul').post(SUBSCRIPTIONS, { plan_id: 'pro', ...BCA })
    const { id } = made.body.subscription
    const open = made.body.payment.order_id
    const again = await by('paul').post(command(id, 'pay'))
    contract.toBePaid.strict().parse(again.body)
    expect([again.status, again.body.payment.order_id]).toEqual([200, open])
    expect((await by('paul').post(command(id, 'retry'))).body.payment.order_id).toBe(open)

    expect(await by('paul').post(command(id, 'pay'), { payment_type: 'wallet' })).toMatchObject({
      status: 409,
      body: { code: 'insufficient_balance', details: { balance: 0, amount: 90_000 } },
    })
    // Nothing was ended for it.
    expect(shop.simulator.transaction(open).status).toBe('pending')

    const other = await by('paul').post(command(id, 'pay'), { payment_type: 'qris' })
    expect(other.body).toMatchObject({
      subscription: { payment_type: 'qris' },
      payment: { qr_url: expect.any(String) },
    })
    expect(shop.simulator.transaction(open).status).toBe('cancel')

    await shop.bayar.wallets.adjust('paul', { amount: 90_000, reason: 'A gift.' })
    expect((await by('paul').post(command(id, 'pay'), { payment_type: 'wallet' })).body).toMatchObject({
      payment: null,
      subscription: { status: 'active', collection: 'wallet' },
    })
    expect(shop.simulator.transaction(other.body.payment.order_id).status).toBe('cancel')
    expect((await by('paul').post(command(id, 'pay'))).body.code).toBe('period_not_open')
  })

  test('changes the plan now, for the difference, or at the end; and the way to pay', async () => {
    const id = await member('tono')
    const later = await by('tono').post(command(id, 'change-plan'), { plan_id: 'mini', at: 'period_end' })
    expect(later.body).toMatchObject({
      payment: null,
      subscription: { plan_slug: 'pro', next_plan_id: expect.any(String) },
    })
    const now = await by('tono').post(command(id, 'change-plan'), { plan_id: 'max' })
    expect(now.body.payment).toMatchObject({ gross_amount: 160_000, owner_id: id })
    await shop.pay(now.body.payment.order_id)
    expect((await by('tono').get(`${SUBSCRIPTIONS}${id}/`)).body.plan_slug).toBe('max')
    const changed = await by('tono').post(command(id, 'change-method'), { payment_type: 'wallet' })
    expect(changed.body).toMatchObject({ payment_type: 'wallet', collection: 'wallet' })
  })

  test('may use what the plan allows', async () => {
    await member('cano')
    const can = (query: string) => by('cano').get(`${SUBSCRIPTIONS}can/?${query}`)
    const yes = await can('feature=max_projects&amount=3')
    contract.entitlement.strict().parse(yes.body)
    expect(yes.body).toEqual({ user_id: 'cano', feature: 'max_projects', amount: 3, allowed: true })
    expect((await can('feature=max_projects&amount=4')).body.allowed).toBe(false)
    expect((await can('feature=export')).body).toMatchObject({ amount: null, allowed: true })
    expect((await can('feature=export&user_id=dewi')).status).toBe(403)
    expect((await shop.call('GET', `${SUBSCRIPTIONS}can/?feature=export&user_id=nobody`)).body.allowed).toBe(
      false,
    )
  })
})

describe('nobody else', () => {
  test('sees a user’s things, or acts on them: they are not there', async () => {
    const id = await member('budi')
    const [order] = (await by('budi').get(`${PAYMENTS}?subscription=${id}`)).body.results
    const [invoice] = (await by('budi').get(`${INVOICES}?subscription=${id}`)).body.results
    const eve = by('eve')
    for (const path of [
      `${SUBSCRIPTIONS}${id}/`,
      `${PAYMENTS}${order.id}/`,
      `${PAYMENTS}${order.order_id}/`,
      `${INVOICES}${invoice.id}/`,
      `${INVOICES}${invoice.invoice_number}/`,
      `${INVOICES}${invoice.id}/pdf/`,
    ]) {
      expect([path, (await by('budi').get(path)).status]).toEqual([path, 200])
      expect([path, (await eve.get(path)).status]).toEqual([path, 404])
    }
    for (const [verb, body] of [
      ['cancel', {}],
      ['pause', undefined],
      ['resume', undefined],
      ['pay', {}],
      ['retry', undefined],
      ['reactivate', undefined],
      ['change-plan', { plan_id: 'mini' }],
      ['change-method', BCA],
    ] as const) {
      const answer = await eve.post(command(id, verb), body)
      expect([verb, answer.status, answer.body.code]).toEqual([verb, 404, 'subscription_not_found'])
    }
    for (const list of [SUBSCRIPTIONS, PAYMENTS, INVOICES]) {
      expect([list, (await eve.get(`${list}?user_id=budi`)).body.code]).toEqual([list, 'not_allowed'])
      expect([list, (await eve.get(list)).body.results]).toEqual([list, []])
    }
    for (const list of [PAYMENTS, INVOICES])
      expect((await eve.get(`${list}?subscription=${id}`)).body.results).toEqual([])
    expect((await eve.get(`${SUBSCRIPTIONS}?search=budi`)).status).toBe(403)
    expect((await by('budi').get(`${SUBSCRIPTIONS}${id}/`)).body.status).toBe('active')
  })

  test('sets a price, another user, or what staff alone may say', async () => {
    for (const more of [
      { amount: 1 },
      { name: 'Cheap', amount: 1, plan_id: undefined },
      { trial_period_days: 3650 },
      { max_cycles: 1 },
      { merchant: 'default' },
      { user_id: 'budi' },
    ]) {
      const answer = await by('eve').post(SUBSCRIPTIONS, { plan_id: 'pro', ...BCA, ...more })
      expect([more, answer.status, answer.body.code]).toEqual([more, 403, 'not_allowed'])
    }
    const id = await member('mei')
    for (const verb of ['activate', 'renew'])
      expect((await by('mei').post(command(id, verb))).body.code).toBe('not_allowed')
  })
})

describe('staff', () => {
  test('subscribe anybody, also on terms of their own, and settle by hand', async () => {
    const asked = {
      user_id: 'lina',
      name: 'Coffee',
      amount: 12_000,
      interval_unit: 'week',
      max_cycles: 4,
      ...BCA,
    }
    const made = await shop.call('POST', SUBSCRIPTIONS, asked)
    expect(made).toMatchObject({
      status: 201,
      body: {
        subscription: { user_id: 'lina', amount: 12_000, max_cycles: 4, plan_id: null, plan_slug: null },
      },
    })
    const { id } = made.body.subscription
    expect((await shop.call('POST', command(id, 'activate'))).body).toMatchObject({
      status: 'active',
      current_cycle: 1,
    })
    expect((await shop.call('POST', command(id, 'renew'))).body).toMatchObject({ current_cycle: 2 })
    const told = await shop.call('GET', `/midtrans/api/events/?subscription_id=${id}`)
    expect(told.body.results.map(({ type }: { type: string }) => type)).toEqual([
      'subscription.renewed',
      'subscription.activated',
      'subscription.created',
    ])
  })

  test('list all: filtered, searched, by creation or by the next charge, page by page', async () => {
    const all = (query: string) => shop.call('GET', `${SUBSCRIPTIONS}?${query}`)
    const [first, second, third] = [
      await member('list-1'),
      await member('list-2', { plan_id: 'mini' }),
      (await shop.call('POST', SUBSCRIPTIONS, { user_id: 'list-3', plan_id: 'pro', ...BCA, bank: 'bni' }))
        .body.subscription.id,
    ]
    await shop.bayar.subscriptions.renew(first!)
    // biome-ignore format: a table is read in columns
    const LISTS = [
      ['search=list-',                                       [third, second, first]],
      ['search=list-&ordering=created_at',                   [first, second, third]],
      // The third owes its first period: it has no next charge, which is later than any.
      ['search=list-&ordering=next_billing_date',            [second, first, third]],
      ['search=list-&ordering=-next_billing_date',           [third, first, second]],
      ['search=list-&status=active',                         [second, first]],
      ['search=list-&plan=mini',                             [second]],
      [`search=list-&plan=${(await shop.bayar.plans.get('mini')).id}`, [second]],
      ['search=list-&payment_type=qris',                     []],
      ['user_id=list-1',                                     [first]],
      ['search=LIST-',                                       []],
      ['search=%25',                                         []],
    ] as const
    for (const [query, ids] of LISTS) expect([query, idsOf(await all(query))]).toEqual([query, ids])
    for (const ordering of ['created_at', '-created_at', 'next_billing_date', '-next_billing_date']) {
      const whole = idsOf(await all(`search=list-&ordering=${ordering}`))
      const page1 = await all(`search=list-&ordering=${ordering}&limit=1`)
      const page2 = await shop.call('GET', page1.body.next)
      const page3 = await shop.call('GET', page2.body.next)
      expect([page1, page2, page3].flatMap(idsOf)).toEqual(whole)
      expect(page3.body.next).toBeNull()
      expect(idsOf(await shop.call('GET', page3.body.previous))).toEqual([whole[1]])
    }
  })

  test('see payments and invoices of subscriptions and top-ups, and no order of the shop’s', async () => {
    await shop.charge('SHOP-ORDER', { user_id: 'list-1' })
    const topup = await by('list-1').post(`${AT}/topups/`, { amount: 50_000, ...BCA })
    const { results } = (await shop.call('GET', `${PAYMENTS}?user_id=list-1`)).body
    expect(
      results.map(({ order_id, owner }: Record<string, string>) => [order_id!.replace(/-.*/, ''), owner]),
    ).toEqual([
      ['TOPUP', 'topup'],
      ['SUB', 'subscription'],
    ])
    expect(results[0].owner_id).toBe(topup.body.id)
    const oldest = await shop.call(
      'GET',
      `${PAYMENTS}?user_id=list-1&ordering=created_at&status=settled&limit=1`,
    )
    expect(oldest.body.results[0].owner).toBe('subscription')
    expect((await shop.call('GET', `${PAYMENTS}SHOP-ORDER/`)).body.code).toBe('payment_not_found')
    await shop.bayar.invoices.create({
      channel: 'local',
      orderId: 'shop-invoice',
      customerName: 'Budi',
      dueDate: '2026-12-31',
      items: [{ description: 'A chair', price: 1_000 }],
    })
    expect((await shop.call('GET', `${INVOICES}shop-invoice/`)).body.code).toBe('invoice_not_found')
    const invoices = (await shop.call('GET', INVOICES)).body.results
    expect(invoices.length).toBeGreaterThan(3)
    expect(
      invoices.filter((one: { subscription_id: string | null }) => one.subscription_id === null),
    ).toEqual([])
  })
})

test('a card that is refused is past due with access in grace, and is charged again by retry', async () => {
  await using own = await surface()
  await own.bayar.plans.create(PRO)
  const ask = async (method: string, path: string, body?: unknown) =>
    own.call(method, path, body, await own.as('kris'))
  const token = await dashboard(own.simulator).savedCard()
  const asked = { plan_id: 'pro', payment_type: 'credit_card', token, authentication: false }
  const made = await ask('POST', SUBSCRIPTIONS, asked)
  expect(made.body.subscription.status).toBe('active')
  const { id } = made.body.subscription
  own.simulator.faults.add({ kind: 'bank_refuses', times: 1 })
  await own.advance(31 * DAY)
  await own.bayar.tasks.processDueSubscriptions()
  await own.idle()
  const late = await ask('GET', `${SUBSCRIPTIONS}${id}/`)
  expect(late.body).toMatchObject({ status: 'past_due', is_in_grace_period: true, has_access: true })
  const retried = await ask('POST', command(id, 'retry'))
  expect(retried).toMatchObject({
    status: 200,
    body: { subscription: { status: 'active' }, payment: { is_paid: true } },
  })
  // Whoever looks for it over HTTP is not told what the card is charged with.
  expect(JSON.stringify([made.body, late.body, retried.body])).not.toContain(token)
})

// biome-ignore format: a table is read in columns
const REFUSED = [
  [{ ...BCA },                                                       'user_id'],
  [{ ...BCA, user_id: 'a' },                                         'name'],
  [{ ...BCA, user_id: 'a', plan_id: '' },                            'plan_id'],
  [{ ...BCA, user_id: 'a', plan_id: 'pro', amount: 1 },              'amount'],
  [{ user_id: 'a', plan_id: 'pro' },                                 'payment_type'],
  [{ user_id: 'a', plan_id: 'pro', payment_type: 'cash' },           'payment_type'],
  [{ user_id: 'a', plan_id: 'pro', payment_type: 'credit_card' },    'token'],
  [{ user_id: 'a', plan_id: 'pro', payment_type: 'bank_transfer' },  'bank'],
  [{ user_id: 'a', plan_id: 'pro', payment_type: 'wallet', bank: 'bca' }, 'bank'],
  [{ user_id: 'a', plan_id: 'pro', ...BCA, token: 'x' },             'token'],
  [{ user_id: 'a', plan_id: 'pro', ...BCA, va_number: '1' },         'va_number'],
  [{ user_id: 'a', plan_id: 'pro', ...BCA, gopay_account_id: 'x' },  'gopay_account_id'],
  [{ user_id: 'a\u0000', plan_id: 'pro', ...BCA },                   'user_id'],
  [{ user_id: 'a', name: 'X', amount: 1, ...BCA, merchant: 'other' }, 'merchant'],
  [{ user_id: 'a', plan_id: 'pro', ...BCA, customer_details: { email: 'x' } }, 'customer_details.email'],
] as const

test('a stranger’s input is refused by name, and is never our mistake', async () => {
  for (const [body, field] of REFUSED) {
    const answer = await shop.call('POST', SUBSCRIPTIONS, body)
    expect([body, answer.status, answer.body.code]).toEqual([body, 400, 'invalid_request'])
    expect(answer.body.problems.map((one: { field: string }) => one.field)).toContain(field)
    problem.strict().parse(answer.body)
  }
  const id = await member('odd')
  // biome-ignore format: a table is read in columns
  const ODD = [
    ['POST', SUBSCRIPTIONS,                        { user_id: 'a', plan_id: 'none', ...BCA }, 404],
    ['POST', command(id, 'cancel'),                { immediate: 'yes' },                      400],
    ['POST', command(id, 'cancel'),                { reason: 'x'.repeat(256) },               400],
    ['POST', command(id, 'cancel'),                { reason: '\u0000' },                      400],
    ['POST', command(id, 'change-plan'),           {},                                        400],
    ['POST', command(id, 'change-plan'),           { plan_id: 'none' },                       404],
    ['POST', command(id, 'change-plan'),           { plan_id: 'pro' },                        409],
    ['POST', command(id, 'change-plan'),           { plan_id: 'x\u0000' },                    400],
    ['POST', command(id, 'change-method'),         {},                                        400],
    ['POST', command(id, 'change-method'),         { payment_type: 'credit_card' },           400],
    ['POST', command(id, 'change-method'),         { payment_type: 'wallet', bank: 'bca' },   400],
    ['POST', command(id, 'pay'),                   { bank: 'bca' },                           400],
    ['POST', command(id, 'pay'),                   {},                                        409],
    ['POST', command(id, 'retry'),                 undefined,                                 409],
    ['POST', command(id, 'reactivate'),            undefined,                                 409],
    ['POST', command(id, 'resume'),                undefined,                                 409],
    ['POST', command(ID, 'pause'),                 undefined,                                 404],
    ['POST', command('x', 'pause'),                undefined,                                 404],
    ['POST', command(id, 'disable'),               undefined,                                 404],
    ['GET',  `${SUBSCRIPTIONS}x'/`,                undefined,                                 404],
    ['GET',  `${SUBSCRIPTIONS}?ordering=price`,    undefined,                                 400],
    ['GET',  `${SUBSCRIPTIONS}?plan=none`,         undefined,                                 400],
    ['GET',  `${SUBSCRIPTIONS}?cursor=x`,          undefined,                                 400],
    ['GET',  `${SUBSCRIPTIONS}?ordering=next_billing_date&cursor=${ID}`, undefined,           400],
    ['GET',  `${SUBSCRIPTIONS}?ordering=next_billing_date&cursor=99999999999999_${ID}`, undefined, 200],
    ['GET',  `${SUBSCRIPTIONS}can/`,               undefined,                                 400],
    ['GET',  `${SUBSCRIPTIONS}can/?feature=x`,     undefined,                                 400],
    ['GET',  `${SUBSCRIPTIONS}can/?feature=x&user_id=a&amount=-1`, undefined,                 400],
    ['GET',  `${PAYMENTS}%00/`,                    undefined,                                 404],
    ['GET',  `${PAYMENTS}?subscription=x`,         undefined,                                 400],
    ['GET',  `${INVOICES}%00/`,                    undefined,                                 404],
    ['GET',  `${INVOICES}?status=open`,            undefined,                                 400],
    ['GET',  `${INVOICES}?cursor=x`,               undefined,                                 400],
  ] as const
  for (const [method, path, body, status] of ODD) {
    const answer = await shop.call(method, path, body)
    expect([method, path, body, answer.status]).toEqual([method, path, body, status])
  }
  expect((await shop.call('GET', SUBSCRIPTIONS, undefined, { authorization: '' })).status).toBe(401)
})
