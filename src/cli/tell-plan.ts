/** A plan as a person reads it in a terminal. Times are Jakarta's. */
import type { Plan } from '../operations/plans/index.ts'
import { facts, rupiah, table } from './output.ts'

export function tellPlan(plan: Plan): string {
  return facts([
    ['plan', plan.slug],
    ['name', plan.name],
    ['id', plan.id],
    ['status', plan.status],
    ['about', plan.description],
    ['price', rupiah(plan.price)],
    ['charged', plan.scheduleDisplay],
    ['trial', plan.trialPeriodDays === 0 ? null : `${plan.trialPeriodDays} days`],
    ['ends after', plan.maxCycles === 0 ? null : `${plan.maxCycles} periods`],
    [
      'features',
      Object.entries(plan.features)
        .map(([name, value]) => `${name}: ${value}`)
        .join(', '),
    ],
    ['made', plan.createdAt],
    ['changed', plan.updatedAt],
  ])
}

export function tellPlans(plans: readonly Plan[]): string {
  if (plans.length === 0) return 'There is none.'
  return table(
    ['plan', 'name', 'status', 'price', 'charged', 'trial'],
    plans.map((one) => [
      one.slug,
      one.name,
      one.status,
      rupiah(one.price),
      one.scheduleDisplay,
      one.trialPeriodDays === 0 ? null : `${one.trialPeriodDays} days`,
    ]),
  )
}
