import { BayarError } from '../errors.ts'
import type { Caller } from './identify.ts'

/** Whose are listed: for a user their own. Another's, asked for by name, is refused: with the filter passed over, their own would be taken for the other's. */
export function whoseAreListed(caller: Caller, asked: string | undefined): string | undefined {
  if (caller.kind === 'staff') return asked
  if (asked !== undefined && asked !== caller.userId)
    throw new BayarError('not_allowed', 'A user lists their own: leave `user_id` out.')
  return caller.userId
}
