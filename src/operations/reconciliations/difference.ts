/** One row of the report: in what our books and Midtrans differ, and with `fix` what became of it. */
import type { DifferenceKind, Standing } from '../../domain/differences.ts'
import { type Rupiah, toNumber } from '../../domain/money.ts'

export interface ShownStanding {
  readonly status: string | null
  readonly amount: number | null
  /** Refunded or charged back. */
  readonly givenBack: number
}

export interface Difference {
  readonly kind: DifferenceKind
  readonly merchant: string
  readonly orderId: string | null
  readonly paymentId: string | null
  readonly transactionId: string | null
  /** In our books; null: not there. */
  readonly here: ShownStanding | null
  /** With Midtrans; null: not there. */
  readonly there: ShownStanding | null
  /** After the repair; null without one. */
  readonly after: ShownStanding | null
  /** The repair made both agree. */
  readonly isFixed: boolean
  readonly note: string | null
}

export function show(standing: Standing | null): ShownStanding | null {
  return (
    standing && {
      status: standing.status,
      amount: standing.amount === null ? null : toNumber(standing.amount),
      givenBack: toNumber(standing.givenBack),
    }
  )
}

/** A row, and how much of Midtrans's balance it explains. */
export interface Found {
  readonly difference: Difference
  readonly money: Rupiah
}

type Told = Pick<Difference, 'kind' | 'merchant'> & Partial<Difference>

export function found(told: Told, money: Rupiah = 0n): Found {
  const nothing = {
    orderId: null,
    paymentId: null,
    transactionId: null,
    here: null,
    there: null,
    after: null,
    isFixed: false,
    note: null,
  }
  return { difference: { ...nothing, ...told }, money }
}
