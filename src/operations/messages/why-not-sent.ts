/** Why a try failed, in words that may be kept and shown. Mail servers repeat the customer's address in their refusals, so of those only the codes are taken. */
import { isBayarError } from '../../errors.ts'
import { reasonOf } from '../log.ts'

export interface NotSent {
  readonly says: string
  /** Another try would be refused as well: the address is none, or takes no mail. */
  readonly isFinal: boolean
}

/** Nodemailer's names for what a server refused of the mail itself; that it refuses our password is ours to mend. */
const REFUSED: ReadonlySet<unknown> = new Set(['EENVELOPE', 'EMESSAGE'])

export function whyNotSent(error: unknown): NotSent {
  const { code, responseCode } = Object(error) as { code?: unknown; responseCode?: unknown }
  if (isBayarError(error)) return { says: `${error.code}: ${error.message}`.slice(0, 500), isFinal: false }
  if (typeof code === 'string' && typeof responseCode === 'number')
    return {
      says: `The mail server answered ${responseCode} (${code}).`,
      isFinal: REFUSED.has(code) && responseCode >= 500,
    }
  return { says: reasonOf(error), isFinal: false }
}
