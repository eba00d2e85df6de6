import { BayarError, invalidRequest } from '../errors.ts'
import { type Circumstances, type LedgerRefusal, notPossible } from './ledger.ts'
import type { Cause } from './lifecycle.ts'
import { type SimulatedTransaction, showTransaction } from './show-transaction.ts'
import { OTP } from './test-cards.ts'
import type { Transaction } from './transaction.ts'
import type { World } from './world.ts'

/** Order id (its latest transaction) or transaction id. */
export type Id = string

type Shown = Promise<SimulatedTransaction>

/** What the customer, the bank and the merchant's dashboard do, by hand. */
export interface Acts {
  /**
   * The customer pays; a card passes its 3DS. The amount is fixed, so another one is refused as the bank would; an account that takes many payments takes any, and stays as it is: what comes back is the payment. `issuer` is the app that paid a
   * QR; `imposedFee` is charged on top.
   */
  pay(
    id: Id,
    options?: { readonly amount?: number; readonly issuer?: string; readonly imposedFee?: number },
  ): Shown
  /** The 3DS page: 112233 passes, any other code is a card that was not authenticated. A frictionless card needs none. */
  authenticate(id: Id, options?: { readonly otp?: string }): Shown
  /** The bank, the wallet or the lender says no. */
  refuse(id: Id): Shown
  /** The merchant refuses a challenged card; of anything else, `refuse`. */
  deny(id: Id): Shown
  approve(id: Id): Shown
  capture(id: Id, options?: { readonly amount?: number }): Shown
  cancel(id: Id): Shown
  expire(id: Id): Shown
  /** The daily run, for this one. */
  settle(id: Id): Shown
  /** A reservation that nobody captured. */
  release(id: Id): Shown
  /** A challenge that nobody decided. */
  close(id: Id): Shown
  /** The provider takes a settled payment back (Permata, Mandiri bill, Indomaret). */
  reverse(id: Id): Shown
  fail(id: Id): Shown
  chargeback(id: Id): Shown
  partialChargeback(id: Id): Shown
  refund(
    id: Id,
    options?: { readonly amount?: number; readonly key?: string; readonly reason?: string },
  ): Shown
  /** The bank confirms the oldest refund that it has not yet confirmed: the same status, told once more. */
  confirmRefund(id: Id): Shown
}

export function createActs(world: () => World): Acts {
  const act = async (id: Id, cause: Cause, circumstances: Circumstances = {}): Shown => {
    const transaction = find(world(), id)
    if (world().ledger.move(transaction, cause, circumstances))
      throw notPossible(world().ledger, transaction, cause)
    return showTransaction(world(), transaction)
  }
  const possible = (id: Id) => world().ledger.legalCauses(find(world(), id))
  return {
    async pay(id, { amount, ...circumstances } = {}) {
      const transaction = find(world(), id)
      if (transaction.extras?.isReusable) return payInto(world(), transaction, amount)
      if (amount !== undefined && amount !== transaction.amount)
        throw new BayarError(
          'invalid_request',
          `Simulator: ${transaction.method.title} takes exactly ${transaction.amount} for ${transaction.orderId}; the bank refuses ${amount}.`,
        )
      return await act(id, 'pay', circumstances)
    },
    async authenticate(id, { otp } = {}) {
      const transaction = find(world(), id)
      const threeDs = transaction.detail?.card?.threeDs ?? 'none'
      if (threeDs === 'none' || transaction.state !== 'pending')
        throw new BayarError(
          'command_not_possible',
          `Simulator: ${transaction.orderId} (${transaction.method.title}) is in status ${transaction.status} and asks for no code.`,
        )
      const passes = otp === OTP || threeDs === 'frictionless'
      return await (passes ? act(id, 'pay') : act(id, 'refuse', { notAuthenticated: true }))
    },
    refuse: (id) => act(id, 'refuse'),
    deny: async (id) => await act(id, possible(id).includes('refuse') ? 'refuse' : 'deny'),
    approve: (id) => act(id, 'approve'),
    async capture(id, { amount } = {}) {
      const transaction = find(world(), id)
      const wanted = amount ?? transaction.amount
      if (
        wanted > transaction.amount ||
        (wanted < transaction.amount && transaction.method.family !== 'card')
      )
        throw invalidRequest([
          {
            field: 'amount',
            reason: `${transaction.amount} was reserved; more cannot be captured, and of a wallet not less`,
          },
        ])
      if (world().ledger.capture(transaction, wanted))
        throw notPossible(world().ledger, transaction, 'capture')
      return showTransaction(world(), transaction)
    },
    cancel: (id) => act(id, 'cancel'),
    expire: (id) => act(id, 'expire'),
    settle: (id) => act(id, 'settle'),
    release: (id) => act(id, 'release'),
    close: (id) => act(id, 'close'),
    reverse: (id) => act(id, 'reverse'),
    fail: (id) => act(id, 'fail'),
    chargeback: (id) => act(id, 'chargeback'),
    partialChargeback: (id) => act(id, 'partial_chargeback'),
    async refund(id, { amount, key, reason } = {}) {
      const transaction = find(world(), id)
      const made = world().ledger.refund(transaction, {
        amount: amount ?? null,
        key: key ?? null,
        reason: reason ?? '',
        how: 'offline',
      })
      if (typeof made === 'string') throw notRefundable(world(), transaction, made)
      return showTransaction(world(), transaction)
    },
    async confirmRefund(id) {
      const transaction = find(world(), id)
      if (!world().ledger.confirmRefund(transaction))
        throw new BayarError(
          'command_not_possible',
          `Simulator: no refund of ${transaction.orderId} waits for its bank.`,
        )
      return showTransaction(world(), transaction)
    },
  }
}

/** Of an account that takes many payments, any amount; what comes back is the payment. */
function payInto(world: World, account: Transaction, amount = account.amount): SimulatedTransaction {
  if (!(Number.isSafeInteger(amount) && amount > 0))
    throw invalidRequest([{ field: 'amount', reason: 'must be whole rupiah' }])
  const payment = world.ledger.payInto(account, amount)
  if (typeof payment === 'string') throw notPossible(world.ledger, account, 'pay')
  return showTransaction(world, payment)
}

export function find(world: World, id: Id): Transaction {
  const transaction = world.ledger.find(id)
  if (!transaction)
    throw new BayarError('payment_not_found', `Simulator: it knows no order or transaction “${id}”.`)
  return transaction
}

function notRefundable(world: World, transaction: Transaction, why: LedgerRefusal): BayarError {
  if (!world.ledger.legalCauses(transaction).includes('refund'))
    return notPossible(world.ledger, transaction, 'refund')
  return new BayarError(
    'command_not_possible',
    `Simulator: ${transaction.orderId} cannot be refunded so: ${why}.`,
  )
}

/** As programs and forms name them. */
export const MOVES = {
  pay: 'pay',
  authenticate: 'authenticate',
  refuse: 'refuse',
  deny: 'deny',
  approve: 'approve',
  capture: 'capture',
  cancel: 'cancel',
  expire: 'expire',
  settle: 'settle',
  release: 'release',
  close: 'close',
  reverse: 'reverse',
  fail: 'fail',
  chargeback: 'chargeback',
  partial_chargeback: 'partialChargeback',
  refund: 'refund',
  confirm_refund: 'confirmRefund',
} as const satisfies Record<string, keyof Acts>

/** What a program in another process, or a form, asks for; what it sends beside it is checked here. */
export async function moveTransaction(
  acts: Acts,
  id: Id,
  move: string,
  given: Readonly<Record<string, unknown>>,
): Promise<SimulatedTransaction> {
  if (!Object.hasOwn(MOVES, move))
    throw new BayarError('not_found', `Simulator: there is no action “${move}”.`)
  const options: Record<string, unknown> = {}
  for (const [field, name] of [
    ['amount', 'amount'],
    ['imposed_fee', 'imposedFee'],
  ] as const) {
    const value = given[field]
    if (value === undefined || value === '') continue
    if (!(Number.isSafeInteger(Number(value)) && Number(value) > 0))
      throw invalidRequest([{ field, reason: 'must be whole rupiah' }])
    options[name] = Number(value)
  }
  for (const field of ['key', 'reason', 'issuer', 'otp'] as const)
    if (typeof given[field] === 'string' && given[field] !== '') options[field] = given[field]
  const act: (id: Id, options: object) => Shown = acts[MOVES[move as keyof typeof MOVES]]
  return await act(id, options)
}
