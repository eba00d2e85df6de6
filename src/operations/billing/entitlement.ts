/** What a user may do, by the plans of the subscriptions that they may use at this moment. */
import { allows } from '../../domain/plan.ts'
import { invalidRequest } from '../../errors.ts'
import { listUsable } from '../../store/due-subscriptions.ts'
import type { Context } from '../context.ts'
import { standingOfRow } from '../subscriptions/subscription-view.ts'

/** `can(user, 'export')`, or with a limit: `can(user, 'max_projects', 3)` is true when three are allowed. Of several subscriptions one is enough. */
export async function can(
  context: Context,
  user: string,
  feature: string,
  atLeast: number | undefined,
  merchant: string,
): Promise<boolean> {
  if (typeof user !== 'string' || user === '') throw invalidRequest([{ field: 'user', reason: 'is missing' }])
  const now = context.clock.now()
  const rows = await listUsable(context.database, merchant, user)
  return rows.some((row) => standingOfRow(row, now).hasAccess && allows(row.features ?? {}, feature, atLeast))
}
