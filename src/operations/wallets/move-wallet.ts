/**
 * Money in and out of a wallet, in the transaction of its cause and under the wallet's lock. A cause moves a wallet once: told again, it is found. Wallets are locked after payments, refunds, obligations and
 * subscriptions, and before invoices.
 */
import { type Rupiah, toNumber } from '../../domain/money.ts'
import { uuidv7 } from '../../domain/uuid.ts'
import { credit, debit, type Movement, takeBack, type WalletCauseKind } from '../../domain/wallet.ts'
import { assert, BayarError } from '../../errors.ts'
import type { Transaction } from '../../store/database.ts'
import {
  findEntryOfCause,
  lockWallet,
  openWallet,
  type WalletEntryRow,
  type WalletRow,
  writeEntries,
} from '../../store/wallets.ts'
import type { NewEvent } from '../../store/write-events.ts'
import type { Context } from '../context.ts'
import { tell } from '../events/tell.ts'

export interface WalletMove {
  readonly merchant: string
  readonly userId: string
  readonly amount: Rupiah
  /** What it is for: under one cause a wallet moves once. */
  readonly cause: { readonly kind: WalletCauseKind; readonly id: string }
  readonly note?: string | null
  /** Who asked for it; bayar itself unless said. */
  readonly by?: string
  /** The payment that brought or took the money. */
  readonly paymentId?: string | null
  readonly notificationId?: string | null
}

export interface Moved {
  readonly wallet: WalletRow
  readonly entry: WalletEntryRow
  /** False when the cause had moved it before. */
  readonly created: boolean
}

const ITSELF = 'bayar'

/** The wallet is made if it is the first. A frozen one takes money as well. The caller wakes the worker after its commit. */
export async function creditWallet(context: Context, tx: Transaction, move: WalletMove): Promise<Moved> {
  const wallet = await lockOrOpen(context, tx, move)
  return moveOnce(context, tx, wallet, move, {
    change: move.amount,
    movements: () => credit(wallet, move.amount),
  })
}

/** Throws `insufficient_balance` or `wallet_frozen` before anything is written: the transaction can go on. */
export async function debitWallet(
  context: Context,
  tx: Transaction,
  move: WalletMove,
  { evenIfFrozen = false }: { readonly evenIfFrozen?: boolean } = {},
): Promise<Moved> {
  const wallet = await lockWallet(tx, move.merchant, move.userId)
  if (!wallet) throw insufficient(0n, move.amount)
  return moveOnce(context, tx, wallet, move, {
    change: -move.amount,
    movements() {
      if (wallet.status === 'frozen' && !evenIfFrozen)
        throw new BayarError('wallet_frozen', '', { details: { reason: wallet.frozen_reason } })
      const movements = debit(wallet, move.amount)
      if (movements === null) throw insufficient(wallet.balance, move.amount)
      return movements
    },
  })
}

/** Midtrans gave the money back to somebody: what is there goes, the rest is missing from now on and the wallet frozen. This is never refused: it has happened. */
export async function takeBackFromWallet(
  context: Context,
  tx: Transaction,
  move: WalletMove,
): Promise<Moved> {
  const wallet = await lockOrOpen(context, tx, move)
  return moveOnce(context, tx, wallet, move, {
    change: -move.amount,
    movements: () => takeBack(wallet, move.amount),
  })
}

export async function lockOrOpen(
  context: Context,
  tx: Transaction,
  { merchant, userId }: { readonly merchant: string; readonly userId: string },
): Promise<WalletRow> {
  const there = await lockWallet(tx, merchant, userId)
  if (there) return there
  await openWallet(tx, { id: uuidv7(), merchant, userId, at: context.clock.now() })
  const made = await lockWallet(tx, merchant, userId)
  assert(made, 'a wallet that was made is gone')
  return made
}

async function moveOnce(
  context: Context,
  tx: Transaction,
  wallet: WalletRow,
  move: WalletMove,
  { change, movements }: { readonly change: Rupiah; readonly movements: () => readonly Movement[] },
): Promise<Moved> {
  assert(move.amount > 0n, 'a wallet is moved by a positive amount')
  const before = await findEntryOfCause(tx, wallet.id, move.cause)
  if (before) {
    if (before.amount - before.owed !== change) throw causeTaken(before)
    return { wallet, entry: before, created: false }
  }
  const entries = entriesOf(context, wallet, move, movements())
  const after = walletAfter(wallet, entries)
  await writeEntries(tx, after, entries)
  await tell(
    context,
    tx,
    entries.map((entry) => eventOf(wallet, after, entry, move)),
  )
  return { wallet: after, entry: entries[0]!, created: true }
}

function entriesOf(
  context: Context,
  wallet: WalletRow,
  move: WalletMove,
  movements: readonly Movement[],
): readonly WalletEntryRow[] {
  return movements.map((movement, index) => ({
    ...movement,
    id: uuidv7(),
    wallet_id: wallet.id,
    sequence: wallet.version + 1 + index,
    kind: index === 0 ? move.cause.kind : 'shortfall',
    cause_kind: move.cause.kind,
    cause_id: move.cause.id,
    note: move.note ?? null,
    made_by: move.by ?? ITSELF,
    payment_id: move.paymentId ?? null,
    occurred_at: context.clock.now(),
  }))
}

/** Somebody has spent what is not theirs any more: until a person has looked, nothing more is spent. Paid later, it stays frozen, because paying does not say who they are. */
const MISSING = 'Money was taken back after it had been spent.'

function walletAfter(wallet: WalletRow, entries: readonly WalletEntryRow[]): WalletRow {
  const last = entries.at(-1)!
  const isMissing = last.owed > 0n && wallet.status === 'active'
  return {
    ...wallet,
    version: last.sequence,
    balance: last.balance,
    shortfall: last.shortfall,
    updated_at: last.occurred_at,
    ...(isMissing && { status: 'frozen' as const, frozen_reason: MISSING }),
  }
}

function eventOf(before: WalletRow, after: WalletRow, entry: WalletEntryRow, move: WalletMove): NewEvent {
  return {
    id: uuidv7(),
    subjectId: after.id,
    sequence: entry.sequence,
    // Only what is missing grew: nothing of the balance went.
    type: entry.amount === 0n ? null : entry.amount > 0n ? 'wallet.credited' : 'wallet.debited',
    previous: before.status,
    status: after.status,
    paymentId: entry.payment_id,
    notificationId: move.notificationId ?? null,
    source: entry.payment_id === null ? (move.by === undefined ? 'clock' : 'person') : 'payment',
    document: null,
  }
}

function insufficient(balance: Rupiah, amount: Rupiah): BayarError {
  return new BayarError('insufficient_balance', `${balance} is there, ${amount} is needed.`, {
    details: { balance: toNumber(balance), amount: toNumber(amount) },
  })
}

function causeTaken(entry: WalletEntryRow): BayarError {
  return new BayarError('wallet_key_taken', `It moved ${entry.amount - entry.owed}.`)
}
