/**
 * The account's balance against the books, where Midtrans gives it: the only sign of money whose notice was lost and whose order is not here. Fees, payouts and refunds make a balance smaller for reasons that
 * are not in it, so only more money than the books have is a difference.
 */
import { type Rupiah, toNumber } from '../../domain/money.ts'
import { readDocument } from '../../gateway/read-document.ts'
import { sumSettledWithin } from '../../store/reconciliations.ts'
import type { Context } from '../context.ts'
import { type Found, found } from './difference.ts'
import type { Pace } from './pace.ts'

export async function compareBalance(
  context: Context,
  merchant: string,
  period: { readonly from: Date; readonly to: Date },
  { pace, explained }: { readonly pace: Pace; readonly explained: Rupiah },
): Promise<Found | null> {
  const now = context.clock.now()
  const to = period.to < now ? period.to : now
  if (to <= period.from) return null
  const answer = await pace.ask(() => context.gateway.balance({ merchant }, { from: period.from, to }))
  const document = answer.class === 'done' && answer.document ? readDocument(answer.document) : undefined
  const opening = document && effective(document, 'opening_balance')
  const closing = document && effective(document, 'closing_balance')
  if (opening === undefined || closing === undefined) {
    context.log.info('Midtrans gives no balance of this account', { merchant, code: answer.code })
    return null
  }
  const received = closing - opening
  const settled = await sumSettledWithin(context.database, merchant, { from: period.from, to })
  if (received <= settled + explained) return null
  return found({
    kind: 'unknown_here',
    merchant,
    here: { status: null, amount: toNumber(settled), givenBack: 0 },
    there: { status: null, amount: toNumber(received), givenBack: 0 },
    note: `${received - settled - explained} came in of which neither payment nor notice tells: look into the dashboard's transactions of these days.`,
  })
}

/** Numbers, `1000.0`; beside each other or in an object of their own. */
function effective(document: Readonly<Record<string, unknown>>, name: string): Rupiah | undefined {
  const nested = document[name]
  const value =
    document[`${name}_effective`] ??
    (typeof nested === 'object' && nested !== null
      ? (nested as Record<string, unknown>).effective
      : undefined)
  const number = typeof value === 'string' ? Number(value) : value
  return typeof number === 'number' && Number.isFinite(number) ? BigInt(Math.floor(number)) : undefined
}
