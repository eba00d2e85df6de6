/** What a plan is, as the command line says it. */
import type { UpdatePlanInput } from '../operations/plans/index.ts'
import type { Call } from './call.ts'
import { readJsonObject } from './read-json.ts'

/** Judged by the operation, like everybody's. */
export function planFields(call: Call): UpdatePlanInput {
  const [features, metadata] = [call.text('features'), call.text('metadata')]
  const told = {
    name: call.text('name'),
    description: call.text('description'),
    price: call.whole('price'),
    interval: call.whole('interval'),
    intervalUnit: call.text('unit'),
    trialPeriodDays: call.whole('trial-days'),
    maxCycles: call.whole('max-cycles'),
    sortOrder: call.whole('sort'),
    features: features === undefined ? undefined : readJsonObject('--features', features),
    metadata: metadata === undefined ? undefined : readJsonObject('--metadata', metadata),
    status: call.text('status'),
  }
  return Object.fromEntries(
    Object.entries(told).filter(([, value]) => value !== undefined),
  ) as UpdatePlanInput
}
