import { BayarError } from '../errors.ts'
import type { Caller } from './identify.ts'

/** Whose are listed: for a user their own. Another's, asked for by name, is refused: with the filter passed over, their own would be taken for the other's. */
export function whoseAreListed(caller: Caller, asked: string | undefined): string | undefined {
  return ownOr(caller, asked, 'A user lists their own: leave `user_id` out.')
}

/** Whose it is to be: for a user their own, as with lists. */
export function whoseIs(caller: Caller, asked: string | undefined): string | undefined {
  return ownOr(caller, asked, 'A user acts for themselves: leave `user_id` out.')
}

function ownOr(caller: Caller, asked: string | undefined, refusal: string): string | undefined {
  if (caller.kind === 'staff') return asked
  if (asked !== undefined && asked !== caller.userId) throw new BayarError('not_allowed', refusal)
  return caller.userId
}
