/** What is owed now, paid by whoever asks for it: by the way that is open, by the same way again, or by another one from now on. */
import { BayarError, invalidRequest, type Problem } from '../../errors.ts'
import { findObligations, type ObligationRow } from '../../store/obligations.ts'
import { findSubscription, lockSubscription, type SubscriptionRow } from '../../store/subscriptions.ts'
import type { Context } from '../context.ts'
import { recordOf } from '../payments/charge-input.ts'
import type { Payment } from '../payments/payment-view.ts'
import { refuseInsideTransaction } from '../payments/run-intent.ts'
import { changeSubscription } from '../subscriptions/change-subscription.ts'
import { type Subscription, toSubscription } from '../subscriptions/subscription-view.ts'
import { askFor } from './ask-for.ts'
import { customerOf } from './charge-obligation.ts'
import { endOpenCharges } from './end-charge.ts'
import { type CheckedMethod, readMethod, type SubscribeMethod } from './subscribe-input.ts'

export interface PaidOwed {
  readonly subscription: Subscription
  /** Null out of a wallet, which is paid at once or stays owed. */
  readonly payment: Payment | null
}

/** Another way ends the one that is open: at Midtrans first (W4). */
export async function payOwed(
  context: Context,
  row: SubscriptionRow,
  method: SubscribeMethod | undefined,
  by: string,
): Promise<PaidOwed> {
  refuseInsideTransaction()
  const checked = method === undefined ? null : checkMethod(context, row, method)
  const owed = await openObligation(context, row.id)
  if (!owed)
    throw new BayarError('period_not_open', `It is ${row.status}.`, { details: { status: row.status } })
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
  method: SubscribeMethod,
): Promise<Subscription> {
  await writeMethod(context, row.id, checkMethod(context, row, method))
  return viewOf(context, row.id)
}

function checkMethod(context: Context, row: SubscriptionRow, method: SubscribeMethod): CheckedMethod {
  const problems: Problem[] = []
  const charge = { amount: row.amount, customer: customerOf(row), merchant: row.merchant }
  const checked = readMethod(context, recordOf(method), charge, problems)
  if (problems.length > 0) throw invalidRequest(problems)
  return checked
}

async function writeMethod(
  context: Context,
  id: string,
  { paymentType, method, token }: CheckedMethod,
): Promise<void> {
  await context.database.transaction(async (tx) => {
    const row = await lockSubscription(tx, id)
    if (!row) return
    await changeSubscription(
      context,
      tx,
      row,
      // Whoever names a way to pay is charged by it from then on, and no more out of a wallet.
      { collection: 'charge', payment_type: paymentType, method, token },
      { events: [], cause: { source: 'person' } },
    )
  })
}

/** A period before a change of plan. */
async function openObligation(context: Context, id: string): Promise<ObligationRow | undefined> {
  const open = (await findObligations(context.database, id)).filter(({ status }) => status === 'open')
  return open.find(({ kind }) => kind === 'period') ?? open[0]
}

export async function viewOf(context: Context, id: string): Promise<Subscription> {
  const row = await findSubscription(context.database, id)
  if (!row) throw new BayarError('subscription_not_found')
  return toSubscription(row, context.clock.now())
}
