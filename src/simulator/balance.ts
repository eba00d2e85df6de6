import { refundedOf, type Transaction } from './transaction.ts'
import type { V1Asked } from './v1/asked.ts'
import { type Answer, refuseFields } from './v1/refusals.ts'
import type { World } from './world.ts'

/**
 * Balance mutation (docs/midtrans/protocol.md §15). Settled money is effective, a captured card's is pending until it settles, and nothing is ever withdrawn: fees and payouts are the merchant's
 * contract, not the protocol.
 */
const PARAMETERS = ['currency', 'start_time', 'end_time'] as const

export function balanceMutation(world: World, { request }: V1Asked): Answer {
  const query = new URL(request.url).searchParams
  const missing = PARAMETERS.filter((name) => !query.get(name)).map((name) => `${name} must not be empty`)
  const startMs = readInstant(query.get('start_time'))
  const endMs = readInstant(query.get('end_time'))
  const problems = [
    ...missing,
    ...(missing.length === 0 && query.get('currency') !== 'IDR' ? ['currency must be IDR'] : []),
    ...(query.get('start_time') && startMs === undefined ? ['start_time must be in ISO 8601 format'] : []),
    ...(query.get('end_time') && endMs === undefined ? ['end_time must be in ISO 8601 format'] : []),
    ...(startMs !== undefined && endMs !== undefined && endMs < startMs
      ? ['end_time must not be before start_time']
      : []),
  ]
  if (problems.length > 0 || startMs === undefined || endMs === undefined)
    return refuseFields('balance', problems)
  const balances = balancesBetween(world.ledger.newest(), startMs, endMs)
  return {
    http: 200,
    body: {
      currency: 'IDR',
      start_time: query.get('start_time'),
      end_time: query.get('end_time'),
      ...balances,
      wallets: [{ source: 'payin', ...balances }],
    },
  }
}

function balancesBetween(transactions: Iterable<Transaction>, startMs: number, endMs: number) {
  const opening = { effective: 0, pending: 0 }
  const closing = { effective: 0, pending: 0 }
  for (const transaction of transactions) {
    add(opening, transaction, startMs)
    add(closing, transaction, endMs)
  }
  return {
    opening_balance_effective: opening.effective,
    closing_balance_effective: closing.effective,
    opening_balance_pending: opening.pending,
    closing_balance_pending: closing.pending,
    opening_balance_overall: opening.effective + opening.pending,
    closing_balance_overall: closing.effective + closing.pending,
  }
}

const TAKEN_BACK = new Set(['deny', 'cancel', 'chargeback', 'partial_chargeback'])

/** What this transaction had brought by then. */
function add(balance: { effective: number; pending: number }, one: Transaction, byMs: number): void {
  const { settledMs, changedMs } = one
  if (settledMs > 0 && settledMs <= byMs) {
    if (TAKEN_BACK.has(one.status) && changedMs <= byMs) return
    balance.effective += one.amount - refundedOf((one.refunds ?? []).filter(({ atMs }) => atMs <= byMs))
    return
  }
  if (one.status === 'capture' && one.fraud !== 'challenge' && changedMs <= byMs)
    balance.pending += one.amount
}

const ISO = /^\d{4}-\d\d-\d\dT\d\d:\d\d(:\d\d(\.\d+)?)?(Z|[+-]\d\d:?\d\d)$/

function readInstant(text: string | null): number | undefined {
  if (text === null || !ISO.test(text)) return undefined
  const ms = Date.parse(text)
  return Number.isNaN(ms) ? undefined : ms
}
