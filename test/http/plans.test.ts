/** Plans over HTTP: everybody sees what is sold, staff write. */
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { problem } from '../../src/http/contract.ts'
import * as contract from '../../src/http/plan-contract.ts'
import { type Surface, surface } from './surface.ts'

let shop: Surface
const PLANS = '/api/subscriptions/plans/'
const NOBODY = { authorization: '' }

// biome-ignore format: a table is read in columns
const SOLD = [
  { name: 'Mini', price: 30_000,  interval_unit: 'week',  sort_order: 2, description: 'For one.', metadata: { cost: 9_000 } },
  { name: 'Pro',  price: 90_000,  interval_unit: 'month', sort_order: 1, features: { maxProjects: 3, export: true } },
  { name: 'Max',  price: 250_000, interval_unit: 'month', sort_order: 1, description: 'For everyone, 100%.' },
] as const

beforeAll(async () => {
  shop = await surface()
  for (const plan of SOLD) {
    const { status, body } = await shop.call('POST', PLANS, plan)
    expect([status, body.name]).toEqual([201, plan.name])
    contract.plan.strict().parse(body)
  }
  await shop.call('POST', PLANS, { name: 'Secret', price: 1_000, status: 'inactive' })
  await shop.call('POST', PLANS, { name: 'Old', price: 2_000 })
  expect((await shop.call('POST', `${PLANS}old/archive/`)).body.status).toBe('archived')
})
afterAll(() => shop?.close())

const namesOf = ({ body }: { body: { results: { name: string }[] } }) => body.results.map(({ name }) => name)

// biome-ignore format: a table is read in columns
const LISTS = [
  ['',                                  ['Pro', 'Max', 'Mini']],
  ['?ordering=-sort_order',             ['Mini', 'Max', 'Pro']],
  ['?ordering=price',                   ['Mini', 'Pro', 'Max']],
  ['?ordering=-price',                  ['Max', 'Pro', 'Mini']],
  ['?ordering=created_at',              ['Mini', 'Pro', 'Max']],
  ['?ordering=-created_at',             ['Max', 'Pro', 'Mini']],
  ['?interval_unit=week',               ['Mini']],
  ['?interval_unit=month&status=active',['Pro', 'Max']],
  ['?currency=IDR&search=FOR ',         ['Max', 'Mini']],
  ['?currency=USD',                     []],
  ['?search=100%25',                    ['Max']],
  ['?search=_',                         []],
] as const

describe('anybody', () => {
  test('lists what is sold: filtered, searched, in the order that they ask for', async () => {
    for (const [query, names] of LISTS)
      expect([query, namesOf(await shop.call('GET', PLANS + query, undefined, NOBODY))]).toEqual([
        query,
        names,
      ])
  })

  test('pages through it, both ways', async () => {
    const first = await shop.call('GET', `${PLANS}?ordering=-price&limit=1`, undefined, NOBODY)
    const second = await shop.call('GET', first.body.next, undefined, NOBODY)
    const third = await shop.call('GET', second.body.next, undefined, NOBODY)
    expect([first, second, third].map(namesOf)).toEqual([['Max'], ['Pro'], ['Mini']])
    expect(third.body.next).toBeNull()
    expect(namesOf(await shop.call('GET', third.body.previous, undefined, NOBODY))).toEqual(['Pro'])
  })

  test('reads one by its slug or id, with the names of its features as they were given', async () => {
    const { status, body } = await shop.call('GET', `${PLANS}pro/`, undefined, NOBODY)
    expect(status).toBe(200)
    expect(body).toMatchObject({
      slug: 'pro',
      features: { maxProjects: 3, export: true },
      trial_period_days: 0,
    })
    contract.plan.strict().parse(body)
    expect((await shop.call('GET', `${PLANS}${body.id}`, undefined, NOBODY)).body).toEqual(body)
    // What the shop keeps beside a plan is the shop's.
    for (const headers of [NOBODY, await shop.as('dewi')])
      expect((await shop.call('GET', `${PLANS}mini/`, undefined, headers)).body.metadata).toBeNull()
    expect((await shop.call('GET', `${PLANS}mini/`)).body.metadata).toEqual({ cost: 9_000 })
  })

  test('learns of no plan that is not sold, and writes none', async () => {
    const dewi = await shop.as('dewi')
    for (const slug of ['secret', 'old', 'none', 'x%00', `${'x'.repeat(200)}`])
      for (const headers of [NOBODY, dewi]) {
        const answer = await shop.call('GET', `${PLANS}${slug}/`, undefined, headers)
        expect([slug, answer.status, answer.body.code]).toEqual([slug, 404, 'plan_not_found'])
      }
    expect((await shop.call('GET', `${PLANS}?status=inactive`, undefined, NOBODY)).status).toBe(401)
    expect((await shop.call('GET', `${PLANS}?status=archived`, undefined, dewi)).status).toBe(403)
    expect((await shop.call('GET', PLANS, undefined, { authorization: 'Bearer wrong' })).status).toBe(401)
    for (const path of [PLANS, `${PLANS}pro/update/`, `${PLANS}pro/archive/`]) {
      expect((await shop.call('POST', path, { name: 'Free', price: 1 }, NOBODY)).status).toBe(401)
      expect((await shop.call('POST', path, { name: 'Free', price: 1 }, dewi)).status).toBe(403)
    }
  })
})

describe('staff', () => {
  test('see all of them, and change them', async () => {
    expect(namesOf(await shop.call('GET', `${PLANS}?ordering=price`))).toEqual([
      'Secret',
      'Old',
      'Mini',
      'Pro',
      'Max',
    ])
    expect(namesOf(await shop.call('GET', `${PLANS}?status=archived`))).toEqual(['Old'])
    expect((await shop.call('GET', `${PLANS}secret/`)).body.status).toBe('inactive')
    const changed = await shop.call('POST', `${PLANS}secret/update/`, { status: 'active', price: 5_000 })
    expect(changed).toMatchObject({ status: 200, body: { status: 'active', price: 5_000, name: 'Secret' } })
    expect((await shop.call('GET', `${PLANS}secret/`, undefined, NOBODY)).body.price).toBe(5_000)
    await shop.call('POST', `${PLANS}secret/archive/`)
  })

  // biome-ignore format: a table is read in columns
  test.each([
    ['POST', PLANS,                       { price: 1_000 },                     400, 'invalid_request'],
    ['POST', PLANS,                       { name: 'X', price: 0 },              400, 'invalid_request'],
    ['POST', PLANS,                       { name: 'X', price: 1.5 },            400, 'invalid_request'],
    ['POST', PLANS,                       { name: 'X', price: 1, slug: 'A b' }, 400, 'invalid_request'],
    ['POST', PLANS,                       { name: 'X', price: 1, prise: 2 },    400, 'invalid_request'],
    ['POST', PLANS,                       { name: 'X', price: 1, features: { x: {} } }, 400, 'invalid_request'],
    ['POST', PLANS,                       { name: 'X', price: 1, merchant: 'other' },   400, 'invalid_request'],
    ['POST', PLANS,                       { name: 'Pro', price: 1_000 },        409, 'plan_taken'],
    ['POST', `${PLANS}none/update/`,      { price: 1_000 },                     404, 'plan_not_found'],
    ['POST', `${PLANS}pro/update/`,       {},                                   400, 'invalid_request'],
    ['POST', `${PLANS}pro/update/`,       { slug: 'other' },                    400, 'invalid_request'],
    ['POST', `${PLANS}none/archive/`,     undefined,                            404, 'plan_not_found'],
    ['GET',  `${PLANS}?ordering=name`,    undefined,                            400, 'invalid_request'],
    ['GET',  `${PLANS}?cursor=x`,         undefined,                            400, 'invalid_request'],
    ['GET',  `${PLANS}?search=%00`,       undefined,                            400, 'invalid_request'],
    ['PUT',  PLANS,                       undefined,                            405, 'method_not_allowed'],
  ] as const)('%s %s %j is answered %i %s', async (method, path, body, status, code) => {
    const answer = await shop.call(method, path, body)
    expect(answer).toMatchObject({ status, body: { code } })
    problem.strict().parse(answer.body)
  })

  test('make one once for each key', async () => {
    const header = { 'idempotency-key': 'plan-1' }
    const made = await shop.call('POST', PLANS, { name: 'Once', price: 1_000 }, header)
    const again = await shop.call('POST', PLANS, { name: 'Once', price: 1_000 }, header)
    expect([again.status, again.body, again.headers.get('idempotency-replayed')]).toEqual([
      201,
      made.body,
      'true',
    ])
  })
})
