import { expect, it } from 'vitest'
import { chargeRequest, refundRequest } from './contract.ts'
import { problemsIn } from './refused-fields.ts'

const reasonsOf = (schema: typeof chargeRequest | typeof refundRequest, body: object) => {
  const { error } = schema.safeParse(body)
  return Object.fromEntries(
    problemsIn('json', error?.issues ?? []).map(({ field, reason }) => [
      field,
      /did you mean (.*)\?/.exec(reason)?.[1],
    ]),
  )
}

it('shows the field that was meant, of this very request', () => {
  const body = { items: [], customer: {}, grossAmount: 1, payment_typ: 'x', xyzzy: 1, constructor: 1 }
  expect(
    reasonsOf(chargeRequest, { ...body, item_details: [{ name: 'a', price: 1, qty: 1 }] }),
  ).toMatchObject({
    items: 'item_details',
    customer: 'customer_details',
    grossAmount: 'gross_amount',
    payment_typ: 'payment_type',
    xyzzy: undefined,
    constructor: undefined,
    'item_details[0].qty': 'quantity',
  })
  expect(reasonsOf(refundRequest, { gross_amount: 1, items: [], ['amount'.repeat(20)]: 1 })).toEqual({
    gross_amount: 'amount',
    items: undefined,
    ['amount'.repeat(20)]: undefined,
  })
})
