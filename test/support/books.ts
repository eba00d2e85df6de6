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
  }
  for (const [law, query] of Object.entries(checks)) {
    const { rows } = await database.query(query)
    if (rows.length > 0) throw new Error(`The books are wrong: ${law}. ${JSON.stringify(rows.slice(0, 3))}`)
  }
}
