/** Reads accounts again that a notice spoke of, and those whose owner has not yet agreed: the notice may be lost, or nobody has told Midtrans where to send it. */
import { secondsAfter } from '../../domain/clock.ts'
import { nextCheckSeconds } from '../../domain/pay-account.ts'
import { claimPayAccounts, type PayAccountRow, planPayAccountCheck } from '../../store/pay-accounts.ts'
import type { Context } from '../context.ts'
import { workOffDue } from '../due-work.ts'
import { reasonOf } from '../log.ts'
import { readAgain } from './get-pay-account.ts'

const TRIES_MAX = 20

/** Returns how many were due. */
export function checkPayAccounts(context: Context, limit: number): Promise<number> {
  return workOffDue(context, limit, { claim: claimPayAccounts, each: checkOne })
}

async function checkOne(context: Context, row: PayAccountRow): Promise<void> {
  try {
    await readAgain(context, row)
  } catch (error) {
    context.log.warn('linked account could not be read', {
      account_id: row.account_id,
      reason: reasonOf(error),
    })
    const later = secondsAfter(context.clock.now(), nextCheckSeconds(row.checks) ?? 3600)
    await planPayAccountCheck(context.database, row.id, row.checks < TRIES_MAX ? later : null)
  }
}
