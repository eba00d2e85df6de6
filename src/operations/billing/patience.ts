/**
 * When Midtrans is ill, billing waits. A charge without an answer leaves an intent that somebody must ask about; a hundred thousand of them would be asked about for days, and be a hundred thousand customers
 * whose payment says that nobody knows. So after a few in a row no more are begun, for longer each time, and then one at a time until Midtrans answers. What was not begun stays on its list.
 *
 * Each merchant for itself, because another's keys may be the ones that are wrong; after "too many requests" (429) all, together with everything else that asks Midtrans.
 */
import { secondsAfter } from '../../domain/clock.ts'
import { type BayarError, isBayarError } from '../../errors.ts'
import { REFUSED_FOR_US } from '../../gateway/answer-codes.ts'
import type { Context } from '../context.ts'
import { isTooMany, paymentChecks } from '../payments/check-due-payments.ts'

/** In a row: as many as are under way at once may fall into the same moment. */
const MISSED_MAX = 5
const WAIT_SECONDS = [300, 600, 1200, 2400] as const
const WAIT_SECONDS_LAST = 3600

export interface Patience {
  /** Until then nothing is begun for this merchant; null, it may be. */
  waitsUntil(merchant: string): Date | null
  /** The wait is over, and Midtrans has not answered since: only one is begun. */
  isDoubtful(merchant: string): boolean
  /** Those that wait now. */
  waiting(): readonly string[]
  /** Midtrans answered, whatever it said. */
  heard(merchant: string): void
  missed(merchant: string, error: BayarError): void
}

interface Missed {
  inARow: number
  waits: number
  until: Date
}

const PATIENCE = new WeakMap<Context, Patience>()

/** One for each instance: what one task has learnt the others need not learn again. */
export function patienceOf(context: Context): Patience {
  const patience = PATIENCE.get(context) ?? createPatience(context)
  PATIENCE.set(context, patience)
  return patience
}

/** No answer, or one that says that nobody of this merchant's will fare better. */
export function isIll(error: unknown): boolean {
  if (!isBayarError(error)) return false
  return ILL.has(error.code) || REFUSED_FOR_US.has(String(error.details.gateway_code))
}

const ILL: ReadonlySet<string> = new Set(['gateway_unavailable', 'gateway_unknown', 'gateway_denied_keys'])

function createPatience(context: Context): Patience {
  const { clock } = context
  const checks = paymentChecks(context)
  const known = new Map<string, Missed>()
  const ownWait = (merchant: string) => {
    const until = known.get(merchant)?.until
    return until !== undefined && clock.now() < until ? until : null
  }
  return {
    waitsUntil: (merchant) => checks.pausedUntil() ?? ownWait(merchant),
    isDoubtful: (merchant) => (known.get(merchant)?.inARow ?? 0) >= MISSED_MAX,
    waiting: () => [...known.keys()].filter((merchant) => ownWait(merchant) !== null),
    heard: (merchant) => void known.delete(merchant),
    missed(merchant, error) {
      if (isTooMany(error)) {
        checks.pause()
        return
      }
      if (!isIll(error)) return
      const { inARow, waits, until } = known.get(merchant) ?? { inARow: 0, waits: 0, until: clock.now() }
      // What was under way when the wait began says nothing new.
      if (clock.now() < until) return
      const isEnough = inARow + 1 >= MISSED_MAX
      known.set(merchant, {
        inARow: inARow + 1,
        waits: isEnough ? waits + 1 : waits,
        until: isEnough ? secondsAfter(clock.now(), WAIT_SECONDS[waits] ?? WAIT_SECONDS_LAST) : until,
      })
    },
  }
}
