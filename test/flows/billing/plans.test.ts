/** What is sold: every field, its lists, and its end. */
import { afterEach, beforeEach, expect, test } from 'vitest'
import { type Kit, kit } from '../../support/kit.ts'

let shop: Kit
beforeEach(async () => {
  shop = await kit()
})
afterEach(() => shop.close())

const PRO = {
  slug: 'pro',
  name: 'Pro',
  description: 'For teams',
  price: 99_000,
  interval: 1,
  intervalUnit: 'month',
  trialPeriodDays: 14,
  maxCycles: 12,
  features: { export: true, max_projects: 3 },
  metadata: { colour: 'blue' },
  sortOrder: 2,
} as const

test('is written with all its fields, and found by id and by slug', async () => {
  const plan = await shop.bayar.plans.create(PRO)
  expect(plan).toMatchObject({
    ...PRO,
    currency: 'IDR',
    status: 'active',
    scheduleDisplay: 'every 1 month',
    merchant: 'default',
  })
  expect(await shop.bayar.plans.get(plan.id)).toEqual(plan)
  expect(await shop.bayar.plans.get('pro')).toEqual(plan)
  expect(await shop.bayar.plans.find('nothing')).toBeUndefined()
  await expect(shop.bayar.plans.get('nothing')).rejects.toMatchObject({ code: 'plan_not_found' })
})

test('of a name alone is monthly, without end, and has a slug', async () => {
  expect(await shop.bayar.plans.create({ name: 'Paket Hemat 2026!', price: 10_000 })).toMatchObject({
    slug: 'paket-hemat-2026',
    description: '',
    interval: 1,
    intervalUnit: 'month',
    trialPeriodDays: 0,
    maxCycles: 0,
    features: {},
    sortOrder: 0,
  })
})

test('a slug is used once', async () => {
  await shop.bayar.plans.create(PRO)
  await expect(shop.bayar.plans.create({ ...PRO, name: 'Other' })).rejects.toMatchObject({
    code: 'plan_taken',
  })
})

test('tells every mistake at once', async () => {
  const wrong = {
    name: '',
    slug: 'No Spaces',
    price: 10.5,
    interval: 0,
    intervalUnit: 'year',
    trialPeriodDays: -1,
    maxCycles: 1.5,
    features: { fine: true, nested: { a: 1 } },
    status: 'archived',
    currency: 'USD',
    colour: 'blue',
  }
  const error = await shop.bayar.plans.create(wrong as never).catch((thrown: unknown) => thrown)
  const { problems } = (error as { details: { problems: { field: string }[] } }).details
  expect(problems.map(({ field }) => field).toSorted()).toEqual(
    [
      'colour',
      'currency',
      'features.nested',
      'interval',
      'interval_unit',
      'max_cycles',
      'name',
      'price',
      'slug',
      'status',
      'trial_period_days',
    ].toSorted(),
  )
})

test('changes by what is given, and never its slug', async () => {
  await shop.bayar.plans.create(PRO)
  const changed = await shop.bayar.plans.update('pro', { price: 120_000, features: { max_projects: 5 } })
  expect(changed).toMatchObject({
    ...PRO,
    price: 120_000,
    features: { max_projects: 5 },
  })
  const error = await shop.bayar.plans.update('pro', { slug: 'other' } as never).catch((thrown) => thrown)
  expect(error).toMatchObject({ code: 'invalid_request' })
  await expect(shop.bayar.plans.update('pro', {})).rejects.toMatchObject({ code: 'invalid_request' })
})

test('archived, it is still there for who has it', async () => {
  const plan = await shop.bayar.plans.create(PRO)
  expect(await shop.bayar.plans.archive('pro')).toMatchObject({ id: plan.id, status: 'archived' })
  expect((await shop.bayar.plans.list({ filter: { status: 'active' } })).results).toEqual([])
  expect((await shop.bayar.plans.list()).results).toHaveLength(1)
})

test('lists by sort order and price, filters, searches, and pages both ways', async () => {
  const { plans } = shop.bayar
  await plans.create({ name: 'Gold', price: 300_000, sortOrder: 1 })
  await plans.create({ name: 'Silver', price: 200_000, sortOrder: 1, description: 'the 50% one' })
  await plans.create({ name: 'Daily', price: 5_000, intervalUnit: 'day' })
  await plans.create({ name: 'Later', price: 1_000, sortOrder: 9, status: 'inactive' })
  const names = async (query: Parameters<typeof plans.list>[0]) =>
    (await plans.list(query)).results.map(({ name }) => name)

  expect(await names({})).toEqual(['Daily', 'Silver', 'Gold', 'Later'])
  expect(await names({ sort: 'price', descending: true })).toEqual(['Gold', 'Silver', 'Daily', 'Later'])
  expect(await names({ sort: 'created' })).toEqual(['Later', 'Daily', 'Silver', 'Gold'])
  expect(await names({ filter: { intervalUnit: 'day' } })).toEqual(['Daily'])
  expect(await names({ filter: { status: 'active', currency: 'IDR', search: 'ver' } })).toEqual(['Silver'])
  expect(await names({ filter: { search: '50%' } })).toEqual(['Silver'])
  expect(await names({ filter: { search: '%' } })).toEqual(['Silver'])

  for (const sort of ['sort_order', 'price', 'created'] as const) {
    const whole = await names({ sort })
    const first = await plans.list({ sort, limit: 3 })
    const second = await plans.list({ sort, limit: 3, after: first.next })
    expect([...first.results, ...second.results].map(({ name }) => name)).toEqual(whole)
    expect(second.next).toBeNull()
    const back = await plans.list({ sort, limit: 3, before: second.previous })
    expect(back.results).toEqual(first.results)
  }
  await expect(plans.list({ after: 'x' })).rejects.toMatchObject({ code: 'invalid_request' })
  await expect(plans.list({ sort: 'price', after: '1_2_3' })).rejects.toMatchObject({
    code: 'invalid_request',
  })
})
