/** What is owed now, paid by whoever asks for it: by the way that is open, by the same way again, or by another one from now on, which may be the wallet. */
import { toNumber } from '../../domain/money.ts'
import { BayarError, invalidRequest, type Problem } from '../../errors.ts'
import { findObligations, type ObligationRow } from '../../store/obligations.ts'
import { lockSubscription, type SubscriptionRow } from '../../store/subscriptions.ts'
import { findWallet } from '../../store/wallets.ts'
import type { Context } from '../context.ts'
import { recordOf } from '../payments/charge-input.ts'
import type { Payment } from '../payments/payment-view.ts'
import { refuseInsideTransaction } from '../payments/run-intent.ts'
import { changeSubscription } from '../subscriptions/change-subscription.ts'
import type { Subscription } from '../subscriptions/subscription-view.ts'
import { askFor } from './ask-for.ts'
import { customerOf } from './charge-obligation.ts'
import { endOpenCharges } from './end-charge.ts'
import { firstOwed } from './owed.ts'
import { refuseUnless } from './stop-and-go.ts'
import { type CheckedMethod, outOfWallet, readMethod, type SubscribeMethod } from './subscribe-input.ts'
import { viewOf } from './view-of.ts'

/** A way of a charge, or out of the user's wallet. */
export type WayToPay = SubscribeMethod | { readonly paymentType: 'wallet' }

export interface PaidOwed {
  readonly subscription: Subscription
  /** Null out of a wallet, which is paid at once or stays owed. */
  readonly payment: Payment | null
}

/** Another way ends the one that is open: at Midtrans first (W4). */
export async function payOwed(
  context: Context,
  row: SubscriptionRow,
  method: WayToPay | undefined,
  by: string,
): Promise<PaidOwed> {
  refuseInsideTransaction()
  const checked = method === undefined ? null : checkMethod(context, row, method)
  const owed = await openObligation(context, row.id)
  if (!owed)
    throw new BayarError('period_not_open', `It is ${row.status}.`, { details: { status: row.status } })
  const collection = checked ? collectionOf(checked) : row.collection
  if (collection === 'wallet') await refuseUnlessThere(context, row, owed)
  if (checked) {
    await endOpenCharges(context, owed.id, by)
    await writeMethod(context, row.id, checked)
  }
  const payment = await askFor(context, owed.id, { by })
  return { subscription: await viewOf(context, row.id), payment }
}

/** From the next charge on. */
export async function changeMethod(
  context: Context,
  row: SubscriptionRow,
  method: WayToPay,
): Promise<Subscription> {
  refuseUnless('changeMethod', row)
  await writeMethod(context, row.id, checkMethod(context, row, method))
  return viewOf(context, row.id)
}

function checkMethod(context: Context, row: SubscriptionRow, method: WayToPay): CheckedMethod {
  const problems: Problem[] = []
  const charge = { amount: row.amount, customer: customerOf(row), merchant: row.merchant }
  const given = recordOf(method)
  const checked =
    given.paymentType === 'wallet'
      ? outOfWallet(given, problems)
      : readMethod(context, given, charge, problems)
  if (problems.length > 0) throw invalidRequest(problems)
  return checked
}

function collectionOf({ paymentType }: CheckedMethod): 'charge' | 'wallet' {
  return paymentType === 'wallet' ? 'wallet' : 'charge'
}

/** Whoever asks to pay out of a wallet in which there is not enough is told so, before a number that they could still pay is ended and a try of the dunning is used up. */
async function refuseUnlessThere(context: Context, row: SubscriptionRow, owed: ObligationRow): Promise<void> {
  const wallet =
    row.user_id === null ? undefined : await findWallet(context.database, row.merchant, row.user_id)
  if (wallet?.status === 'frozen')
    throw new BayarError('wallet_frozen', '', { details: { reason: wallet.frozen_reason } })
  const balance = wallet?.balance ?? 0n
  if (balance < owed.amount)
    throw new BayarError('insufficient_balance', '', {
      details: { balance: toNumber(balance), amount: toNumber(owed.amount) },
    })
}

async function writeMethod(context: Context, id: string, checked: CheckedMethod): Promise<void> {
  const { paymentType, method, token } = checked
  await context.database.transaction(async (tx) => {
    const row = await lockSubscription(tx, id)
    if (!row) return
    refuseUnless('changeMethod', row)
    await changeSubscription(
      context,
      tx,
      row,
      // Whoever names a way to pay pays by it from then on: out of the wallet no more, or out of nothing else.
      { collection: collectionOf(checked), payment_type: paymentType, method, token },
      { events: [], cause: { source: 'person' } },
    )
  })
}

async function openObligation(context: Context, id: string): Promise<ObligationRow | undefined> {
  return firstOwed((await findObligations(context.database, id)).filter(({ status }) => status === 'open'))
}
