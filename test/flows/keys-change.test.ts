import { expect, test } from 'vitest'
import { type Bayar, composeBayar } from '../../src/bayar.ts'
import type { BayarOptions } from '../../src/config.ts'
import { silentLog } from '../../src/operations/log.ts'
import { type Kit, kit } from '../support/kit.ts'
import { CHARGE, pendingOrder } from '../support/pending-order.ts'

/** What the simulator signs with when it signs wrongly: here, the account's other key, which nobody has configured yet. */
const NEW_KEY = 'the-key-of-somebody-else'

/** Another process of the same shop, with other keys: it begins to work, and does what is due. */
async function restarted(
  test: Kit,
  options: BayarOptions,
  work: (bayar: Bayar) => Promise<void> = async () => {},
) {
  const { settings } = test.bayar
  const bayar = composeBayar(
    {
      ...settings,
      database: test.databaseUrl,
      log: silentLog,
      ...options,
    } as BayarOptions,
    { waiveDurability: true },
  )
  bayar.on('*', 'bayar-test-kit', () => {})
  try {
    const worker = await bayar.work()
    await worker.idle()
    await work(bayar)
  } finally {
    await bayar.close()
  }
}

const keySet = async (test: Kit) => (await test.rows('select * from bayar.key_set'))[0]!

test('what looked forged while a key was missing is judged once it is configured, and what was not even kept is asked for', async () => {
  await using test = await kit()
  for (const orderId of ['KEPT', 'LOST', 'OTHER']) await pendingOrder(test, orderId)
  await test.bayar.payments.charge({ orderId: 'BACK', grossAmount: 150_000, paymentType: 'gopay' })
  await test.pay('BACK')
  const before = await keySet(test)
  expect(before.digest).toMatch(/^[0-9a-f]{64}$/)

  // The account's key is another one all of a sudden: Midtrans signs with it, and nothing verifies.
  test.simulator.faults.add({ kind: 'wrong_signature', times: 1_000 })
  await test.simulator.pay('KEPT')
  await test.simulator.refund('BACK', { amount: 30_000 })
  await test.idle()
  test.simulator.faults.clear()
  test.simulator.faults.add({ kind: 'lose', times: 1_000 })
  await test.simulator.pay('LOST')
  await test.idle()
  expect((await test.bayar.payments.find('KEPT'))!.status).toBe('pending')

  await restarted(test, { oldServerKeys: [NEW_KEY] })
  await test.idle()
  expect(await test.bayar.payments.find('KEPT')).toMatchObject({ status: 'settled' })
  expect(await test.bayar.payments.find('LOST')).toMatchObject({ status: 'settled' })
  expect(await test.bayar.payments.find('BACK')).toMatchObject({
    status: 'partially_refunded',
    refundAmount: 30_000,
  })
  expect(await test.bayar.payments.find('OTHER')).toMatchObject({ status: 'pending' })
  const { results } = await test.bayar.notifications.list({ filter: { status: 'invalid_signature' } })
  expect(results).toEqual([])

  const after = await keySet(test)
  expect(after).toMatchObject({ since: null, position: null, leased_until: null })
  expect(after.digest).not.toBe(before.digest)
  expect(JSON.stringify(after)).not.toContain(NEW_KEY)
  expect(test.told('KEPT').filter((type) => type === 'payment.settled').length).toBeLessThanOrEqual(1)
})

test('the same keys ask nothing, also in another order; several workers do it once', async () => {
  await using test = await kit({ options: { oldServerKeys: [NEW_KEY] } })
  await pendingOrder(test, 'ORDER-1')
  const asked = () => test.simulator.transactions().length + test.simulator.notifications.list().length
  const before = asked()
  let questions = 0
  const counting: typeof fetch = (input, init) => {
    questions++
    return test.simulator.fetch(new Request(input, init))
  }
  const { serverKey } = test.simulator
  await restarted(test, { fetch: counting })
  await restarted(test, { fetch: counting, serverKey: NEW_KEY, oldServerKeys: [serverKey] })
  expect(questions).toBe(0)
  expect(asked()).toBe(before)

  test.simulator.faults.add({ kind: 'wrong_signature', times: 1_000 })
  await test.simulator.pay('ORDER-1')
  await test.idle()
  // It verifies with the keys that are there: no one waits for a restart.
  expect((await test.bayar.payments.find('ORDER-1'))!.status).toBe('settled')
})

test('without any notice that verifies now, no payment is asked about', async () => {
  await using test = await kit()
  for (let index = 0; index < 5; index++)
    await test.bayar.payments.charge({ orderId: `ORDER-${index}`, ...CHARGE })
  await test.idle()
  let questions = 0
  await restarted(test, {
    oldServerKeys: ['SB-Mid-server-of-another-time'],
    fetch: (input, init) => {
      questions++
      return test.simulator.fetch(new Request(input, init))
    },
  })
  expect(questions).toBe(0)
})

test('one that dies in the middle is gone on with by the next', async () => {
  await using test = await kit()
  await pendingOrder(test, 'KEPT')
  await pendingOrder(test, 'LOST')
  test.simulator.faults.add({ kind: 'wrong_signature', orderId: 'KEPT', times: 1_000 })
  test.simulator.faults.add({ kind: 'lose', orderId: 'LOST', times: 1_000 })
  await test.simulator.pay('KEPT')
  await test.simulator.pay('LOST')
  await test.idle()
  // The notice is judged, then Midtrans is away.
  test.simulator.faults.add({ kind: 'http_error', verb: 'status', status: 503, when: 'before', times: 1_000 })
  await restarted(test, { oldServerKeys: [NEW_KEY] })
  expect((await test.bayar.payments.find('KEPT'))!.status).toBe('settled')
  expect((await test.bayar.payments.find('LOST'))!.status).toBe('pending')
  expect((await keySet(test)).since).toBeInstanceOf(Date)

  test.simulator.faults.clear()
  await restarted(test, { oldServerKeys: [NEW_KEY] })
  expect((await test.bayar.payments.find('LOST'))!.status).toBe('settled')
  expect((await keySet(test)).since).toBe(null)
})
