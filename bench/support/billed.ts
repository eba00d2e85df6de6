/** What must hold when everybody has been billed: asked of our books by SQL, and of Midtrans's ledger. One mistake, and the measurement is void. */
import { createReadStream } from 'node:fs'
import { createInterface } from 'node:readline'
import type pg from 'pg'

const CHUNK = 20_000

/** How many rows speak against each. A charge that the killed one wrote and never sent is made again: it counts as none. */
// biome-ignore format: a table is read in columns
const LAWS: Readonly<Record<string, string>> = {
  'a subscription has not exactly one obligation for its second period': `select s.id from bayar.subscriptions s left join bayar.obligations o on o.subscription_id = s.id and o.period = 2 group by s.id having count(o.id) <> 1`,
  'a period beyond the second was begun':               `select id from bayar.obligations where period > 2`,
  'a period was charged more than once':                `select o.id from bayar.obligations o join bayar.obligation_charges c on c.obligation_id = o.id group by o.id having count(*) - o.unmade <> 1`,
  'a period of a card or a wallet is not paid':         `select o.id from bayar.obligations o join bayar.subscriptions s on s.id = o.subscription_id where o.period = 2 and s.payment_type <> 'bank_transfer' and o.status <> 'paid'`,
  'a period has no number by which it can be paid':     `select o.id from bayar.obligations o join bayar.subscriptions s on s.id = o.subscription_id left join bayar.obligation_charges c on c.obligation_id = o.id left join bayar.payments p on p.merchant = c.merchant and p.order_id = c.order_id and p.presumed is null and p.status = 'pending' where o.period = 2 and s.payment_type = 'bank_transfer' group by o.id having o.status <> 'open' or count(p.id) <> 1`,
  'a wallet was not debited exactly once':              `select w.id from bayar.wallets w left join bayar.wallet_entries e on e.wallet_id = w.id and e.cause_kind = 'obligation' group by w.id having count(e.id) <> 1`,
  'a wallet is not what its entries add up to':         `select w.id from bayar.wallets w join bayar.wallet_entries e on e.wallet_id = w.id group by w.id having w.balance <> sum(e.amount)`,
  'a period has not exactly one invoice':               `select o.id from bayar.obligations o left join bayar.invoices i on i.obligation_id = o.id where o.period = 2 group by o.id having count(i.id) <> 1`,
  'invoice numbers have a gap':                         `select 1 from (select count(*) as rows, count(distinct number) as numbers, max(right(number, 6)::int) as last from bayar.invoices) i where rows <> numbers or rows <> last`,
  'Midtrans has a transaction that we have not':        `select l.order_id from pg_temp.ledger l left join bayar.payments p on p.merchant = 'default' and p.order_id = l.order_id where p.id is null`,
  'Midtrans has two transactions of one order':         `select order_id from pg_temp.ledger group by 1 having count(*) <> 1`,
  'Midtrans charged a subscription not exactly once':   `select s.id from bayar.subscriptions s left join bayar.payments p on p.owner_id = s.id left join pg_temp.ledger l on l.order_id = p.order_id where s.collection = 'charge' group by s.id, s.payment_type having count(l.order_id) <> 1 or bool_or(l.status <> case s.payment_type when 'credit_card' then 'capture' else 'pending' end)`,
  'Midtrans charged another amount':                    `select l.order_id from pg_temp.ledger l join bayar.payments p on p.order_id = l.order_id where l.amount <> p.gross_amount`,
}

export async function checkBilled(pool: pg.Pool, ledgerFile: string): Promise<number> {
  const client = await pool.connect()
  try {
    await client.query('create temporary table ledger (order_id text, status text, amount bigint)')
    const transactions = await readLedger(client, ledgerFile)
    await client.query('analyze pg_temp.ledger')
    const wrong: string[] = []
    for (const [says, query] of Object.entries(LAWS)) {
      const { rows } = await client.query<{ count: number }>(
        `select count(*)::int as count from (${query}) as against`,
      )
      if (rows[0]!.count > 0) wrong.push(`${says} (${rows[0]!.count})`)
    }
    if (wrong.length > 0) throw new Error(`The run is void: ${wrong.join('; ')}.`)
    return transactions
  } finally {
    client.release()
  }
}

async function readLedger(client: pg.PoolClient, file: string): Promise<number> {
  let transactions = 0
  let lines: string[][] = []
  const write = async () => {
    await client.query(
      'insert into pg_temp.ledger select * from unnest($1::text[], $2::text[], $3::bigint[])',
      [...[0, 1, 2].map((column) => lines.map((line) => line[column]))],
    )
    transactions += lines.length
    lines = []
  }
  for await (const line of createInterface({ input: createReadStream(file) })) {
    lines.push(line.split('\t'))
    if (lines.length === CHUNK) await write()
  }
  if (lines.length > 0) await write()
  return transactions
}
