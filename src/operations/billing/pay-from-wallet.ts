/** A period that is paid out of the customer's wallet: the debit and what it pays are one transaction, so that money is never gone for nothing and nothing is had for no money. */
import { assert, isBayarError } from '../../errors.ts'
import type { Transaction } from '../../store/database.ts'
import { lockObligation, updateObligation } from '../../store/obligations.ts'
import { lockSubscription } from '../../store/subscriptions.ts'
import type { Context } from '../context.ts'
import { debitWallet } from '../wallets/move-wallet.ts'
import { invoiceOf } from './cycle-invoice.ts'
import type { Owed } from './owed.ts'
import { failObligation, payObligation } from './settle-obligation.ts'
import { titleOwed } from './title-owed.ts'

/** False when there is not enough, or the wallet is frozen: then it is past due, and tried again as a card is. */
export async function payFromWallet(context: Context, id: string): Promise<boolean> {
  const isPaid = await context.database.transaction(async (tx) => {
    const obligation = await lockObligation(tx, id)
    const subscription = obligation && (await lockSubscription(tx, obligation.subscription_id))
    assert(obligation && subscription, 'an obligation belongs to no subscription')
    if (obligation.status !== 'open') return obligation.status === 'paid'
    const owed = { obligation, subscription }
    try {
      await debitAndPay(context, tx, owed)
      return true
    } catch (error) {
      if (!isBayarError(error) || !NOT_PAID.has(error.code)) throw error
      const at = context.clock.now()
      const counted = await updateObligation(tx, obligation, { charges: obligation.charges + 1 }, at)
      await failObligation(
        context,
        tx,
        { obligation: counted, subscription },
        { cause: { source: 'clock' }, reason: error.code },
      )
      return false
    }
  })
  context.wake()
  await invoiceOf(context, id)
  return isPaid
}

const NOT_PAID: ReadonlySet<string> = new Set(['insufficient_balance', 'wallet_frozen'])

/** Throws `insufficient_balance` or `wallet_frozen` before anything is written. The wallet is locked after the obligation and the subscription. */
export async function debitAndPay(context: Context, tx: Transaction, owed: Owed): Promise<Owed> {
  const { obligation, subscription } = owed
  assert(subscription.user_id !== null, 'a subscription out of a wallet is nobody’s')
  await debitWallet(context, tx, {
    merchant: subscription.merchant,
    userId: subscription.user_id,
    amount: obligation.amount,
    cause: { kind: 'obligation', id: obligation.id },
    note: await titleOwed(tx, subscription, obligation),
  })
  return payObligation(context, tx, owed, {
    payer: 'wallet',
    cause: { source: 'clock' },
    received: obligation.amount,
  })
}
