/** Many are due in the same hour, and three processes bill them, of which one dies in the middle: what `npm run bench -- billing` does with a hundred thousand. */
import { expect, test } from 'vitest'
import { dashboard } from '../../support/dashboard.ts'
import { seedDueMembers } from '../../support/members.ts'
import { mortalShop } from '../../support/mortal-shop.ts'

const CARDS = 60
const NUMBERS = 60
const WALLETS = 60
const ALL = CARDS + NUMBERS + WALLETS

test('each is charged once, whoever dies, and has one obligation, one invoice and one debit', async () => {
  const shop = await mortalShop()
  const { simulator, direct } = shop
  const living = [shop.open(), shop.open()]
  const workers: Awaited<ReturnType<(typeof living)[number]['work']>>[] = []
  for (const bayar of living) workers.push(await bayar.work({ beat: false }))
  const now = simulator.clock.now()
  const token = await dashboard(simulator).savedCard()
  await seedDueMembers(direct, { count: CARDS + WALLETS, wallets: WALLETS, token, now })
  await seedDueMembers(direct, { count: NUMBERS, name: 'number', now })

  // One run of each task, as a beat gives them; the others help.
  await living[0]!.tasks.processDueSubscriptions.delay()
  await living[0]!.tasks.processWalletBilling.delay()
  const lived = await shop.livesThrough(
    { at: 900, when: 'after', statements: 0, isDead: false },
    async () => void (await Promise.all(workers.map((worker) => worker.idle()))),
    { beat: false },
  )
  expect(lived).toBe(false)

  // Its leases end, and what it had sent is found out.
  const last = shop.open()
  workers.push(await last.work({ beat: false }))
  for (const seconds of [40, 120, 200, 300, 900]) {
    await simulator.clock.advance(seconds)
    await simulator.idle()
    for (const worker of workers) await worker.idle()
  }

  const { rows } = await direct.query<Record<string, number>>(
    `select count(*)::int as subscriptions, sum(periods)::int as periods, max(periods)::int as most, sum(charges)::int as charges, sum(paid)::int as paid, sum(invoices)::int as invoices
       from (select s.id, count(distinct o.id)::int as periods, count(distinct i.id)::int as invoices,
                    count(distinct p.id) filter (where p.presumed is null)::int as charges, count(distinct o.id) filter (where o.status = 'paid')::int as paid
               from bayar.subscriptions s left join bayar.obligations o on o.subscription_id = s.id and o.period = 2
               left join bayar.invoices i on i.obligation_id = o.id
               left join bayar.obligation_charges c on c.obligation_id = o.id
               left join bayar.payments p on p.merchant = c.merchant and p.order_id = c.order_id
              group by s.id) each`,
  )
  expect(rows).toEqual([
    {
      subscriptions: ALL,
      periods: ALL,
      most: 1,
      charges: CARDS + NUMBERS,
      paid: CARDS + WALLETS,
      invoices: ALL,
    },
  ])
  // Midtrans's ledger: one transaction for each that it was to charge.
  const transactions = simulator.transactions()
  expect(transactions.filter(({ status }) => status === 'capture' || status === 'settlement')).toHaveLength(
    CARDS,
  )
  expect(transactions.filter(({ status }) => status === 'pending')).toHaveLength(NUMBERS)
  const { rows: debits } = await direct.query<{ count: number }>(
    `select count(*)::int as count from bayar.wallet_entries where cause_kind = 'obligation'`,
  )
  expect(debits).toEqual([{ count: WALLETS }])
  for (const bayar of living) await bayar.close()
  await shop.close(last)
}, 240_000)
