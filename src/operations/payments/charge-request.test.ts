import { expect, test } from 'vitest'
import type { ChargeAsked } from '../../domain/payment.ts'
import { asText, readAsked } from './charge-request.ts'

test('what was written down is what is sent once more', () => {
  const asked: ChargeAsked = {
    orderId: 'ORDER-1',
    grossAmount: 9_007_199_254_740_991n,
    paymentType: 'cstore',
    store: 'alfamart',
    alfamartFreeTexts: ['satu', 'dua'],
    customer: { firstName: 'Siti', billingAddress: { city: 'Bandung' } },
    items: [
      { name: 'Kopi', price: 9_007_199_254_750_991n, quantity: 1 },
      { name: 'Diskon', price: -10_000n, quantity: 1 },
    ],
    customFields: ['a'],
    metadata: { amount: '7', nested: [1, null] },
    expirySeconds: 90,
    notificationUrl: null,
  }
  expect(readAsked(JSON.parse(JSON.stringify(asText(asked))))).toEqual(asked)
})

test('equal requests are equal text, in whatever order they were put together', () => {
  expect(JSON.stringify(asText({ b: 1n, a: [{ d: 1, c: 2n }] }))).toBe(
    JSON.stringify(asText({ a: [{ c: 2n, d: 1 }], b: 1n })),
  )
})
