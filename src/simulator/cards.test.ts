import { describe, expect, test } from 'vitest'
import { type Bench, bench, START } from '../../test/support/simulated-merchant.ts'
import { crc16, qrisText, sequenceInQris } from './qris.ts'
import { TEST_CARDS } from './test-cards.ts'

describe('the sandbox’s cards', () => {
  // card → what the charge says without 3DS, with it, and after the right code
  // biome-ignore format: a table is read in columns
  const CARDS: readonly (readonly [number: string, direct: string, with3ds: string, afterOtp: string])[] = [
    ['4811111111111114', 'capture 200',   'pending 201', 'capture 200'],
    ['5211111111111117', 'capture 200',   'pending 201', 'capture 200'],
    ['4911111111111113', 'deny 202',      'pending 201', 'deny 202'],
    ['5111111111111118', 'deny 202',      'pending 201', 'deny 202'],
    ['4411111111111118', 'capture 200',   'capture 200', 'none'],
    ['5410111111111116', 'capture 200',   'capture 200', 'none'],
    ['4511111111111117', 'challenge 201', 'pending 201', 'challenge 201'],
    ['5510111111111115', 'challenge 201', 'pending 201', 'challenge 201'],
    ['4611111111111116', 'deny 202',      'deny 202',    'none'],
    ['5411111111111115', 'deny 202',      'deny 202',    'none'],
    ['4711111111111115', 'deny 202',      'pending 201', 'deny 202'],
    ['5511111111111114', 'deny 202',      'pending 201', 'deny 202'],
    ['4556557955726624', 'capture 200',   'pending 201', 'capture 200'],
    ['5333259155643223', 'capture 200',   'pending 201', 'capture 200'],
    ['4916994064252017', 'capture 200',   'pending 201', 'capture 200'],
    ['5306889942833340', 'capture 200',   'pending 201', 'capture 200'],
    ['4024007176265022', 'pending 201',   'pending 201', 'capture 200'],
    ['5487971631330522', 'pending 201',   'pending 201', 'capture 200'],
    ['4472429869996670', 'deny 202',      'pending 201', 'deny 202'],
    ['4617006959746656', 'capture 200',   'pending 201', 'capture 200'],
    ['4105058689481467', 'capture 200',   'pending 201', 'capture 200'],
    ['4773776057051650', 'capture 200',   'pending 201', 'capture 200'],
    ['4365026335737199', 'capture 200',   'pending 201', 'capture 200'],
    ['4599207887122414', 'capture 200',   'pending 201', 'capture 200'],
  ]

  const said = (body: Readonly<Record<string, unknown>>) =>
    `${body.fraud_status === 'challenge' ? 'challenge' : body.transaction_status} ${body.status_code}`

  test('are all in the table', () => {
    expect(CARDS.map(([number]) => number).sort()).toEqual(TEST_CARDS.map(({ number }) => number).sort())
  })

  test.each(CARDS)('%s', async (number, direct, with3ds, afterOtp) => {
    const m = bench()
    expect(said((await m.charge('direct', await m.card(number))).body)).toBe(direct)
    const asked = await m.charge('otp', await m.card(number, { authentication: true }))
    expect(said(asked.body)).toBe(with3ds)
    expect(asked.body.redirect_url !== undefined).toBe(afterOtp !== 'none')
    if (afterOtp === 'none') return
    await m.simulator.authenticate('otp', { otp: '112233' })
    expect(said((await m.call('GET', '/v2/otp/status')).body)).toBe(afterOtp)
  })

  test('ask for the right code; the frictionless one for none', async () => {
    const m = bench()
    await m.charge('wrong', await m.card('4811111111111114', { authentication: true }))
    await m.simulator.authenticate('wrong', { otp: '000000' })
    expect((await m.call('GET', '/v2/wrong/status')).body).toMatchObject({
      transaction_status: 'deny',
      eci: '07',
    })
    await m.charge('none', await m.card('4556557955726624', { authentication: true }))
    expect((await m.simulator.authenticate('none')).status).toBe('capture')
    await m.simulator.idle()
    expect(m.received.at(-1)!.body).toMatchObject({
      transaction_status: 'capture',
      challenge_completion: true,
    })
  })

  test('say why the bank refused', async () => {
    const m = bench()
    const { body } = await m.charge('order-1', await m.card('4472429869996670', { bank: 'mandiri' }))
    expect(body).toMatchObject({
      status_message: 'Deny by Bank [MANDIRI] with code [51] and message [Not sufficient funds]',
      channel_response_code: '51',
    })
    expect(body).not.toHaveProperty('approval_code')
  })

  test('can be made to do otherwise', async () => {
    const m = bench()
    const challenged = await m.charge('a', await m.card('4811111111111114'), {
      'X-Simulator-Fault': 'challenge',
    })
    expect(said(challenged.body)).toBe('challenge 201')
    const refused = await m.charge('b', await m.card('4811111111111114'), {
      'X-Simulator-Fault': 'bank_refuses',
    })
    expect(said(refused.body)).toBe('deny 202')
    expect((await m.charge('c', await m.card('4811111111111114'))).body.transaction_status).toBe('capture')
  })
})

describe('a token', () => {
  const byToken = (m: Bench, order: string, token: unknown, more: object = {}) =>
    m.charge(order, { payment_type: 'credit_card', credit_card: { token_id: token, ...more } })

  test('looks like the sandbox’s, pays once, and only for ten minutes', async () => {
    const m = bench()
    const { body } = await m.token()
    expect(body.token_id).toMatch(/^48111111-1114-[0-9a-f-]{36}$/)
    expect((await byToken(m, 'one', body.token_id)).body.status_code).toBe('200')
    expect((await byToken(m, 'two', body.token_id)).body.status_code).toBe('411')
    const late = await m.token()
    await m.simulator.clock.advance(600)
    expect((await byToken(m, 'two', late.body.token_id)).body.status_code).toBe('411')
  })

  test('is not used up by a charge that is refused for its order id', async () => {
    const m = bench()
    await m.charge('taken')
    const { body } = await m.token()
    expect((await byToken(m, 'taken', body.token_id)).body.status_code).toBe('406')
    expect((await byToken(m, 'free', body.token_id)).body.status_code).toBe('200')
  })

  test('saved pays again and again; with its CVV it makes another (two clicks)', async () => {
    const m = bench()
    const { body } = await m.token()
    const first = await byToken(m, 'one', body.token_id, { save_token_id: true })
    const saved = String(first.body.saved_token_id)
    expect(saved).toMatch(/^48111111[A-Za-z]{20}1114$/)
    expect(first.body.saved_token_id_expired_at).toBe('2027-12-31 07:00:00')
    for (const order of ['two', 'three'])
      expect((await byToken(m, order, saved)).body.transaction_status).toBe('capture')
    const query = new URLSearchParams({ client_key: m.simulator.clientKey, token_id: saved, card_cvv: '123' })
    const again = await m.call('GET', `/v2/token?${query}`)
    expect((await byToken(m, 'four', again.body.token_id)).body.transaction_status).toBe('capture')
    expect((await byToken(m, 'five', again.body.token_id)).body.status_code).toBe('411')
  })

  // biome-ignore format: a table is read in columns
  test.each([
    ['a wrong digit',       { card_number: '4811111111111115' },  'card_number does not match with luhn algorithm'],
    ['too few digits',      { card_number: '4811' },              'card_number must be 13 to 19 digits'],
    ['a thirteenth month',  { card_exp_month: '13' },             'card_exp_month must be 01 to 12'],
    ['a year over',         { card_exp_year: '2024' },            'card_exp_year and card_exp_month are over'],
    ['a long CVV',          { card_cvv: '12345' },                'card_cvv must be 3 or 4 digits'],
  ])('with %s is refused over HTTP 200', async (_, query, says) => {
    expect(await bench().token(query)).toMatchObject({
      http: 200,
      body: { status_code: '400', validation_messages: [says] },
    })
  })

  test('wants the client key, lets pages of any shop ask, and is in no log', async () => {
    const m = bench()
    expect((await m.token({ client_key: 'another' })).http).toBe(401)
    const url = `http://simulator/v2/token?client_key=${m.simulator.clientKey}`
    const answer = await m.simulator.fetch(new Request(url))
    expect(answer.headers.get('access-control-allow-origin')).toBe('*')
    const { body } = await m.token()
    await m.call('GET', `/v2/point_inquiry/${body.token_id}`)
    await m.call('GET', '/v1/bins/4811111111111114')
    const log = JSON.stringify((await m.call('GET', '/_simulator/requests')).body)
    expect(log).not.toContain('48111111-1114')
    expect(log).toContain('/v1/bins/48111111…')
    expect(log).not.toContain('4811111111111114')
    expect(log).not.toContain(m.simulator.clientKey)
  })

  test('can be the whole card, for merchants who may hold it', async () => {
    const m = bench()
    const card = { number: '4811111111111114', expiry_month: '12', expiry_year: '2027', cvv: '123' }
    const charged = await m.charge('order-1', { payment_type: 'credit_card', credit_card: { card } })
    expect(charged.body).toMatchObject({ transaction_status: 'capture', masked_card: '48111111-1114' })
  })
})

describe('what a card can do besides', () => {
  test('instalments are a text in the answer, and a number afterwards', async () => {
    const m = bench()
    const { body } = await m.charge('order-1', await m.card('4617006959746656', { installment_term: 6 }))
    expect(body).toMatchObject({ installment_term: '6', bank: 'mandiri' })
    await m.simulator.idle()
    expect(m.received.at(-1)!.body.installment_term).toBe(6)
  })

  test('points', async () => {
    const m = bench()
    const { body } = await m.charge(
      'order-1',
      await m.card('4105058689481467', { point_redeem_amount: 5000 }),
    )
    expect(body).toMatchObject({ point_redeem_amount: 5000, point_redeem_quantity: 5000 })
    const without = await m.token({ card_number: '4773776057051650' })
    expect((await m.call('GET', `/v2/point_inquiry/${without.body.token_id}`)).body.status_code).toBe('402')
    expect((await m.call('GET', '/v2/point_inquiry/gone')).body.status_code).toBe('411')
  })

  test('only the BINs or banks that the merchant allows', async () => {
    const m = bench()
    for (const bins of [['48111111'], ['BNI']])
      expect(
        (await m.charge(`ok-${bins[0]}`, await m.card('4811111111111114', { bins }))).body.status_code,
      ).toBe('200')
    expect((await m.charge('no', await m.card('4811111111111114', { bins: ['mandiri'] }))).http).toBe(400)
  })

  test('a capture of less; of more or after a refusal of the bank the reservation stays', async () => {
    const m = bench()
    const { body } = await m.charge('order-1', await m.card('4811111111111114', { type: 'authorize' }))
    const capture = (gross_amount: number, headers?: Record<string, string>) =>
      m.call('POST', '/v2/capture', { transaction_id: body.transaction_id, gross_amount }, headers)
    expect((await capture(275_001)).http).toBe(400)
    expect((await capture(275_000, { 'X-Simulator-Fault': 'bank_refuses' })).body).toMatchObject({
      status_code: '202',
    })
    expect(m.simulator.transaction('order-1').status).toBe('authorize')
    expect((await capture(200_000)).body).toMatchObject({
      gross_amount: '200000.00',
      transaction_status: 'capture',
    })
    await m.simulator.settle('order-1')
    expect((await m.call('POST', '/v2/order-1/refund', { amount: 200_001 })).body.status_code).toBe('414')
  })

  test('a notification that is sent again still tells of the reservation', async () => {
    const m = bench()
    m.answers.push(500)
    const { body } = await m.charge('order-1', await m.card('4811111111111114', { type: 'authorize' }))
    await m.simulator.idle()
    await m.call('POST', '/v2/capture', { transaction_id: body.transaction_id, gross_amount: 200_000 })
    await m.simulator.clock.advance(600)
    const told = m.received.map(({ body: { transaction_status, gross_amount } }) => [
      transaction_status,
      gross_amount,
    ])
    expect(told).toEqual([
      ['authorize', '275000.00'],
      ['capture', '200000.00'],
      ['authorize', '275000.00'],
    ])
  })
})

describe('the BIN service', () => {
  test('answers in its own way', async () => {
    const m = bench()
    const ask = (bin: string, key: string) =>
      m.simulator.fetch(
        new Request(`http://simulator/v1/bins/${bin}`, {
          headers: { Authorization: `Basic ${Buffer.from(`${key}:`).toString('base64')}` },
        }),
      )
    for (const key of [m.simulator.clientKey, m.simulator.serverKey])
      expect((await ask('461700', key)).status).toBe(200)
    const unknown = await ask('999999', m.simulator.clientKey)
    expect([unknown.status, Object.keys((await unknown.json()) as object)]).toEqual([404, ['errors']])
    const denied = await ask('461700', 'nobody')
    expect([denied.status, await denied.text()]).toEqual([401, 'Unauthorized'])
    for (let call = 0; call < 97; call++) await ask('461700', m.simulator.clientKey)
    expect((await ask('461700', m.simulator.clientKey)).status).toBe(409)
    await m.simulator.clock.set(new Date(START.getTime() + 60_000))
    expect((await ask('461700', m.simulator.clientKey)).status).toBe(200)
  })
})

describe('a QR code', () => {
  test('is valid, and found again', () => {
    // The check value that the CRC's definition gives for these nine digits.
    expect(crc16('123456789')).toBe(0x29b1)
    const text = qrisText('gopay', 5539, 42)
    expect(text).toMatch(/^00020101021226610014COM\.GO-JEK\.WWW0118936009143000000000/)
    expect(text).toContain('54045539')
    expect(sequenceInQris(text)).toBe(42)
    expect(sequenceInQris(text.replace('5539', '5538'))).toBe(0)
    for (const nonsense of ['', '6304', 'x'.repeat(40), '62009999']) expect(sequenceInQris(nonsense)).toBe(0)
  })

  test('of GoPay paid with another app is a QRIS payment from then on', async () => {
    const m = bench()
    await m.charge('order-1', { payment_type: 'gopay' })
    await m.simulator.pay('order-1', { issuer: 'ovo' })
    await m.simulator.idle()
    expect(m.received.map(({ body }) => body.payment_type)).toEqual(['gopay', 'qris'])
    expect((await m.call('GET', '/v2/order-1/status')).body).toMatchObject({
      payment_type: 'qris',
      transaction_type: 'off-us',
      issuer: 'ovo',
    })
  })
})
