import { BayarError } from '../../errors.ts'
import { type PayAccountTold, readPayAccount } from '../../gateway/pay-account.ts'
import type { Answer } from '../../gateway/port.ts'
import { readDocument } from '../../gateway/read-document.ts'
import { refusedBecause } from '../payments/gateway-refusal.ts'

/** What Midtrans said about an account; everything else is an error in its own words. */
export function clearAnswer(answer: Answer, about: Readonly<Record<string, string>>): PayAccountTold {
  if (answer.class === 'absent') throw new BayarError('pay_account_not_found')
  if (answer.class === 'rejected') throw refusedBecause(answer, about)
  const document = answer.class === 'done' && answer.document ? readDocument(answer.document) : undefined
  const told = document && readPayAccount(document)
  if (!told)
    throw new BayarError('pay_account_unclear', answer.message, { details: { gateway_code: answer.code } })
  return told
}
