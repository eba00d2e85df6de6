import { expect, test } from 'vitest'
import { METHOD_FIELD_NAMES, wireName } from '../gateway/charge-fields.ts'
import { OF_ONE_CHARGE } from '../operations/billing/subscribe-input.ts'
import { methodChange } from './billing-contract.ts'
import { methodFields } from './contract.ts'

const ONCE = new Set([...OF_ONE_CHARGE].map(wireName))

test('HTTP takes every field of every payment method, and no other', () => {
  expect(Object.keys(methodFields).sort()).toEqual(METHOD_FIELD_NAMES.map(wireName).sort())
})

test('a subscription takes what comes again with each charge, and nothing that is of one alone', () => {
  const again = Object.keys(methodFields).filter((name) => !ONCE.has(name))
  const taken = Object.keys(methodChange.shape).filter((name) => name !== 'payment_type' && name !== 'token')
  expect(taken.sort()).toEqual(again.sort())
})
