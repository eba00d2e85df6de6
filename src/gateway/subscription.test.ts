import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import type { SubscriptionAsked } from '../domain/subscription.ts'
import { isObject, readDocument } from './read-document.ts'
import {
  readSubscription,
  subscriptionBody,
  subscriptionChange,
  subscriptionHint,
  subscriptionProblems,
} from './subscription.ts'
import type { WireDocument } from './wire.ts'

const fixture = (name: string): WireDocument =>
  readDocument(readFileSync(join(import.meta.dirname, '..', '..', 'test', 'wire', name)))!

const ASKED: SubscriptionAsked = {
  name: 'SUB-ABCDEFGHJKMNP',
  amount: 50_000n,
  paymentType: 'credit_card',
  token: '48111111sHfgnZkPzxWBQvGtYrUl1114',
  accountId: null,
  interval: 1,
  intervalUnit: 'month',
  maxInterval: 12,
  startTime: new Date('2026-09-01T00:00:00Z'),
  retry: { interval: 1, unit: 'day', max: 3 },
  customer: { firstName: 'Budi', email: 'budi@example.com' },
  metadata: { member: '77' },
}
const NOW = new Date('2026-08-14T03:00:00Z')

describe('what is asked', () => {
  test('is what the documentation shows: amounts as text, times of Jakarta with their zone', () => {
    expect(subscriptionBody(ASKED)).toEqual({
      name: 'SUB-ABCDEFGHJKMNP',
      amount: '50000',
      currency: 'IDR',
      payment_type: 'credit_card',
      token: '48111111sHfgnZkPzxWBQvGtYrUl1114',
      schedule: {
        interval: 1,
        interval_unit: 'month',
        max_interval: 12,
        start_time: '2026-09-01 07:00:00 +0700',
      },
      retry_schedule: { interval: 1, interval_unit: 'day', max_interval: 3 },
      metadata: { member: '77' },
      customer_details: { first_name: 'Budi', email: 'budi@example.com' },
    })
    const gopay = subscriptionBody({
      ...ASKED,
      paymentType: 'gopay',
      accountId: 'account-1',
      maxInterval: null,
    })
    expect(gopay).toMatchObject({ payment_type: 'gopay', gopay: { account_id: 'account-1' } })
    expect(gopay.schedule).not.toHaveProperty('max_interval')
  })

  test('of a change is everything that Midtrans wants said each time', () => {
    expect(subscriptionChange({ ...ASKED, nextChargeAt: null })).toEqual({
      name: 'SUB-ABCDEFGHJKMNP',
      amount: '50000',
      currency: 'IDR',
      token: '48111111sHfgnZkPzxWBQvGtYrUl1114',
      schedule: { interval: 1 },
      retry_schedule: { interval: 1, interval_unit: 'day', max_interval: 3 },
    })
  })

  // biome-ignore format: a table is read in columns
  test.each([
    ['amount',              { amount: 0n }],
    ['amount',              { amount: 100_000_000_000n }],
    ['token',               { token: '' }],
    ['interval',            { interval: 0 }],
    ['interval',            { interval: 1.5 }],
    ['max_interval',        { maxInterval: -1 }],
    ['start_time',          { startTime: NOW }],
    ['retry_interval',      { retry: { interval: 0, unit: 'day', max: 1 } }],
    ['retry_max_interval',  { retry: { interval: 1, unit: 'day', max: 4 } }],
    ['metadata',            { metadata: { text: 'x'.repeat(1024) } }],
    ['customer_details.email', { customer: { email: 'x'.repeat(256) } }],
  ] as const)('%s that Midtrans would refuse is named', (field, change) => {
    expect(subscriptionProblems({ ...ASKED, ...change } as SubscriptionAsked, NOW)).toMatchObject([{ field }])
    expect(subscriptionProblems(ASKED, NOW)).toEqual([])
  })
})

describe('what Midtrans says', () => {
  test('in its answer: naive times are Jakarta’s (D19)', () => {
    expect(readSubscription(fixture('subscription.create.200.json'))).toEqual({
      id: '1ce92076-4ef0-556e-b7aa-087c6479e5e9',
      name: 'member-monthly-77',
      status: 'active',
      amount: 50_000n,
      token: '48111111sHfgnZkPzxWBQvGtYrUl1114',
      interval: 1,
      maxInterval: 12,
      cycle: 0,
      nextChargeAt: new Date('2025-09-01T00:00:00Z'),
      previousChargeAt: null,
      transactionIds: [],
    })
  })

  test('in either spelling, and nothing where it cannot be read', () => {
    const read = (more: object) => readSubscription({ id: 'one', ...more } as WireDocument)
    expect(read({ transaction_id: ['a', 'b', 7, ''] })).toMatchObject({ transactionIds: ['a', 'b'] })
    // Not told is not the same as none.
    expect(read({})).toMatchObject({ transactionIds: null, status: null, amount: null, cycle: null })
    expect(read({ status: 'ACTIVE', amount: '50000.00', schedule: { current_interval: '3' } })).toMatchObject(
      {
        status: 'active',
        amount: 50_000n,
        cycle: 3,
      },
    )
    expect(read({ status: 'sleeping', amount: '0.5', schedule: [] })).toMatchObject({
      status: null,
      amount: null,
    })
    for (const id of [undefined, 7, '', '..', 'a b', 'x'.repeat(300)])
      expect(readSubscription({ id } as WireDocument)).toBeUndefined()
  })

  // biome-ignore format: a table is read in columns
  test.each([
    ['notification.recurring.created.json',        'member-monthly-77'],
    ['notification.recurring.charge.success.json', 'member-monthly-77'],
    ['notification.recurring.charge.failure.json', 'member-monthly-77'],
  ])('%s names its subscription', (file, name) => {
    expect(subscriptionHint(fixture(file))).toEqual({ id: '1ce92076-4ef0-556e-b7aa-087c6479e5e9', name })
  })

  test('flat, as a payment, too; and rubbish names none', () => {
    expect(subscriptionHint({ subscription_id: 'one', order_id: 'x' })).toEqual({ id: 'one', name: null })
    for (const body of [
      {},
      { id: {} },
      { subscription: [] },
      { subscription: { id: 7, name: 'a b' } },
      { name: 'x'.repeat(41) },
    ])
      expect(subscriptionHint(body as WireDocument)).toEqual({ id: null, name: null })
    expect(isObject(fixture('notification.recurring.created.json'))).toBe(true)
  })
})
