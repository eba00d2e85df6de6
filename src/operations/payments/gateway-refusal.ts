import { BayarError } from '../../errors.ts'
import type { Answer } from '../../gateway/port.ts'

/** As many as a person reads at once; all of them are in the details. */
const REASONS_SHOWN = 3

/** Midtrans said no. Its own code and words go to the caller: they are about the caller's request. */
export function refused(answer: Answer, orderId: string): BayarError {
  return refusedBecause(answer, { order_id: orderId })
}

export function refusedBecause(answer: Answer, about: Readonly<Record<string, string>>): BayarError {
  const code = answer.code === '401' ? 'gateway_denied_keys' : 'gateway_rejected'
  // Its sentence often names no reason ("One or more parameters in the payload is invalid."): the reasons do.
  const reasons = answer.validationMessages.slice(0, REASONS_SHOWN).filter((text) => text !== answer.message)
  const told = [answer.message, reasons.join('; ')].filter(Boolean).join(' ')
  return new BayarError(code, `${told}${answer.code === null ? '' : ` (${answer.code})`}`, {
    details: {
      ...about,
      gateway_code: answer.code,
      gateway_message: answer.message,
      ...(answer.validationMessages.length > 0 ? { validation_messages: answer.validationMessages } : {}),
    },
  })
}
