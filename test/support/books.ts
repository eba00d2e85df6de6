/** What holds after any history: a violation here is lost or doubled money, whatever the test was about. */
export async function checkBooks(database: {
  query<R>(text: string): Promise<{ rows: R[] }>
}): Promise<void> {
  // biome-ignore format: a table is read in columns
  const checks: Readonly<Record<string, string>> = {
    'the net of a payment is the sum of its history': `select p.order_id from bayar.payments p left join bayar.events e on e.subject_id = p.id group by p.id having p.net_amount <> coalesce(sum(e.money_delta), 0)`,
    'every version is one history row':               `select p.order_id from bayar.payments p left join bayar.events e on e.subject_id = p.id group by p.id having p.version <> count(e.id) or p.version <> coalesce(max(e.sequence), 0)`,
    'what was refunded is the sum of its rows':       `select p.order_id from bayar.payments p left join bayar.refunds r on r.payment_id = p.id and r.status = 'confirmed' group by p.id having p.refunded_amount <> coalesce(sum(r.amount), 0)`,
    'an order is settled once':                       `select subject_id from bayar.events where type = 'payment.settled' group by subject_id having count(*) > 1`,
    'each told event is owed to each of its handlers': `select e.id from bayar.events e join bayar.handlers h on h.kind = 'on' and e.type = any (h.events) and e.occurred_at >= h.since left join bayar.deliveries d on d.handler_id = h.id and d.subject_id = e.subject_id and d.sequence = e.sequence where d.event_id is null and h.retired_at is null`,
    'the work list has every open payment':           `select p.order_id from bayar.payments p left join bayar.open_payments o on o.payment_id = p.id where p.presumed is null and p.status in ('created', 'pending', 'challenged', 'authorized', 'captured') and o.payment_id is null`,
    'a wallet has what its entries add up to':        `select w.id from bayar.wallets w left join bayar.wallet_entries e on e.wallet_id = w.id group by w.id having w.balance <> coalesce(sum(e.amount), 0) or w.shortfall <> coalesce(sum(e.owed), 0)`,
    'the money of a top-up is what its entries say':   `select t.order_id from bayar.topups t join bayar.payments p on p.owner_id = t.id left join bayar.wallet_entries e on e.payment_id = p.id and e.kind in ('top_up', 'top_up_returned') group by t.id, p.id having p.net_amount <> coalesce(sum(e.amount - e.owed), 0) or p.net_amount <> t.received_amount`,
    'each entry says what the ones up to it add up to': `select id from (select id, balance, shortfall, sum(amount) over w as sum, sum(owed) over w as owed from bayar.wallet_entries window w as (partition by wallet_id order by sequence)) e where balance <> sum or shortfall <> owed`,
    'a period is paid by money that was taken':       `select o.id from bayar.obligations o left join bayar.attempts a on a.id = o.attempt_id where o.status = 'paid' and o.payment_id is not null and (a.id is null or not a.paid or a.captured_amount < o.amount)`,
    'what is billed here will be billed again':       `select s.id from bayar.subscriptions s where s.collection <> 'native' and s.status in ('trialing', 'active') and s.next_charge_at is null and not exists (select 1 from bayar.obligations o where o.subscription_id = s.id and o.kind = 'period' and o.status = 'open')`,
    'nobody goes on for what nobody asks them to pay': `select o.id from bayar.obligations o join bayar.subscriptions s on s.id = o.subscription_id where o.kind = 'period' and o.status = 'open' and o.charge_at is null and s.status in ('trialing', 'active') and not exists (select 1 from bayar.obligation_charges c join bayar.payments p using (merchant, order_id) where c.obligation_id = o.id and p.presumed is null and p.status in ('created', 'pending', 'challenged', 'authorized'))`,
    'what was told of it, its customer was told':    `select e.id from bayar.events e where e.type in ('subscription.cancelled', 'subscription.expired', 'invoice.overdue', 'topup.succeeded', 'topup.failed', 'topup.expired') and not exists (select 1 from bayar.messages m where e.subject_id in (m.subscription_id, m.invoice_id, m.topup_id))`,
    'a message that was sent has its words':          `select id from bayar.messages where status = 'sent' and (subject is null or body is null)`,
    'credit notes are numbered without a gap':        `select merchant from bayar.credit_notes where number is not null group by merchant, regexp_replace(number, '[0-9]+$', '') having count(*) <> max(substring(number from '[0-9]+$')::bigint)`,
    'nothing is owed by what has ended':              `select o.id from bayar.obligations o join bayar.subscriptions s on s.id = o.subscription_id where o.status = 'open' and s.status in ('cancelled', 'expired')`,
  }
  for (const [law, query] of Object.entries(checks)) {
    const { rows } = await database.query(query)
    if (rows.length > 0) throw new Error(`The books are wrong: ${law}. ${JSON.stringify(rows.slice(0, 3))}`)
  }
}
