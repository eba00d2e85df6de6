/**
 * Money back into the user's wallet instead of by the way it came: for methods that give nothing back, and at once. One transaction under the payment's lock, so that this and a refund by Midtrans are counted one
 * after the other: together they never give back more than was received.
 */
import type { PaymentState } from '../../domain/payment.ts'
import { randomKey, uuidv7 } from '../../domain/uuid.ts'
import { assert, BayarError, invalidRequest } from '../../errors.ts'
import { creditedOf } from '../../store/credits.ts'
import type { Transaction } from '../../store/database.ts'
import { findPaymentByOrder, type PaymentRow } from '../../store/payments.ts'
import { findRefundByWalletKey, insertGivenRefund, type RefundRow } from '../../store/refunds.ts'
import { readForUpdate } from '../advance-payments.ts'
import type { Context } from '../context.ts'
import { creditWallet, type Moved } from '../wallets/move-wallet.ts'
import { type WalletName, walletName } from '../wallets/wallet-input.ts'
import { toWallet, type Wallet } from '../wallets/wallet-view.ts'
import type { PaymentName } from './payment-name.ts'
import { type Payment, toPaymentView } from './payment-view.ts'
import { type CheckedRefund, checkRefund, type RefundInput } from './refund-input.ts'
import { attemptToRefund, leftOf } from './refund-payment.ts'
import { type Refund, toRefundView } from './refund-view.ts'

export interface RefundToWalletInput extends Omit<RefundInput, 'direct'> {
  /** Whose wallet; needed only for a payment that belongs to no user. */
  readonly userId?: string
}

export interface RefundedToWallet {
  readonly payment: Payment
  readonly refund: Refund
  readonly wallet: Wallet
  /** False when an equal request under the same key had made it before. */
  readonly created: boolean
}

export async function refundToWallet(
  context: Context,
  name: PaymentName,
  { userId, ...input }: RefundToWalletInput,
  by: string,
): Promise<RefundedToWallet> {
  const asked = checkRefund(input)
  if (asked.isDirect) throw invalidRequest([{ field: 'direct', reason: 'is for a refund by Midtrans' }])
  context.handlers.assertComplete()
  const made = await context.database.transaction((tx) =>
    give(context, tx, name, { asked, userId: userId ?? null, by }),
  )
  context.wake()
  const row = await findPaymentByOrder(context.database, name.merchant, name.orderId)
  assert(row, 'a payment that was refunded is gone')
  return {
    payment: toPaymentView(row),
    refund: toRefundView(made.refund),
    wallet: toWallet(made.moved.wallet),
    created: made.moved.created,
  }
}

interface Asked {
  readonly asked: CheckedRefund
  readonly userId: string | null
  readonly by: string
}

async function give(
  context: Context,
  tx: Transaction,
  name: PaymentName,
  { asked, userId, by }: Asked,
): Promise<{ refund: RefundRow; moved: Moved }> {
  const payment = await readForUpdate(tx, name.merchant, name.orderId)
  const row = payment && (await findPaymentByOrder(tx, name.merchant, name.orderId))
  if (!row) throw new BayarError('payment_not_found', name.orderId)
  const wallet = walletFor(context, row, userId)
  const key = asked.refundKey ?? randomKey()
  const before = await findRefundByWalletKey(tx, row.id, key)
  const refund = before ? sameRefund(before, asked) : await write(context, tx, { payment, row }, asked, key)
  const moved = await creditWallet(context, tx, {
    ...wallet,
    amount: refund.amount,
    cause: { kind: 'refund', id: refund.id },
    note: asked.reason ?? refund.reason ?? name.orderId,
    by,
    paymentId: row.id,
  })
  return { refund, moved }
}

function walletFor(context: Context, row: PaymentRow, userId: string | null): WalletName {
  if (row.owner === 'topup')
    throw new BayarError('command_not_possible', 'The money of a top-up is in the wallet already.')
  if (row.owner === 'invoice')
    throw new BayarError(
      'command_not_possible',
      'An invoice follows what Midtrans gives back: refund it there.',
    )
  if (row.user_id === null && userId === null)
    throw invalidRequest([{ field: 'user_id', reason: 'is needed: the payment belongs to no user' }])
  if (row.user_id !== null && userId !== null && row.user_id !== userId)
    throw invalidRequest([{ field: 'user_id', reason: 'is not the user whose payment it is' }])
  return walletName({ userId: (row.user_id ?? userId)!, merchant: row.merchant }, context.rules)
}

async function write(
  context: Context,
  tx: Transaction,
  { payment, row }: { readonly payment: PaymentState; readonly row: PaymentRow },
  asked: CheckedRefund,
  key: string,
): Promise<RefundRow> {
  const attempt = attemptToRefund(payment, asked)
  const amount = leftOf(payment, attempt, asked.amount)
  // Of a subscription: what came late or twice, or was left when a plan changed, was given to the wallet then.
  const credited = row.owner_id === null ? 0n : await creditedOf(tx, row.owner_id, attempt.id)
  if (credited > 0n && amount + credited > leftOf(payment, attempt, null))
    throw new BayarError('command_not_possible', `${credited} of it is in the wallet already.`)
  await insertGivenRefund(tx, {
    id: uuidv7(),
    paymentId: payment.id,
    transactionId: attempt.transactionId,
    key,
    amount,
    reason: asked.reason,
    at: context.clock.now(),
  })
  const written = await findRefundByWalletKey(tx, payment.id, key)
  assert(written, 'a refund that was written is gone')
  return written
}

/** Under one key there is one refund. */
function sameRefund(before: RefundRow, asked: CheckedRefund): RefundRow {
  if (asked.amount !== null && asked.amount !== before.amount)
    throw new BayarError('refund_key_taken', `It was given ${before.amount}.`)
  if (asked.transactionId !== null && asked.transactionId !== before.transaction_id)
    throw new BayarError('refund_key_taken', `It was of transaction ${before.transaction_id}.`)
  return before
}
