/**
 * After each row the books are checked, notification by notification: a bench that drops work, or does it twice, is void. What was acknowledged must be there with all that
 * belongs to it; what had no answer when the time was over may be there or not, and is never more than the connections.
 */
import type pg from 'pg'

export interface Kept {
  /** Every notification stored since the row began. */
  readonly stored: number
  readonly mistakes: readonly string[]
}

export interface Expected {
  readonly acknowledged: ReadonlyMap<string, readonly string[]>
  readonly verdict: 'processed' | 'duplicate'
  readonly since: Date
  readonly connections: number
  /** One effect of the `within` handler for each. */
  readonly reserved: boolean
}

export async function checkBooks(pool: pg.Pool, expected: Expected): Promise<Kept> {
  const client = await pool.connect()
  try {
    const ids = expected.acknowledged.get(expected.verdict) ?? []
    await client.query('create temporary table acknowledged (id uuid primary key)')
    await client.query('insert into acknowledged select unnest($1::uuid[])', [ids])
    await client.query('analyze acknowledged')
    const { rows } = await client.query<Record<string, number>>(
      expected.verdict === 'processed' ? SETTLED : DUPLICATE,
      [expected.since],
    )
    const { stored, ...mistakes } = rows[0]!
    const told = Object.entries(mistakes).filter(([, count]) => count !== 0)
    const sentences = told.map(([what, count]) => `${count} ${what.replaceAll('_', ' ')}`)
    const beyond = stored! - ids.length
    if (beyond < 0 || beyond > expected.connections)
      sentences.push(`${stored} stored where ${ids.length} were acknowledged`)
    for (const [verdict, others] of expected.acknowledged) {
      if (verdict !== expected.verdict) sentences.push(`${others.length} answered ${verdict}`)
    }
    if (expected.reserved) sentences.push(...(await checkReservations(client)))
    return { stored: stored!, mistakes: sentences }
  } finally {
    await client.query('drop table if exists acknowledged')
    client.release()
  }
}

const SETTLED = `
with stored as materialized (
  select n.id, n.status, n.payment_id, a.id is not null as acknowledged from bayar.notifications n left join acknowledged a using (id) where n.received_at >= $1
), told as materialized (
  select e.subject_id, e.notification_id, e.id as event_id from bayar.events e join stored s on s.payment_id = e.subject_id where e.type = 'payment.settled'
), owed as materialized (
  select d.subject_id, d.state, d.attempts from bayar.deliveries d join stored s on s.payment_id = d.subject_id
)
select (select count(*)::int from stored) as stored,
       (select count(*)::int from acknowledged a where not exists (select from stored s where s.id = a.id)) as acknowledged_but_not_stored,
       (select count(*)::int from stored where status <> 'processed') as stored_but_not_processed,
       (select count(*)::int - count(distinct payment_id)::int from stored) as payments_told_of_twice,
       (select count(*)::int from stored s join bayar.payments p on p.id = s.payment_id
         where p.status <> 'settled' or p.net_amount <> p.gross_amount) as payments_not_settled,
       (select count(*)::int from stored s left join (select subject_id, notification_id, count(*) as times from told group by 1, 2) t
            on t.subject_id = s.payment_id and t.notification_id = s.id where t.times is distinct from 1) as without_exactly_one_event,
       (select count(*)::int from told t left join stored s on s.id = t.notification_id where s.id is null) as events_of_other_notifications,
       (select count(*)::int from stored s left join (select subject_id, count(*) as times from owed group by 1) o
            on o.subject_id = s.payment_id where o.times is distinct from 1) as without_exactly_one_delivery,
       (select count(*)::int from owed where state <> 'done') as deliveries_not_done,
       (select count(*)::int from stored s join bayar.open_payments o on o.payment_id = s.payment_id) as settled_but_still_watched`

const DUPLICATE = `
with stored as materialized (
  select n.id, n.status, n.payment_id, n.original_id from bayar.notifications n where n.received_at >= $1
)
select (select count(*)::int from stored) as stored,
       (select count(*)::int from acknowledged a where not exists (select from stored s where s.id = a.id)) as acknowledged_but_not_stored,
       (select count(*)::int from stored where status <> 'duplicate' or original_id is null) as not_stored_as_duplicate,
       (select count(*)::int from bayar.events e where e.occurred_at >= $1) as events_told_again,
       (select count(*)::int from bayar.notifications o join (select original_id, count(*) as copies from stored group by 1) s on s.original_id = o.id
         where o.copies <> s.copies) as originals_miscounted`

async function checkReservations(client: pg.PoolClient): Promise<string[]> {
  const { rows } = await client.query<{ count: number }>(
    `select count(*)::int from (
       select p.order_id from acknowledged a join bayar.notifications n using (id) join bayar.payments p on p.id = n.payment_id
       except select order_id from bench_reservations) missing`,
  )
  return rows[0]!.count === 0 ? [] : [`${rows[0]!.count} without their reservation`]
}
