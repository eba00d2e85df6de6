/**
 * What a statement says about money given back, against the refund rows that we have. A refund is a row, known by its key, else by its chargeback uuid; totals are sums of rows.
 * Midtrans's cumulative figure can be higher than the rows it lists: the difference is one `unlisted` row per attempt, recomputed each time, so that listing
 * what it covered gives nothing back a second time.
 */
import type { AttemptStatus } from './attempt-lifecycle.ts'
import { max, type Rupiah } from './money.ts'
import type { News, RefundFact } from './news.ts'
import type { AttemptState, RefundState } from './payment.ts'

export interface RefundConfirmation {
  readonly refundId: string
  /** What this adds to what was given back. */
  readonly amount: Rupiah
}

export interface RefundReading {
  readonly changed: readonly RefundState[]
  readonly newIds: ReadonlySet<string>
  /** Rows that are confirmed for the first time: one event each. */
  readonly confirmations: readonly RefundConfirmation[]
  /** Rows whose bank confirmation is new: known money, no event. */
  readonly bankConfirmed: readonly RefundState[]
  readonly total: Rupiah
  /** Some of it was not asked by us: a signature alone does not prove it. */
  readonly startedElsewhere: boolean
}

const NOTHING: RefundReading = {
  changed: [],
  newIds: new Set(),
  confirmations: [],
  bankConfirmed: [],
  total: 0n,
  startedElsewhere: false,
}

export function readRefunds(
  attempt: AttemptState,
  known: readonly RefundState[],
  news: News,
  told: AttemptStatus,
  taken: Rupiah,
  newId: () => string,
): RefundReading {
  if (news.refunds.length === 0 && news.refundTotal === null && told !== 'refunded')
    return { ...NOTHING, total: attempt.refundTotal }
  const rows = known.filter((row) => row.transactionId === attempt.transactionId)
  const unlisted = rows.find((row) => row.origin === 'unlisted')
  const changed: RefundState[] = []
  const newIds = new Set<string>()
  const bankConfirmed: RefundState[] = []
  const listed: RefundConfirmation[] = []
  let startedElsewhere = false
  let sum = 0n
  for (const row of rows) if (row.status === 'confirmed' && row.origin !== 'unlisted') sum += row.amount

  for (const fact of distinct(news.refunds)) {
    const row = rows.find((one) => one.origin !== 'unlisted' && isSame(one, fact))
    if (row?.status === 'confirmed') {
      const learnt = fillIn(row, fact)
      if (learnt.bankConfirmedAt !== null && row.bankConfirmedAt === null) {
        changed.push(learnt)
        bankConfirmed.push(learnt)
      }
      continue
    }
    const confirmed: RefundState = row
      ? { ...fillIn(row, fact), status: 'confirmed', amount: fact.amount }
      : {
          id: newId(),
          transactionId: attempt.transactionId,
          key: fact.key,
          chargebackUuid: fact.chargebackUuid,
          chargebackId: fact.chargebackId,
          amount: fact.amount,
          status: 'confirmed',
          origin: 'gateway',
          reason: fact.reason,
          bankConfirmedAt: fact.bankConfirmedAt,
        }
    if (!row) newIds.add(confirmed.id)
    startedElsewhere ||= !row
    changed.push(confirmed)
    listed.push({ refundId: confirmed.id, amount: fact.amount })
    sum += fact.amount
  }

  // Old news has a smaller total: the highest ever told counts. `refund` without a figure means the whole.
  const whole = told === 'refunded' ? (news.refundTotal ?? max(taken - attempt.chargedBackAmount, 0n)) : 0n
  const total = max(attempt.refundTotal, max(news.refundTotal ?? 0n, whole))
  const unlistedBefore = unlisted?.status === 'confirmed' ? unlisted.amount : 0n
  const unlistedAfter = max(0n, total - sum)
  if (unlistedAfter !== unlistedBefore) {
    const row: RefundState = unlisted
      ? { ...unlisted, amount: unlistedAfter }
      : {
          id: newId(),
          transactionId: attempt.transactionId,
          key: null,
          chargebackUuid: null,
          chargebackId: null,
          amount: unlistedAfter,
          status: 'confirmed',
          origin: 'unlisted',
          reason: null,
          bankConfirmedAt: null,
        }
    if (!unlisted) newIds.add(row.id)
    changed.push(row)
    if (unlistedAfter > unlistedBefore) {
      listed.push({ refundId: row.id, amount: unlistedAfter - unlistedBefore })
      startedElsewhere = true
    }
  }
  return {
    changed,
    newIds,
    confirmations: withoutCovered(listed, max(0n, unlistedBefore - unlistedAfter)),
    bankConfirmed,
    total,
    startedElsewhere,
  }
}

/** What went into the user's wallet instead: Midtrans knows nothing of it. */
export function givenToWallet(attempt: AttemptState, refunds: readonly RefundState[]): Rupiah {
  return sumOf(attempt, refunds, 'given')
}

function sumOf(
  attempt: AttemptState,
  refunds: readonly RefundState[],
  status: RefundState['status'],
): Rupiah {
  return refunds
    .filter((row) => row.transactionId === attempt.transactionId && row.status === status)
    .reduce((sum, row) => sum + row.amount, 0n)
}

/** What may still be given back of it: received, less what went back, into a wallet too, and what refunds under way have set aside. */
export function refundable(attempt: AttemptState, refunds: readonly RefundState[]): Rupiah {
  if (!attempt.paid) return 0n
  const apart = sumOf(attempt, refunds, 'reserved') + givenToWallet(attempt, refunds)
  return max(0n, attempt.capturedAmount - attempt.refundedAmount - attempt.chargedBackAmount - apart)
}

/** Listing what the unlisted row covered tells nobody anything new. */
function withoutCovered(listed: readonly RefundConfirmation[], covered: Rupiah): RefundConfirmation[] {
  const told: RefundConfirmation[] = []
  let left = covered
  for (const confirmation of listed) {
    if (confirmation.amount <= left) {
      left -= confirmation.amount
    } else {
      told.push({ ...confirmation, amount: confirmation.amount - left })
      left = 0n
    }
  }
  return told
}

function isSame(row: RefundState, fact: RefundFact): boolean {
  if (row.key !== null && fact.key !== null) return row.key === fact.key
  return row.chargebackUuid !== null && row.chargebackUuid === fact.chargebackUuid
}

function fillIn(row: RefundState, fact: RefundFact): RefundState {
  return {
    ...row,
    key: row.key ?? fact.key,
    chargebackUuid: row.chargebackUuid ?? fact.chargebackUuid,
    chargebackId: row.chargebackId ?? fact.chargebackId,
    reason: row.reason ?? fact.reason,
    bankConfirmedAt: row.bankConfirmedAt ?? fact.bankConfirmedAt,
  }
}

/** The same refund twice in one list is one refund. A row without any name cannot be told from another: only the total counts it. */
function distinct(facts: readonly RefundFact[]): RefundFact[] {
  const seen = new Set<string>()
  return facts.filter((fact) => {
    const name = fact.key ?? fact.chargebackUuid
    if (name === null || seen.has(name)) return false
    seen.add(name)
    return true
  })
}
