import { expect, test } from 'vitest'
import type { Answer } from '../../gateway/port.ts'
import { refused } from './gateway-refusal.ts'

const ANSWER: Answer = {
  class: 'rejected',
  code: '400',
  httpStatus: 400,
  message: 'One or more parameters in the payload is invalid.',
  validationMessages: ['a is wrong', 'b is wrong', 'c is wrong', 'd is wrong'],
  document: null,
}

test('a refusal says its first reasons, and has all of them in its details', () => {
  const { message, details } = refused(ANSWER, 'ORDER-1')
  expect(message).toContain('payload is invalid. a is wrong; b is wrong; c is wrong (400)')
  expect(message).not.toContain('d is wrong')
  expect(details.validation_messages).toHaveLength(4)
})

test('what Midtrans says once is not said twice', () => {
  const { message } = refused(
    { ...ANSWER, message: 'a is wrong', validationMessages: ['a is wrong'] },
    'ORDER-1',
  )
  expect(message.match(/a is wrong/g)).toHaveLength(1)
})
