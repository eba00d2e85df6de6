import { expect, test } from 'vitest'
import { METHOD_FIELD_NAMES, wireName } from '../gateway/charge-fields.ts'
import { methodFields } from './contract.ts'

test('HTTP takes every field of every payment method, and no other', () => {
  expect(Object.keys(methodFields).sort()).toEqual(METHOD_FIELD_NAMES.map(wireName).sort())
})
