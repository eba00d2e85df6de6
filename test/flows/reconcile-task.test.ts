import { expect, test } from 'vitest'
import { kit } from '../support/kit.ts'
import { CHARGE } from '../support/pending-order.ts'

const PERIOD = { from: '2026-03-01', to: '2026-03-20T00:00:00+07:00' }

test('by a worker: differences are counted and with fix repaired; mistakes are told to whoever asks', async () => {
  await using test = await kit()
  for (let index = 0; index < 130; index++)
    await test.bayar.payments.charge({ orderId: `ORDER-${index}`, ...CHARGE })
  await test.idle()
  test.simulator.faults.add({ kind: 'lose', times: 100 })
  for (const index of [1, 90, 129]) await test.simulator.pay(`ORDER-${index}`)

  expect(await test.bayar.tasks.reconcile(PERIOD)).toEqual({
    compared: 130,
    differences: 3,
    fixed: 0,
    byKind: { status_differs: 3 },
  })
  const handle = await test.bayar.tasks.reconcile.delay({ ...PERIOD, fix: true })
  await test.idle()
  expect(await handle.result({ timeout: 5 })).toMatchObject({ compared: 130, differences: 3, fixed: 3 })
  expect((await test.bayar.payments.find('ORDER-90'))!.status).toBe('settled')

  for (const wrong of [
    { ...PERIOD, to: '2026-02-01' },
    { ...PERIOD, from: 'yesterday' },
    { ...PERIOD, merchant: 'nobody' },
  ])
    await expect(test.bayar.tasks.reconcile.delay(wrong)).rejects.toMatchObject({ code: 'invalid_request' })
})

test('a date alone is a day in Jakarta, in a task and over the command line alike', async () => {
  await using test = await kit()
  const asked = { from: '2026-03-02', to: '2026-03-03' }
  await test.bayar.payments.charge({ orderId: 'ORDER-NOON', ...CHARGE })
  // One o'clock of the next morning there, and the same day in UTC.
  await test.advance(13 * 3600)
  await test.bayar.payments.charge({ orderId: 'ORDER-NIGHT', ...CHARGE })
  expect(await test.bayar.tasks.reconcile(asked)).toMatchObject({ compared: 1 })
})

test('"too many requests" puts it off, and it goes on where it was', async () => {
  await using test = await kit()
  for (let index = 0; index < 130; index++)
    await test.bayar.payments.charge({ orderId: `ORDER-${index}`, ...CHARGE })
  await test.idle()
  test.simulator.faults.add({ kind: 'lose', times: 100 })
  for (const index of [1, 129]) await test.simulator.pay(`ORDER-${index}`)
  const handle = await test.bayar.tasks.reconcile.delay(PERIOD)
  test.simulator.faults.add({ kind: 'too_many', verb: 'status', orderId: 'ORDER-110', times: 1 })
  await test.idle()
  await test.advance(61)
  await test.advance(61)
  expect(await handle.result({ timeout: 5 })).toMatchObject({ compared: 130 })
})
