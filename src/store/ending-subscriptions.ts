/** Whose period ends on a day, with what is needed to say what happens then. */
import type { Collection } from '../domain/subscription.ts'
import type { Queryable } from './database.ts'

export interface EndingSubscription {
  readonly id: string
  readonly ends_at: Date
  readonly collection: Collection
  readonly payment_type: string
  readonly cancel_at_period_end: boolean
  readonly is_last_cycle: boolean
  /** Of the next period: its plan may be another one. */
  readonly amount: bigint
  readonly available: bigint
}

/** Not those whose period began on the day on which they would be told: of a rhythm of days, each day would bring a reminder. */
export async function listEnding(
  database: Queryable,
  page: {
    readonly from: Date
    readonly to: Date
    readonly begunBefore: Date
    readonly after: Pick<EndingSubscription, 'ends_at' | 'id'> | null
    readonly limit: number
  },
): Promise<readonly EndingSubscription[]> {
  const { rows } = await database.query<EndingSubscription>(
    `select s.id, coalesce(s.current_period_end, s.next_charge_at) as ends_at, s.collection, s.payment_type, s.cancel_at_period_end,
            s.collection <> 'native' and s.next_plan_id is null and s.cycles_max is not null and s.cycle >= s.cycles_max as is_last_cycle,
            coalesce(n.price, s.amount) as amount, case when w.status = 'active' then w.balance else 0 end as available
       from bayar.subscriptions s
       left join bayar.plans n on n.id = s.next_plan_id
       left join bayar.wallets w on s.collection = 'wallet' and w.merchant = s.merchant and w.user_id = s.user_id
      where s.status = 'active' and coalesce(s.current_period_end, s.next_charge_at) >= $1 and coalesce(s.current_period_end, s.next_charge_at) < $2
        and (s.current_period_start is null or s.current_period_start < $3)
        and ($4::timestamptz is null or (coalesce(s.current_period_end, s.next_charge_at), s.id) > ($4, $5::uuid))
      order by coalesce(s.current_period_end, s.next_charge_at), s.id limit $6`,
    [page.from, page.to, page.begunBefore, page.after?.ends_at ?? null, page.after?.id ?? null, page.limit],
  )
  return rows
}
