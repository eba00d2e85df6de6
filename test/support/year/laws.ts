/**
 * What must be true of the books after any year: each law is one query for whatever breaks it, in plain SQL over the tables, so that nothing that it proves is asked for its own opinion. `always` holds at every moment
 * at which nothing is under way; the others when the last notice has come and everybody has left.
 */
import type { SimulatedTransaction } from '../../../src/simulator/index.ts'
import { checkBooks } from '../books.ts'
import { type Town, WITHIN } from './town.ts'

interface Law {
  readonly when: 'always' | 'end'
  readonly says: string
  readonly broken: string
}

/** What Midtrans has of each transaction: filled from the simulator's ledger before the laws are looked at. */
const MIDTRANS = `
create table if not exists year.midtrans (transaction_id text primary key, order_id text, status text, amount bigint, refunded bigint, net bigint);
create table if not exists year.told (event_id uuid, type text)`

/** The money of one payment, by what came of it here: what it paid, less what was given back of that; and what of it is credit. */
const MONEY = `
select p.id, p.order_id, p.net_amount, coalesce(o.amount - p.refunded_amount, 0) as paying,
       (select coalesce(sum(amount), 0) from bayar.credits_owed c where c.payment_id = p.id) as credited, c.obligation_id
  from bayar.payments p join bayar.obligation_charges c on c.merchant = p.merchant and c.order_id = p.order_id
  left join bayar.obligations o on o.payment_id = p.id and o.status = 'paid'`

const LAWS: readonly Law[] = [
  // ------------------------------------------------------------ Midtrans and we
  {
    when: 'end',
    says: 'what Midtrans holds of each transaction is what our books hold of it',
    broken: `select m.*, a.captured_amount, p.net_amount, p.status as ours from year.midtrans m
               left join bayar.attempts a using (transaction_id) left join bayar.payments p on p.id = a.payment_id
              where a.id is null or p.order_id <> m.order_id or p.refunded_amount <> m.refunded or p.net_amount <> m.net`,
  },
  {
    when: 'end',
    says: 'no payment of ours has money that Midtrans does not know',
    broken: `select p.order_id, p.net_amount from bayar.payments p where p.net_amount > 0
                and not exists (select 1 from bayar.attempts a join year.midtrans m using (transaction_id) where a.payment_id = p.id)`,
  },
  // ------------------------------------------------------------ money and periods
  {
    when: 'always',
    says: 'every rupiah of a charge has paid its period or is the customer’s credit',
    broken: `select * from (${MONEY}) m where net_amount <> paying + credited`,
  },
  {
    when: 'always',
    says: 'no period is paid by two charges',
    broken: `select obligation_id, count(*) from (${MONEY}) m where net_amount > credited group by 1 having count(*) > 1`,
  },
  {
    when: 'always',
    says: 'a period has one row that is open or paid, and a later one begins where the one before ends or after it',
    broken: `select o.id, o.subscription_id, o.period, n.period as next, o.period_end, n.period_start from bayar.obligations o
               join bayar.obligations n on n.subscription_id = o.subscription_id and n.kind = 'period' and n.status = 'paid' and n.period > o.period
              where o.kind = 'period' and o.status = 'paid' and n.period_start < o.period_end
                and not exists (select 1 from bayar.credits_owed c where c.subscription_id = o.subscription_id and c.cause_kind = 'plan_change')
                and not exists (select 1 from bayar.obligations c where c.subscription_id = o.subscription_id and c.kind = 'change' and c.status = 'paid')
                and not exists (select 1 from bayar.events e where e.subject_id = o.subscription_id and e.type in ('subscription.cancelled', 'subscription.expired'))`,
  },
  {
    when: 'always',
    says: 'a period costs what its plan costs, and a change of plan no more than that',
    broken: `select o.id, o.kind, o.amount, p.price from bayar.obligations o join bayar.plans p on p.id = o.plan_id
              where (o.kind = 'period' and o.amount <> p.price) or (o.kind = 'change' and o.amount > p.price)`,
  },
  {
    when: 'always',
    says: 'of one obligation at most one charge can be paid at any time',
    broken: `select c.obligation_id from bayar.obligation_charges c join bayar.payments p using (merchant, order_id)
              where p.presumed is null and p.status in ('created', 'pending', 'challenged', 'authorized') group by 1 having count(*) > 1`,
  },
  {
    when: 'always',
    says: 'what Midtrans charges by its own clock is never billed here',
    broken: `select o.id from bayar.obligations o join bayar.subscriptions s on s.id = o.subscription_id where s.collection = 'native'`,
  },
  {
    when: 'always',
    says: 'of the paid periods the subscription counts every one, since it was begun or begun again',
    broken: `select s.id, s.cycle, count(o.id) from bayar.subscriptions s left join bayar.obligations o on o.subscription_id = s.id and o.status = 'paid' and o.kind = 'period'
              where s.collection <> 'native' group by s.id having s.cycle < count(o.id)`,
  },
  {
    when: 'always',
    says: 'nobody whose period is over goes on without being asked for the next',
    broken: `select s.id, s.status, s.current_period_end from bayar.subscriptions s where s.collection <> 'native' and s.status = 'active' and not s.cancel_at_period_end
                and s.current_period_end < $1::timestamptz - interval '12 hours'
                and not exists (select 1 from bayar.obligations o where o.subscription_id = s.id and o.kind = 'period' and o.status = 'open')`,
  },
  {
    when: 'always',
    says: 'nobody is past due for longer than the days of grace and a run of the tasks',
    broken: `select id, past_due_at, grace_until from bayar.subscriptions where collection <> 'native' and status = 'past_due' and grace_until < $1::timestamptz - interval '30 hours'`,
  },
  {
    when: 'always',
    says: 'a customer has one trial',
    broken: `select user_id from bayar.subscriptions where trial_end is not null group by 1 having count(*) > 1`,
  },
  // ------------------------------------------------------------ wallets
  {
    when: 'always',
    says: 'what wallets paid is what periods were paid from them',
    broken: `select coalesce(e.cause_id, o.id::text) as obligation from (select cause_id, sum(amount) as amount from bayar.wallet_entries where kind = 'obligation' group by 1) e
               full join (select * from bayar.obligations where status = 'paid' and payment_id is null) o on o.id::text = e.cause_id
              where (e.cause_id is not null and (o.id is null or o.amount <> -e.amount))`,
  },
  {
    when: 'always',
    says: 'what wallets were given of periods that nobody owed is what was owed to their customers',
    broken: `select c.id, c.amount from bayar.credits_owed c left join bayar.wallet_entries e on e.cause_kind = c.cause_kind and e.cause_id = c.cause_id and e.kind <> 'shortfall'
              where c.user_id is not null and (e.id is null or e.amount - e.owed <> c.amount or c.paid_out_at is null)`,
  },
  {
    when: 'always',
    says: 'what wallets were given back is what payments gave',
    broken: `select r.id, r.amount, e.amount as entry from (select * from bayar.refunds where status = 'given') r
               full join (select * from bayar.wallet_entries where kind = 'refund') e on e.cause_id = r.id::text where r.amount is distinct from e.amount`,
  },
  {
    when: 'always',
    says: 'every wallet has what came in, less what went out',
    broken: `select w.id, w.balance from bayar.wallets w
               cross join lateral (select coalesce(sum(t.received_amount), 0) as sum from bayar.topups t where t.wallet_id = w.id) t
               cross join lateral (select coalesce(sum(r.amount), 0) as sum from bayar.refunds r join bayar.payments p on p.id = r.payment_id where r.status = 'given' and p.user_id = w.user_id) r
               cross join lateral (select coalesce(sum(c.amount), 0) as sum from bayar.credits_owed c where c.user_id = w.user_id) c
               cross join lateral (select coalesce(sum(e.amount), 0) as sum from bayar.wallet_entries e where e.wallet_id = w.id and e.kind in ('adjustment', 'obligation')) e
              where w.balance - w.shortfall <> t.sum + r.sum + c.sum + e.sum`,
  },
  // ------------------------------------------------------------ invoices
  {
    when: 'always',
    says: 'the numbers of invoices have no gap and none is there twice',
    broken: `select i.merchant, count(*), n.last from bayar.invoices i join bayar.invoice_numbers n on n.merchant = i.merchant and i.number like n.prefix || '-%'
              group by i.merchant, n.prefix, n.last
             having count(*) <> n.last or count(distinct i.number) <> n.last or max(right(i.number, 6)::int) <> n.last or min(right(i.number, 6)::int) <> 1`,
  },
  {
    when: 'always',
    says: 'every invoice has its number',
    broken: `select id from bayar.invoices where number is null`,
  },
  {
    when: 'always',
    says: 'the invoice of a cycle has received what its period was paid, less what was given back',
    broken: `select i.number, i.status, i.received_amount, o.status as period, o.amount, p.refunded_amount from bayar.obligations o join bayar.invoices i on i.id = o.invoice_id
               left join bayar.payments p on p.id = o.payment_id
              where i.received_amount <> case when o.status = 'paid' then o.amount - coalesce(p.refunded_amount, 0) else 0 end`,
  },
  {
    when: 'always',
    says: 'nobody has an invoice for a period that is asked for no more',
    broken: `select i.number, i.status, o.status as period from bayar.obligations o join bayar.invoices i on i.id = o.invoice_id where o.status in ('superseded', 'ended') and i.status <> 'void'`,
  },
  {
    when: 'always',
    says: 'an invoice of what is owed or paid is not void',
    broken: `select i.number, o.status from bayar.obligations o join bayar.invoices i on i.id = o.invoice_id where o.status in ('open', 'paid') and i.status = 'void'`,
  },
  {
    when: 'always',
    says: 'nobody is asked for a period that they have paid',
    broken: `select i.number, i.status from bayar.obligations o join bayar.invoices i on i.id = o.invoice_id left join bayar.payments p on p.id = o.payment_id
              where o.status = 'paid' and i.status in ('draft', 'sent', 'overdue') and coalesce(p.refunded_amount, 0) < o.amount`,
  },
  {
    when: 'always',
    says: 'every refund of a cycle has its credit note, and what they add up to was given back',
    broken: `select i.number, p.refunded_amount, n.sum from bayar.obligations o join bayar.invoices i on i.id = o.invoice_id join bayar.payments p on p.id = o.payment_id
               cross join lateral (select coalesce(sum(amount), 0) as sum from bayar.credit_notes where invoice_id = i.id and payment_id = p.id) n
              where o.status = 'paid' and n.sum <> p.refunded_amount`,
  },
  {
    when: 'end',
    says: 'the numbers of credit notes have no gap and every one has its own',
    broken: `select count(*), count(number), max(right(number, 6)::int) from bayar.credit_notes having count(distinct number) <> count(*) or coalesce(max(right(number, 6)::int), 0) <> count(*)`,
  },
  {
    when: 'always',
    says: 'a period that was charged or paid has an invoice',
    broken: `select o.id, o.status from bayar.obligations o where o.invoice_id is null
                and (o.status = 'paid' or exists (select 1 from bayar.obligation_charges c join bayar.payments p using (merchant, order_id) where c.obligation_id = o.id))`,
  },
  // ------------------------------------------------------------ events
  {
    when: 'always',
    says: 'what happens once is told once',
    broken: `select subject_id, payment_id, type, count(*) from bayar.events
              where type in ('payment.received', 'payment.settled', 'payment.expired', 'payment.cancelled', 'payment.charged_back', 'payment.reversed', 'invoice.created', 'subscription.created',
                             'topup.succeeded', 'topup.failed', 'topup.expired')
              group by 1, 2, 3 having count(*) > 1`,
  },
  {
    when: 'always',
    says: 'a charge is told of its subscription once',
    broken: `select subject_id, payment_id, type, count(*) from bayar.events where type = 'subscription.charged' and payment_id is not null group by 1, 2, 3 having count(*) > 1`,
  },
  {
    when: 'always',
    says: 'a movement of a wallet is told once',
    broken: `select w.id, e.n, told.n from bayar.wallets w cross join lateral (select count(*) as n from bayar.wallet_entries where wallet_id = w.id and amount <> 0) e
               cross join lateral (select count(*) as n from bayar.events where subject_id = w.id and type is not null) told where told.n <> e.n`,
  },
  {
    when: 'always',
    says: 'each event that moves money had its effect in the transaction that caused it, once',
    broken: `select coalesce(e.id, w.event_id) as event, e.type, w.n from (select * from bayar.events where type in (${WITHIN.map((type) => `'${type}'`).join(', ')})) e
               full join (select event_id, count(*) as n from year.within group by 1) w on w.event_id = e.id where w.n is distinct from 1`,
  },
  {
    when: 'end',
    says: 'each event came to its handler, once',
    broken: `select coalesce(e.id, t.event_id) as event, e.type, t.n from (select * from bayar.events where type is not null) e
               full join (select event_id, count(*) as n from year.told group by 1) t on t.event_id = e.id where t.n is distinct from 1`,
  },
  // ------------------------------------------------------------ nothing is left
  ...nothingLeft({
    'every command to Midtrans has its answer': `select id, command, state from bayar.intents where state in ('prepared', 'sent') or check_at is not null`,
    'every command about a subscription has its answer': `select id, command, state from bayar.subscription_intents where state = 'sent' or check_at is not null`,
    'every delivery is done': `select event_id, state, error from bayar.deliveries where state <> 'done'`,
    'every task is done': `select name, state, error from bayar.tasks where state <> 'done'`,
    'every notice was dealt with': `select id, order_id, transaction_status, status, error from bayar.notifications where due_at is not null or status in ('received', 'failed', 'foreign')`,
    'no payment waits for anybody': `select p.order_id, p.status, p.presumed from bayar.payments p where p.presumed is null and p.status in ('created', 'pending', 'challenged', 'authorized')`,
    'every outcome is known': `select order_id from bayar.payments where open_intent_id is not null`,
    'nothing is owed': `select id, status from bayar.obligations where status = 'open' or charge_at is not null or close_at is not null`,
    'everybody has left': `select id, collection, status from bayar.subscriptions where status not in ('cancelled', 'expired', 'failed')`,
    'every credit is paid out': `select id from bayar.credits_owed where paid_out_at is null`,
    'a person is asked about nothing but what was spent before it was taken back, and what was given back twice': `select p.order_id, r.reason from bayar.reviews r join bayar.payments p on p.id = r.payment_id
              where r.reason <> 'shortfall' and not (r.reason = 'refund_excess' and exists (select 1 from bayar.refunds g where g.payment_id = p.id and g.status = 'given'))`,
  }),
]

function nothingLeft(queries: Readonly<Record<string, string>>): readonly Law[] {
  return Object.entries(queries).map(([says, broken]) => ({ when: 'end', says, broken }))
}

export async function checkLaws(town: Town, when: Law['when']): Promise<void> {
  await checkBooks(town.database)
  if (when === 'end') await bring(town)
  for (const { says, broken, when: holds } of LAWS) {
    if (holds === 'end' && when !== 'end') continue
    const params = broken.includes('$1') ? [town.now()] : []
    const rows = await town.rows(`${broken} limit 4`, params)
    if (rows.length > 0)
      throw new Error(`${town.now().toISOString()}: it is not true that ${says}. ${JSON.stringify(rows)}`)
  }
}

async function bring({ database, test }: Town): Promise<void> {
  for (const statement of MIDTRANS.split(';')) await database.query(statement)
  const rows = test.simulator.transactions().map((one) => ({
    transaction_id: one.transactionId,
    order_id: one.orderId,
    status: one.status,
    amount: one.grossAmount,
    refunded: one.refundAmount,
    net: netOf(one),
  }))
  await database.query(
    `insert into year.midtrans select * from json_to_recordset($1::json) as m (transaction_id text, order_id text, status text, amount bigint, refunded bigint, net bigint)`,
    [JSON.stringify(rows)],
  )
  await database.query(`insert into year.told select * from unnest($1::uuid[], $2::text[])`, [
    test.events.map(({ id }) => id),
    test.events.map(({ type }) => type),
  ])
}

const HOLDS: ReadonlySet<string> = new Set(['capture', 'settlement', 'partial_refund'])

/** What the merchant has of it, by Midtrans's word alone. */
function netOf({ status, fraudStatus, grossAmount, refundAmount }: SimulatedTransaction): number {
  const isHeld = HOLDS.has(status) && !(status === 'capture' && fraudStatus === 'challenge')
  return isHeld ? grossAmount - refundAmount : 0
}
