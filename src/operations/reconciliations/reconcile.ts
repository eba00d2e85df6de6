/**
 * The payments of a period held against Midtrans, page by page: memory is flat however many there are, and a run that was killed goes on behind its last page.
 *
 *   payments   each is compared; its open reviews and its commands without an answer are told beside it
 *   orders     signed notices of orders that are not here, for a person to adopt
 *   balance    what the account received, against what the books have
 *
 * Without `fix` nothing is written at all, so that a copy of the database will do.
 */
import { setTimeout as pauseFor } from 'node:timers/promises'
import { parseRupiah, toNumber } from '../../domain/money.ts'
import type { PaymentState } from '../../domain/payment.ts'
import { invalidRequest, type Problem } from '../../errors.ts'
import { findIntent } from '../../store/intents.ts'
import { readPayments } from '../../store/read-payments.ts'
import {
  countPaymentsOfPeriod,
  listForeignOrders,
  listOpenReviewsOf,
  listPaymentsOfPeriod,
  listUnclearIntentsOf,
  type Period,
  type PeriodPayment,
} from '../../store/reconciliations.ts'
import type { Context } from '../context.ts'
import { checkIntent } from '../payments/check-intents.ts'
import { compareBalance } from './compare-balance.ts'
import { answeredBy, comparePayment } from './compare-payment.ts'
import { type Difference, type Found, found } from './difference.ts'
import { createPace, type Pace, type Pause } from './pace.ts'
import { type Position, readPosition, writePosition } from './position.ts'

export interface ReconcileProgress {
  /** Give it as `after`, and another run goes on behind it. */
  readonly position: string
  /** Payments compared, and how many the period has. */
  readonly compared: number
  readonly total: number
  /** There is nothing behind it. */
  readonly isDone: boolean
}

export interface ReconcileOptions {
  /** Payments created from this instant on. */
  readonly from: Date
  /** And before this one. */
  readonly to: Date
  /** One account; all of them unless said. */
  readonly merchant?: string
  /** Let what Midtrans says happen, as if a notice of it had come. Otherwise nothing is written. */
  readonly fix?: boolean
  /** The `position` of an earlier run: goes on behind it. */
  readonly after?: string
  /** End after so many pages of a hundred; `onProgress` tells where to go on. */
  readonly pages?: number
  /** After each page, when all its differences were handed over. */
  readonly onProgress?: (progress: ReconcileProgress) => void | Promise<void>
  /** How "too many requests" is waited out; a timer unless given. */
  readonly pause?: Pause
}

const PAGE = 100
const AT_ONCE = 8

export async function* reconcile(context: Context, options: ReconcileOptions): AsyncGenerator<Difference> {
  const period = checkPeriod(context, options)
  if (options.fix) context.handlers.assertComplete()
  const pace = createPace(options.pause ?? (async (seconds) => void (await pauseFor(seconds * 1000))))
  const fix = options.fix === true
  let left = options.pages ?? Number.POSITIVE_INFINITY
  let position: Position = options.after ? readPosition(options.after) : { phase: 'payments', explained: {} }
  const explained = new Map(
    Object.entries(position.explained).map(([name, amount]) => [name, BigInt(amount)]),
  )
  const start = position.phase === 'payments' && position.id !== undefined ? position : null
  const { total, passed } = await countPaymentsOfPeriod(context.database, period, start)
  let compared = position.phase === 'payments' ? passed : total

  function* tell(rows: readonly Found[]): Generator<Difference> {
    for (const { difference, money } of rows) {
      const { merchant } = difference
      // Money that went back is in none of the two sums.
      if (money > 0n) explained.set(merchant, (explained.get(merchant) ?? 0n) + money)
      yield difference
    }
  }
  async function reach(next: DistributiveOmit<Position, 'explained'>): Promise<void> {
    const sums = Object.fromEntries([...explained].map(([name, amount]) => [name, amount.toString()]))
    position = { ...next, explained: sums } as Position
    left--
    const isDone = next.phase === 'end'
    await options.onProgress?.({ position: writePosition(position), compared, total, isDone })
  }

  while (position.phase === 'payments' && left > 0) {
    const page = await listPaymentsOfPeriod(context.database, period, {
      after: position.id === undefined ? null : position,
      limit: PAGE,
    })
    yield* tell(await comparePage(context, page, { pace, fix }))
    compared += page.length
    const last = page.at(-1)
    if (last === undefined || page.length < PAGE) await reach({ phase: 'orders' })
    else await reach({ phase: 'payments', createdAt: last.created_at, id: last.id })
  }

  while (position.phase === 'orders' && left > 0) {
    const page = await listForeignOrders(context.database, period, {
      after: position.orderId === undefined ? null : position,
      limit: PAGE,
    })
    yield* tell(page.map(foreignOrder))
    const last = page.at(-1)
    if (last === undefined || page.length < PAGE) await reach({ phase: 'balance' })
    else await reach({ phase: 'orders', merchant: last.merchant, orderId: last.order_id })
  }

  if (position.phase === 'balance' && left > 0) {
    for (const merchant of period.merchants) {
      const row = await compareBalance(context, merchant, period, {
        pace,
        explained: explained.get(merchant) ?? 0n,
      })
      if (row) yield row.difference
    }
    await reach({ phase: 'end' })
  }
}

type DistributiveOmit<T, K extends PropertyKey> = T extends unknown ? Omit<T, K> : never

/** Of an account whose keys are gone nobody can be asked. */
export function merchantsWithKeys({ rules }: Context): string[] {
  return rules.merchants.filter(({ serverKeys }) => serverKeys.length > 0).map(({ name }) => name)
}

/** Throws every mistake at once. */
export function checkPeriod(context: Context, { from, to, merchant }: ReconcileOptions): Period {
  const names = merchantsWithKeys(context)
  const isDate = (value: unknown) => value instanceof Date && !Number.isNaN(value.getTime())
  const problems: Problem[] = []
  if (!isDate(from)) problems.push({ field: 'from', reason: 'must be a date' })
  if (!isDate(to)) problems.push({ field: 'to', reason: 'must be a date' })
  if (problems.length === 0 && to <= from) problems.push({ field: 'to', reason: 'must be after from' })
  if (merchant !== undefined && !names.includes(merchant))
    problems.push({ field: 'merchant', reason: `must be one of ${names.join(', ')}` })
  if (problems.length > 0) throw invalidRequest(problems)
  return { from, to, merchants: merchant === undefined ? names : [merchant] }
}

/** Each payment of a page, its commands without an answer and its open reviews, in the page's order. */
export async function comparePage(
  context: Context,
  page: readonly PeriodPayment[],
  how: { readonly pace: Pace; readonly fix: boolean },
): Promise<Found[]> {
  if (page.length === 0) return []
  const unclear = await unclearOf(context, page, how.fix)
  const { found: states } = await readPayments(
    context.database,
    page.map(({ merchant, order_id }) => ({
      merchant,
      orderId: order_id,
      fingerprint: null,
      notificationId: null,
    })),
  )
  // In the order of the page, whoever is answered first.
  const rows: Found[][] = page.map(() => [])
  const waiting = states.flatMap((one, index) => (one ? [{ payment: one.payment, index }] : []))
  const work = async () => {
    for (let one = waiting.shift(); one !== undefined; one = waiting.shift())
      rows[one.index] = await comparePayment(context, one.payment as PaymentState, how)
  }
  await Promise.all(Array.from({ length: Math.min(AT_ONCE, waiting.length) }, work))
  const reviews = await reviewsOf(context, page)
  return page.flatMap(({ id }, index) => [
    ...rows[index]!,
    ...(unclear.get(id) ?? []),
    ...(reviews.get(id) ?? []),
  ])
}

async function unclearOf(
  context: Context,
  page: readonly PeriodPayment[],
  fix: boolean,
): Promise<Map<string, Found[]>> {
  const rows = await listUnclearIntentsOf(
    context.database,
    page.map(({ id }) => id),
    answeredBy(context),
  )
  const byId = new Map(page.map((payment) => [payment.id, payment]))
  const told = new Map<string, Found[]>()
  for (const row of rows) {
    const payment = byId.get(row.payment_id)!
    let after: string | null = null
    if (fix) {
      const intent = await findIntent(context.database, row.id)
      if (intent) await checkIntent(context, intent)
      after = (await findIntent(context.database, row.id))?.state ?? null
    }
    const list = told.get(row.payment_id) ?? []
    list.push(
      found({
        ...namesOf(payment),
        kind: 'outcome_unknown',
        transactionId: row.transaction_id,
        here: standing(payment),
        after: after === null ? null : { ...standing(payment), status: `${row.command} ${after}` },
        isFixed: after !== null && after !== 'sent' && after !== 'prepared',
        note: `${row.command} of ${row.created_at.toISOString()}`,
      }),
    )
    told.set(row.payment_id, list)
  }
  return told
}

async function reviewsOf(context: Context, page: readonly PeriodPayment[]): Promise<Map<string, Found[]>> {
  const byId = new Map(page.map((payment) => [payment.id, payment]))
  const rows = await listOpenReviewsOf(context.database, [...byId.keys()])
  const told = new Map<string, Found[]>()
  for (const review of rows) {
    const payment = byId.get(review.payment_id)!
    const list = told.get(review.payment_id) ?? []
    list.push(
      found({
        ...namesOf(payment),
        kind: 'open_review',
        transactionId: review.transaction_id || null,
        here: standing(payment),
        note: `${review.reason}: ${review.note}`,
      }),
    )
    told.set(review.payment_id, list)
  }
  return told
}

function namesOf({ id, merchant, order_id: orderId }: PeriodPayment) {
  return { merchant, orderId, paymentId: id }
}

function standing({ status, gross_amount }: PeriodPayment) {
  return { status, amount: toNumber(gross_amount), givenBack: 0 }
}

const PAID_WORDS = new Set(['settlement', 'capture'])

function foreignOrder(row: Awaited<ReturnType<typeof listForeignOrders>>[number]): Found {
  const amount = parseRupiah(row.gross_amount) ?? null
  const isPaid = row.transaction_status !== null && PAID_WORDS.has(row.transaction_status)
  return found(
    {
      kind: 'foreign_notice',
      merchant: row.merchant,
      orderId: row.order_id,
      transactionId: row.transaction_id,
      there: {
        status: row.transaction_status,
        amount: amount === null ? null : toNumber(amount),
        givenBack: 0,
      },
      note: `${row.notices} ${row.notices === 1 ? 'notice' : 'notices'}; if it is yours: bayar payments adopt.`,
    },
    isPaid ? (amount ?? 0n) : 0n,
  )
}
