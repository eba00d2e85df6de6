import { expect, test } from 'vitest'
import { surface } from './surface.ts'

const at = '/midtrans/api/reconciliations/'

test('a page a request, to the end; with fix it is repaired', async () => {
  await using shop = await surface()
  for (let index = 0; index < 103; index++)
    await shop.bayar.payments.charge({ orderId: `ORDER-${index}`, grossAmount: 10_000, paymentType: 'gopay' })
  await shop.idle()
  shop.simulator.faults.add({ kind: 'lose', times: 100 })
  for (const index of [5, 102]) await shop.simulator.pay(`ORDER-${index}`)
  const period = { from: '2026-03-01', to: '2026-03-10T00:00:00+07:00' }

  const seen: string[] = []
  let after: string | undefined
  for (let page = 0; page < 10; page++) {
    const { status, body } = await shop.call('POST', at, { ...period, ...(after && { after }) })
    expect(status).toBe(200)
    expect(body).toMatchObject({ total: 103, compared: page === 0 ? 100 : 103 })
    seen.push(...body.differences.map(({ order_id }: { order_id: string }) => order_id))
    after = body.next_after
    if (after === null) break
  }
  expect(seen).toEqual(['ORDER-5', 'ORDER-102'])

  const fixed = await shop.call('POST', at, { ...period, fix: true })
  expect(fixed.body.differences).toMatchObject([
    {
      kind: 'status_differs',
      here: { status: 'pending', amount: 10_000, given_back: 0 },
      after: { status: 'settled' },
      is_fixed: true,
    },
  ])
  expect((await shop.bayar.payments.find('ORDER-5'))!.status).toBe('settled')
})

test('it is for staff, and mistakes are told by field', async () => {
  await using shop = await surface()
  const period = { from: '2026-03-01', to: '2026-03-02' }
  expect((await shop.call('POST', at, period, { authorization: '' })).status).toBe(401)
  for (const [body, field] of [
    [{ ...period, from: 'yesterday' }, 'from'],
    [{ ...period, to: '2026-02-01' }, 'to'],
    [{ ...period, merchant: 'nobody' }, 'merchant'],
    [{ ...period, after: 'nonsense' }, 'after'],
    [{ from: '2026-03-01' }, 'to'],
  ] as const)
    expect(await shop.call('POST', at, body)).toMatchObject({
      status: 400,
      body: { code: 'invalid_request', problems: [{ field }] },
    })
})
