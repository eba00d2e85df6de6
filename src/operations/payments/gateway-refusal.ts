import { BayarError } from '../../errors.ts'
import type { Answer } from '../../gateway/port.ts'

/** Midtrans said no. Its own code and words go to the caller: they are about the caller's request. */
export function refused(answer: Answer, orderId: string): BayarError {
  return refusedBecause(answer, { order_id: orderId })
}

export function refusedBecause(answer: Answer, about: Readonly<Record<string, string>>): BayarError {
  const code = answer.code === '401' ? 'gateway_denied_keys' : 'gateway_rejected'
  return new BayarError(code, `${answer.message}${answer.code === null ? '' : ` (${answer.code})`}`, {
    details: {
      ...about,
      gateway_code: answer.code,
      gateway_message: answer.message,
      ...(answer.validationMessages.length > 0 ? { validation_messages: answer.validationMessages } : {}),
    },
  })
}
