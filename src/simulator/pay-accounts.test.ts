import { describe, expect, test } from 'vitest'
import { type Bench, bench } from '../../test/support/simulated-merchant.ts'

const ask = (m: Bench, phone_number: unknown, more: object = {}) =>
  m.call('POST', '/v2/pay/account', {
    payment_type: 'gopay',
    gopay_partner: { phone_number, country_code: '62', redirect_url: 'https://shop.example/', ...more },
  })

async function linked(m: Bench): Promise<{ id: string; token: string; later: string }> {
  const { body } = await ask(m, '81234567890')
  const { id, options } = await m.simulator.payAccounts.link(String(body.account_id))
  return { id, token: options[0]!.token, later: options[1]!.token }
}

const pay = (m: Bench, order: string, id: string, token: string, more: object = {}) =>
  m.charge(order, {
    payment_type: 'gopay',
    transaction_details: { order_id: order, gross_amount: 100_000 },
    gopay: { account_id: id, payment_option_token: token, ...more },
  })

describe('linking a GoPay account', () => {
  // biome-ignore format: a table is read in columns
  test.each([
    ['123450001',    { status_code: '202', channel_response_code: '105' }],
    ['123450002',    { status_code: '202', channel_response_code: '105' }],
    ['081234567890', { status_code: '310' }],
    ['+62812',       { status_code: '310' }],
    ['',             { status_code: '400' }],
  ])('of phone %s', async (phone, answer) => {
    expect((await ask(bench(), phone)).body).toMatchObject(answer)
  })

  test('refuses what is no request', async () => {
    const m = bench()
    expect((await m.call('POST', '/v2/pay/account', '[')).body.status_code).toBe('413')
    expect((await m.call('POST', '/v2/pay/account', { payment_type: 'ovo' })).body).toMatchObject({
      status_code: '400',
      validation_messages: ['payment_type must be gopay', 'gopay_partner is required'],
    })
    expect((await ask(m, {})).body.status_code).toBe('413')
  })

  test('goes from pending to enabled to disabled, and a linked phone is not linked twice', async () => {
    const m = bench()
    const { body } = await ask(m, '81234567890')
    const id = String(body.account_id)
    const get = () => m.call('GET', `/v2/pay/account/${id}`)
    expect((await get()).body).toEqual({
      status_code: '201',
      payment_type: 'gopay',
      account_id: id,
      account_status: 'PENDING',
    })
    expect((await m.call('POST', `/v2/pay/account/${id}/unbind`)).body.status_code).toBe('412')
    await m.simulator.payAccounts.link(id)
    expect((await ask(m, '81234567890')).body).toMatchObject({ status_code: '200', account_id: id })
    expect((await m.call('POST', `/v2/pay/account/${id}/unbind`)).body.status_code).toBe('204')
    expect(await get()).toMatchObject({ http: 200, body: { status_code: '204', account_status: 'DISABLED' } })
    expect((await ask(m, '81234567890')).body.account_id).not.toBe(id)
    expect((await m.call('GET', '/v2/pay/account/nobody')).body.status_code).toBe('404')
  })

  test('that nobody agreed to expires', async () => {
    const m = bench()
    const { body } = await ask(m, '81234567890')
    const path = `/_simulator/pay-accounts/${body.account_id}`
    expect((await m.call('POST', `${path}/expire`)).body.account_status).toBe('EXPIRED')
    expect((await m.call('POST', `${path}/link`)).http).toBe(409)
    expect((await m.call('GET', `/v2/pay/account/${body.account_id}`)).body.status_code).toBe('204')
    expect((await m.call('POST', `${path}/sell`)).http).toBe(404)
    expect((await m.call('POST', `${path}/set`, { balance: 'much' })).http).toBe(400)
    expect((await m.call('GET', '/_simulator/pay-accounts')).body.results).toHaveLength(1)
  })
})

describe('a linked account', () => {
  test('pays at once, and says with what', async () => {
    const m = bench()
    const { id, token, later } = await linked(m)
    expect((await pay(m, 'one', id, token)).body).toMatchObject({
      status_code: '200',
      transaction_status: 'settlement',
    })
    await pay(m, 'two', id, later)
    await m.simulator.idle()
    expect(m.received.map(({ body }) => [body.transaction_status, body.payment_option_type])).toEqual([
      ['settlement', 'GOPAY_WALLET'],
      ['settlement', 'PAY_LATER'],
    ])
  })

  test('says no when there is too little in it', async () => {
    const m = bench()
    const { id, token } = await linked(m)
    await m.call('POST', `/_simulator/pay-accounts/${id}/set`, { balance: 1000 })
    expect((await pay(m, 'one', id, token)).body).toMatchObject({
      status_code: '202',
      transaction_status: 'deny',
      channel_response_code: '201',
    })
  })

  test('may want its owner to confirm', async () => {
    const m = bench()
    const { id, token } = await linked(m)
    await m.simulator.payAccounts.set(id, { verify: true })
    const { body } = await pay(m, 'one', id, token)
    expect(body).toMatchObject({
      status_code: '201',
      actions: [{ name: 'verification-link-url' }, { name: 'verification-link-app' }],
    })
    expect((await m.simulator.pay('one')).status).toBe('settlement')
    await pay(m, 'two', id, token, { pre_auth: true })
    expect((await m.simulator.pay('two')).status).toBe('authorize')
  })

  test('is captured whole, or not', async () => {
    const m = bench()
    const { id, token } = await linked(m)
    const { body } = await pay(m, 'one', id, token, { pre_auth: true })
    expect(body).toMatchObject({ status_code: '200', transaction_status: 'authorize' })
    const capture = (more: object) =>
      m.call('POST', '/v2/capture', { transaction_id: body.transaction_id, ...more })
    expect((await capture({ gross_amount: 1000 })).http).toBe(400)
    expect((await capture({})).body).toMatchObject({ status_code: '200', transaction_status: 'settlement' })
  })

  test('does not pay by a token that is not its own, nor when it is unlinked', async () => {
    const m = bench()
    const { id, token } = await linked(m)
    expect((await pay(m, 'one', id, 'other')).body.status_code).toBe('411')
    expect((await pay(m, 'one', 'nobody', token)).body.status_code).toBe('411')
    await m.simulator.payAccounts.unlink(id)
    expect((await pay(m, 'one', id, token)).body.status_code).toBe('411')
  })
})
