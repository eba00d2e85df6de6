import { expect, test } from 'vitest'
import { isBayarError } from '../../src/errors.ts'
import { CARDS, cardToken } from '../support/card-token.ts'
import { type Kit, kit } from '../support/kit.ts'

/** Capture, approve and deny: a card that was reserved, or that the fraud engine put on hold. */
const now = async (test: Kit) => (await test.bayar.payments.find('ORDER-1'))!
const caught = (work: Promise<unknown>) => work.then(() => null).catch((error: unknown) => error)

async function card(test: Kit, more: { type?: 'authorize'; number?: string } = {}) {
  const { number, ...type } = more
  const charged = await test.bayar.payments.charge({
    orderId: 'ORDER-1',
    grossAmount: 150_000,
    paymentType: 'credit_card',
    tokenId: await cardToken(test.simulator, number),
    authentication: false,
    ...type,
  })
  await test.idle()
  return charged
}

test('reserved, captured, settled: told once', async () => {
  await using test = await kit()
  expect(await card(test, { type: 'authorize' })).toMatchObject({
    status: 'authorized',
    isPaid: false,
    netAmount: 0,
  })
  expect(await test.bayar.payments.capture('ORDER-1')).toMatchObject({
    status: 'captured',
    netAmount: 150_000,
  })
  await test.simulator.settle('ORDER-1')
  await test.idle()
  expect(await now(test)).toMatchObject({ status: 'settled', netAmount: 150_000 })
  expect(test.told('ORDER-1')).toEqual(['payment.authorized', 'payment.settled'])
})

test('D33 a part of a reservation is captured, and only that is the merchant’s', async () => {
  await using test = await kit()
  await card(test, { type: 'authorize' })
  for (const amount of [150_001, 0, -1, 1.5, '100000' as never, Number.NaN]) {
    const refusal = await caught(test.bayar.payments.capture('ORDER-1', { amount }))
    expect(isBayarError(refusal, 'invalid_request') && refusal.details.problems?.[0]?.field).toBe('amount')
  }
  await test.bayar.payments.capture('ORDER-1', { amount: 100_000 })
  await test.simulator.settle('ORDER-1')
  await test.idle()
  expect(await now(test)).toMatchObject({ status: 'settled', netAmount: 100_000, needsReview: [] })
  expect(
    isBayarError(
      await caught(test.bayar.payments.refund('ORDER-1', { amount: 100_001 })),
      'refund_too_large',
    ),
  ).toBe(true)
  expect((await test.bayar.payments.refund('ORDER-1')).payment).toMatchObject({
    status: 'refunded',
    netAmount: 0,
  })
})

test('GoPay’s reservation is captured whole, and settles', async () => {
  await using test = await kit()
  const made = await test.simulator.fetch(
    new Request('http://midtrans.simulator/v2/pay/account', {
      method: 'POST',
      headers: {
        Authorization: `Basic ${btoa(`${test.simulator.serverKey}:`)}`,
        'Content-Type': 'application/json',
      },
      body: JSON.stringify({
        payment_type: 'gopay',
        gopay_partner: {
          phone_number: '81234567890',
          country_code: '62',
          redirect_url: 'https://shop.example/linked',
        },
      }),
    }),
  )
  const { account_id: accountId } = (await made.json()) as { account_id: string }
  const account = await test.simulator.payAccounts.link(accountId)
  const reserved = await test.bayar.payments.charge({
    orderId: 'ORDER-1',
    grossAmount: 90_000,
    paymentType: 'gopay',
    accountId,
    paymentOptionToken: account.options[0]!.token,
    preAuth: true,
  })
  expect(reserved.status).toBe('authorized')
  const part = await caught(test.bayar.payments.capture('ORDER-1', { amount: 50_000 }))
  expect(isBayarError(part, 'invalid_request') && part.details.problems?.[0]?.reason).toMatch(/whole/)
  expect(await test.bayar.payments.capture('ORDER-1')).toMatchObject({ status: 'settled', netAmount: 90_000 })
})

test('a capture whose answer is lost is found out', async () => {
  await using test = await kit()
  await card(test, { type: 'authorize' })
  test.simulator.notifications.pause()
  test.simulator.faults.add({ kind: 'lose_answer', verb: 'capture', times: 1 })
  const unknown = await caught(test.bayar.payments.capture('ORDER-1', { amount: 90_000 }))
  expect(isBayarError(unknown, 'gateway_unknown')).toBe(true)
  expect(isBayarError(await caught(test.bayar.payments.capture('ORDER-1')), 'command_in_progress')).toBe(true)
  await test.advance(5)
  expect(await now(test)).toMatchObject({ status: 'captured', netAmount: 90_000 })
})

test('a capture that never arrived is given up, and the whole can be captured again', async () => {
  await using test = await kit()
  await card(test, { type: 'authorize' })
  test.simulator.faults.add({ kind: 'cut', when: 'before', verb: 'capture', times: 1 })
  await caught(test.bayar.payments.capture('ORDER-1', { amount: 90_000 }))
  await test.advance(700)
  expect(await now(test)).toMatchObject({ status: 'authorized', netAmount: 0 })
  expect((await test.bayar.payments.capture('ORDER-1')).netAmount).toBe(150_000)
})

test('a capture that the bank refuses leaves the reservation, which can be captured or let go', async () => {
  await using test = await kit()
  await card(test, { type: 'authorize' })
  test.simulator.faults.add({ kind: 'bank_refuses', verb: 'capture', times: 1 })
  const refusal = await caught(test.bayar.payments.capture('ORDER-1', { amount: 90_000 }))
  expect(isBayarError(refusal, 'command_not_possible'), String(refusal)).toBe(true)
  expect(await now(test)).toMatchObject({ status: 'authorized', transactionStatus: 'authorize' })
  expect((await test.bayar.payments.capture('ORDER-1')).netAmount).toBe(150_000)
  expect(test.told('ORDER-1')).not.toContain('payment.denied')
})

test('two who capture at once capture once', async () => {
  await using test = await kit()
  await card(test, { type: 'authorize' })
  const outcomes = await Promise.allSettled(
    Array.from({ length: 10 }, () => test.bayar.payments.capture('ORDER-1')),
  )
  expect(outcomes.filter(({ status }) => status === 'fulfilled').length).toBeGreaterThan(0)
  for (const one of outcomes) {
    if (one.status === 'rejected')
      expect(
        isBayarError(one.reason, 'command_in_progress') || isBayarError(one.reason, 'command_not_possible'),
        String(one.reason),
      ).toBe(true)
  }
  await test.idle()
  expect(await now(test)).toMatchObject({ netAmount: 150_000 })
  expect(test.told('ORDER-1').filter((type) => type === 'payment.settled')).toHaveLength(1)
})

test('D12 on hold is not paid: approved it is', async () => {
  await using test = await kit()
  await card(test, { number: CARDS.challenged })
  await test.simulator.authenticate('ORDER-1', { otp: '112233' }).catch(() => {})
  await test.idle()
  expect(await now(test)).toMatchObject({ status: 'challenged', isPaid: false, netAmount: 0 })
  expect(await test.bayar.payments.approve('ORDER-1')).toMatchObject({
    status: 'captured',
    isPaid: true,
    netAmount: 150_000,
  })
  await test.idle()
  expect(test.told('ORDER-1').slice(-2)).toEqual(['payment.challenged', 'payment.settled'])
  expect(isBayarError(await caught(test.bayar.payments.approve('ORDER-1')), 'command_not_possible')).toBe(
    true,
  )
})

test('denied, it is over: the answer says deny and its notice says cancel', async () => {
  await using test = await kit()
  await card(test, { number: CARDS.challenged })
  await test.simulator.authenticate('ORDER-1', { otp: '112233' }).catch(() => {})
  await test.idle()
  expect(await test.bayar.payments.deny('ORDER-1')).toMatchObject({ status: 'denied', isPaid: false })
  await test.idle()
  expect(await now(test)).toMatchObject({ status: 'denied', needsReview: [] })
  expect(test.told('ORDER-1').filter((type) => type === 'payment.denied')).toHaveLength(1)
})

test('an approval that somebody made in the dashboard first is found done', async () => {
  await using test = await kit()
  await card(test, { number: CARDS.challenged })
  await test.simulator.authenticate('ORDER-1', { otp: '112233' }).catch(() => {})
  await test.idle()
  test.simulator.notifications.pause()
  await test.simulator.approve('ORDER-1')
  expect(await test.bayar.payments.approve('ORDER-1')).toMatchObject({
    status: 'captured',
    netAmount: 150_000,
  })
})

test('denied too late: somebody has approved it', async () => {
  await using test = await kit()
  await card(test, { number: CARDS.challenged })
  await test.simulator.authenticate('ORDER-1', { otp: '112233' }).catch(() => {})
  await test.idle()
  test.simulator.notifications.pause()
  await test.simulator.approve('ORDER-1')
  const refusal = await caught(test.bayar.payments.deny('ORDER-1'))
  expect(isBayarError(refusal, 'command_not_possible'), String(refusal)).toBe(true)
  // The next one is not in the way of a command that has ended.
  expect(await now(test)).toMatchObject({ status: 'captured', netAmount: 150_000 })
  expect(isBayarError(await caught(test.bayar.payments.deny('ORDER-1')), 'command_not_possible')).toBe(true)
})

test('D13 a saved card whose answers are lost, charged again and again under its order id, is charged once', async () => {
  await using test = await kit()
  test.simulator.notifications.pause()
  test.simulator.faults.add({ kind: 'lose_answer', verb: 'charge', times: 3 })
  const ask = async () =>
    test.bayar.payments.charge({
      orderId: 'ORDER-1',
      grossAmount: 150_000,
      paymentType: 'credit_card',
      tokenId: await cardToken(test.simulator),
      authentication: false,
    })
  expect((await ask()).outcome).toBe('unknown')
  for (let times = 0; times < 3; times++) await ask()
  await test.advance(10)
  expect(await ask()).toMatchObject({ status: 'captured', netAmount: 150_000 })
  expect(test.simulator.transactions()).toHaveLength(1)
})

test('what may be asked is one list, with the reason for the rest', async () => {
  await using test = await kit()
  await card(test, { type: 'authorize' })
  const possible = async () => {
    const list = await test.bayar.payments.possible('ORDER-1')
    return list.filter(({ reason }) => reason === null).map(({ request, amountMax }) => [request, amountMax])
  }
  expect(await possible()).toEqual([
    ['cancel', null],
    ['expire', null],
    ['capture', 150_000],
  ])
  await test.bayar.payments.capture('ORDER-1')
  expect(await possible()).toEqual([['cancel', null]])
  await test.simulator.settle('ORDER-1')
  await test.idle()
  expect(await possible()).toEqual([['refund', 150_000]])
  await test.bayar.payments.refund('ORDER-1', { amount: 50_000 })
  expect(await possible()).toEqual([['refund', 100_000]])
  const [refund] = (await test.bayar.payments.possible('ORDER-1')).filter(
    ({ request }) => request === 'refund',
  )
  expect(refund?.until).toBeInstanceOf(Date)
})

test('D33 a part is asked for when somebody has taken the whole: the whole is the merchant’s', async () => {
  await using test = await kit()
  await card(test, { type: 'authorize' })
  test.simulator.notifications.pause()
  await test.simulator.capture('ORDER-1')
  await caught(test.bayar.payments.capture('ORDER-1', { amount: 90_000 }))
  expect(await now(test)).toMatchObject({ status: 'captured', netAmount: 150_000 })
})
