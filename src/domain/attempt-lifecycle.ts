/**
 * The life of one attempt (one Midtrans transaction), as one table: what the news may say, from which statuses that moves the attempt, and
 * the event of the move. Nothing else in bayar compares two statuses. Sources: docs/midtrans/lifecycle.md §2, and §3 for what may be skipped
 * because news is lost or late.
 *
 * The table is acyclic (a test proves it), because whether news is *stale* or a *conflict* is computed from it: news that tells a status from
 * which the present one can be reached is old; news that neither moves nor is old contradicts what we know.
 *
 * Rows are explicit moves, never their closure: `expired → settled` is here (money at the edge), `cancelled → settled` is not.
 */
export type AttemptStatus =
  | 'pending'
  | 'challenged'
  | 'authorized'
  | 'captured'
  | 'settled'
  | 'partially_refunded'
  | 'refunded'
  | 'partially_charged_back'
  | 'charged_back'
  | 'denied'
  | 'cancelled'
  | 'expired'
  | 'failed'
  | 'reversed'

/** `none`: no news has named the transaction yet. */
export type From = AttemptStatus | 'none'

export type AttemptEvent =
  | 'payment.received'
  | 'payment.challenged'
  | 'payment.authorized'
  | 'payment.settled'
  | 'payment.denied'
  | 'payment.cancelled'
  | 'payment.expired'
  | 'payment.failed'
  | 'payment.reversed'
  | 'payment.refunded'
  | 'payment.charged_back'

export interface Move {
  /** What Midtrans says, as a verb. */
  readonly signal: string
  readonly from: readonly From[]
  readonly emits: AttemptEvent
}

const UNPAID = ['none', 'pending', 'challenged', 'authorized'] as const
const UNPAID_OR_EXPIRED = [...UNPAID, 'expired'] as const
const TAKEN = ['captured', 'settled'] as const

// biome-ignore format: a table is read in columns
export const ATTEMPT_LIFECYCLE: Readonly<Record<AttemptStatus, Move>> = {
  pending:                { signal: 'pend',               from: ['none'],                                        emits: 'payment.received' },
  authorized:             { signal: 'authorize',          from: ['none', 'pending'],                             emits: 'payment.authorized' },
  challenged:             { signal: 'challenge',          from: ['none', 'pending', 'authorized'],               emits: 'payment.challenged' },
  captured:               { signal: 'capture',            from: UNPAID_OR_EXPIRED,                               emits: 'payment.settled' },
  settled:                { signal: 'settle',             from: [...UNPAID_OR_EXPIRED, 'captured'],              emits: 'payment.settled' },

  denied:                 { signal: 'deny',               from: UNPAID,                                          emits: 'payment.denied' },
  expired:                { signal: 'expire',             from: UNPAID,                                          emits: 'payment.expired' },
  failed:                 { signal: 'fail',               from: UNPAID,                                          emits: 'payment.failed' },
  // From captured it is a void: the money goes back before it was settled.
  cancelled:              { signal: 'cancel',             from: [...UNPAID, 'captured'],                         emits: 'payment.cancelled' },
  // settlement → deny within minutes: Permata VA, Mandiri bill, Indomaret (defect D36).
  reversed:               { signal: 'reverse',            from: [...UNPAID, ...TAKEN],                           emits: 'payment.reversed' },

  partially_refunded:     { signal: 'refund_partly',      from: [...UNPAID_OR_EXPIRED, ...TAKEN],                emits: 'payment.refunded' },
  refunded:               { signal: 'refund',             from: [...UNPAID_OR_EXPIRED, ...TAKEN, 'partially_refunded'], emits: 'payment.refunded' },
  partially_charged_back: { signal: 'charge_back_partly', from: [...UNPAID_OR_EXPIRED, ...TAKEN, 'partially_refunded'], emits: 'payment.charged_back' },
  charged_back:           { signal: 'charge_back',        from: [...UNPAID_OR_EXPIRED, ...TAKEN, 'partially_refunded', 'partially_charged_back'], emits: 'payment.charged_back' },
}

export const ATTEMPT_STATUSES = Object.keys(ATTEMPT_LIFECYCLE) as readonly AttemptStatus[]

/** Money is held, at least in part. */
const HOLDING: ReadonlySet<From> = new Set([
  'captured',
  'settled',
  'partially_refunded',
  'partially_charged_back',
])
const GIVEN_BACK: ReadonlySet<From> = new Set(['refunded', 'charged_back'])
const ENDED_WITHOUT_MONEY: ReadonlySet<From> = new Set([
  'denied',
  'cancelled',
  'expired',
  'failed',
  'reversed',
])

export function holdsMoney(status: From): boolean {
  return HOLDING.has(status)
}

/** News of this status says that money was taken, now or before. */
export function tellsOfMoney(told: AttemptStatus): boolean {
  return HOLDING.has(told) || GIVEN_BACK.has(told)
}

/** News of this status says that money went back by a refund or a dispute: it implies that it was taken first. */
export function tellsOfMoneyBack(told: AttemptStatus): boolean {
  return GIVEN_BACK.has(told) || told === 'partially_refunded' || told === 'partially_charged_back'
}

export function endedWithoutMoney(status: From): boolean {
  return ENDED_WITHOUT_MONEY.has(status)
}

export type Judgement = 'unchanged' | 'move' | 'stale' | 'conflict'

export function judge(current: From, told: AttemptStatus): Judgement {
  if (current === told) return 'unchanged'
  if (ATTEMPT_LIFECYCLE[told].from.includes(current)) return 'move'
  // Our own deny call answers `deny`, the notice of the same ending says `cancel`: no contradiction, no money.
  if (endedWithoutMoney(current) && endedWithoutMoney(told)) return 'stale'
  return canFollow(told, current) ? 'stale' : 'conflict'
}

/** Whether an attempt that was once `earlier` can be `later` now. Computed once from the table. */
function canFollow(earlier: AttemptStatus, later: From): boolean {
  return REACHABLE.get(earlier)!.has(later)
}

const REACHABLE: ReadonlyMap<AttemptStatus, ReadonlySet<From>> = new Map(
  ATTEMPT_STATUSES.map((start) => [start, reachableFrom(start)]),
)

function reachableFrom(start: AttemptStatus): Set<From> {
  const reached = new Set<From>()
  const frontier: AttemptStatus[] = [start]
  for (let status = frontier.pop(); status !== undefined; status = frontier.pop()) {
    for (const next of ATTEMPT_STATUSES) {
      if (!reached.has(next) && ATTEMPT_LIFECYCLE[next].from.includes(status)) {
        reached.add(next)
        frontier.push(next)
      }
    }
  }
  return reached
}
