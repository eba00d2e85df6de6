/** A plan that Midtrans charges by its own clock: price and rhythm are the plan's, everything else is as `create` has it. From then on Midtrans bills it and nobody here does (W7). */
import { secondsAfter } from '../../domain/clock.ts'
import { toNumber } from '../../domain/money.ts'
import { invalidRequest, type Problem } from '../../errors.ts'
import type { Context } from '../context.ts'
import { recordOf } from '../payments/charge-input.ts'
import { createSubscription } from '../subscriptions/create-subscription.ts'
import type { CreateSubscriptionInput } from '../subscriptions/subscription-input.ts'
import type { Subscribed } from './subscribe.ts'
import { readPlan, type SubscribeInput } from './subscribe-input.ts'

/** Midtrans takes no first charge in the past, and a request takes a moment. */
const FIRST_CHARGE_SECONDS = 60

export async function subscribeNative(
  context: Context,
  given: SubscribeInput,
  by: string,
): Promise<Subscribed> {
  const { plan: _, user, collection: __, maxCycles, trialPeriodDays, ...rest } = recordOf(given)
  const problems: Problem[] = []
  const merchant = rest.merchant ?? context.rules.merchants[0]?.name ?? 'default'
  const plan = await readPlan(context, recordOf(given), String(merchant), problems)
  if (typeof user !== 'string' || user === '') problems.push({ field: 'user', reason: 'is missing' })
  if ((plan?.trial_days ?? trialPeriodDays ?? 0) !== 0)
    problems.push({ field: 'trial_period_days', reason: 'is for what bayar bills: Midtrans knows no trial' })
  if (problems.length > 0) throw invalidRequest(problems)
  const cyclesMax = plan?.cycles_max ?? maxCycles ?? 0
  const terms = plan && {
    name: plan.name,
    amount: toNumber(plan.price),
    interval: plan.interval_count,
    intervalUnit: plan.interval_unit,
  }
  const input = {
    ...terms,
    ...rest,
    ...(cyclesMax !== 0 && { maxInterval: cyclesMax }),
    userId: user,
  } as unknown as CreateSubscriptionInput
  const firstCharge = secondsAfter(context.clock.now(), FIRST_CHARGE_SECONDS)
  const made = await createSubscription(context, input, by, { planId: plan?.id ?? null, firstCharge })
  return { ...made, payment: null }
}
