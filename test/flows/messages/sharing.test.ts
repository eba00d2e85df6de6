/** Several workers, one list: each message is sent by one of them, and a try that was overtaken has no say. Old ones go. */
import { expect, test } from 'vitest'
import { composeBayar } from '../../../src/bayar.ts'
import { silentLog } from '../../../src/operations/log.ts'
import { BCA, club, DAY } from '../../support/billing.ts'
import { type Kit, kit } from '../../support/kit.ts'
import { type Mailbox, mailbox } from '../../support/mailbox.ts'

/** Another process of the same shop. */
function another(shop: Kit, box: Mailbox) {
  return composeBayar(
    {
      database: shop.databaseUrl,
      serverKey: shop.simulator.serverKey,
      clock: shop.simulator.clock,
      log: silentLog,
      messages: { channel: box.channel },
    },
    { waiveDurability: true },
  )
}
const topUp = (shop: Kit, userId = 'user-1') => shop.bayar.topups.create({ userId, amount: 50_000, ...BCA })
const listed = async (shop: Kit) => (await shop.bayar.messages.list({ limit: 200 })).results

test('many workers send each message once', async () => {
  const box = mailbox()
  await using shop = await kit({ options: { messages: { channel: box.channel } } })
  await topUp(shop)
  await shop.idle()
  // Later than the rows are looked for by those that run already.
  await shop.rows(
    `insert into bayar.messages (id, merchant, type, user_id, channel, language, facts, dedupe_key, due_at, created_at, updated_at)
     select gen_random_uuid(), 'default', 'cancelled', 'user-' || n, 'host', 'id', '{"title":"Pro"}', 'cancelled:' || n, '2026-03-02T06:00:00Z', now(), now()
       from generate_series(1, 150) n`,
  )
  const others = [another(shop, box), another(shop, box)]
  const workers = await Promise.all(others.map((one) => one.work({ beat: false })))
  await shop.simulator.clock.advance(3_600)
  await Promise.all([shop.idle(), ...workers.map((worker) => worker.idle())])
  for (const one of others) await one.close()
  const ids = box.sent.map(({ id }) => id)
  expect(new Set(ids).size).toBe(151)
  expect(ids).toHaveLength(151)
  expect((await listed(shop)).filter(({ status, tries }) => status !== 'sent' || tries !== 1)).toEqual([])
})

test('a try that was overtaken by another worker says nothing any more', async () => {
  const box = mailbox()
  let fail: (error: Error) => void = () => {}
  let begun: () => void = () => {}
  const hasBegun = new Promise<void>((resolve) => {
    begun = resolve
  })
  box.behave(
    () =>
      new Promise((_, reject) => {
        fail = reject
        begun()
      }),
  )
  await using shop = await kit({ options: { messages: { channel: box.channel } } })
  await topUp(shop)
  await hasBegun
  // It hangs for longer than its claim lasts, and another one takes it over.
  await shop.simulator.clock.advance(300)
  const quick = mailbox()
  const second = another(shop, quick)
  const worker = await second.work({ beat: false })
  await worker.idle()
  expect(quick.types()).toEqual(['payment_pending'])
  fail(new Error('too late'))
  await shop.idle()
  await second.close()
  expect(await listed(shop)).toMatchObject([{ status: 'sent', tries: 2, error: null }])
})

test('messages of more than 400 days ago go, except what still waits to be sent', async () => {
  const box = mailbox()
  await using shop = await club({ options: { messages: { channel: box.channel } } })
  await shop.member('old')
  await shop.simulator.clock.advance(399 * DAY)
  expect(await shop.bayar.tasks.purge()).toMatchObject({ messages: 0 })
  await shop.rows(
    `insert into bayar.messages (id, merchant, type, channel, language, facts, dedupe_key, due_at, created_at, updated_at)
     select gen_random_uuid(), 'default', 'cancelled', 'host', 'id', '{}', 'waits', '2036-01-01', '2026-03-02', '2026-03-02'`,
  )
  await shop.simulator.clock.advance(2 * DAY)
  expect(await shop.bayar.tasks.purge()).toMatchObject({ messages: 2 })
  expect((await listed(shop)).map(({ type, status }) => [type, status])).toEqual([['cancelled', 'pending']])
  // The finished deliveries went as well: given again, so that the books of the kit are whole.
  await shop.bayar.events.replay({ handler: 'bayar-test-kit', from: new Date('2026-03-01') })
})
