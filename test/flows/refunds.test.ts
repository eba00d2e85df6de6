import { expect, test } from 'vitest'
import { isBayarError } from '../../src/errors.ts'
import { checkBooks } from '../support/books.ts'
import { cardToken } from '../support/card-token.ts'
import { type Kit, kit } from '../support/kit.ts'
import { type MeddledShop, meddledShop } from '../support/meddled-shop.ts'

/** Money back: never more than came, never twice for one request, and never told as done before it is. */
const CHARGE = { orderId: 'ORDER-1', grossAmount: 150_000, paymentType: 'gopay' } as const

async function paid(test: Kit, charge: Parameters<Kit['bayar']['payments']['charge']>[0] = CHARGE) {
  await test.bayar.payments.charge(charge)
  await test.idle()
  await test.pay(charge.orderId!)
}

const now = async (test: Kit, orderId = 'ORDER-1') => (await test.bayar.payments.find(orderId))!
const refunds = (test: Kit) => test.bayar.payments.refunds('ORDER-1')
const asked = (test: Kit) => test.simulator.transaction('ORDER-1').refunds
const caught = (work: Promise<unknown>) => work.then(() => null).catch((error: unknown) => error)

test('a part, then the rest: each told once, and the books follow', async () => {
  await using test = await kit()
  await paid(test)
  const first = await test.bayar.payments.refund('ORDER-1', { amount: 50_000, reason: 'one returned' })
  expect(first).toMatchObject({
    created: true,
    refund: { amount: 50_000, status: 'confirmed', origin: 'bayar', reason: 'one returned' },
    payment: {
      status: 'partially_refunded',
      refundAmount: 50_000,
      netAmount: 100_000,
      isPaid: true,
      isRefunded: true,
    },
  })
  // D32 a partly refunded payment can be refunded further.
  const rest = await test.bayar.payments.refund('ORDER-1')
  expect(rest).toMatchObject({
    refund: { amount: 100_000 },
    payment: { status: 'refunded', netAmount: 0, isPaid: false },
  })
  await test.idle()
  expect(test.told('ORDER-1')).toEqual([
    'payment.received',
    'payment.settled',
    'payment.refunded',
    'payment.refunded',
  ])
  expect(asked(test)).toHaveLength(2)
  expect(isBayarError(await caught(test.bayar.payments.refund('ORDER-1')), 'command_not_possible')).toBe(true)
})

test('D5 what was refunded is stored: the next one counts it', async () => {
  await using test = await kit()
  await paid(test)
  await test.bayar.payments.refund('ORDER-1', { amount: 100_000 })
  const [row] = await test.rows<{ refunded_amount: bigint; net_amount: bigint }>(
    'select refunded_amount, net_amount from bayar.payments',
  )
  expect(row).toEqual({ refunded_amount: 100_000n, net_amount: 50_000n })
  const refusal = await caught(test.bayar.payments.refund('ORDER-1', { amount: 50_001 }))
  expect(isBayarError(refusal, 'refund_too_large') && refusal.details.remaining).toBe(50_000)
  expect(asked(test)).toHaveLength(1)
})

test('D4 a refund whose answer is lost three times is one refund', async () => {
  await using test = await kit()
  await paid(test)
  // Neither the answer nor the notice nor the look-ups tell what became of it.
  test.simulator.notifications.pause()
  test.simulator.faults.add({ kind: 'lose_answer', verb: 'refund', times: 3 })
  test.simulator.faults.add({ kind: 'http_error', verb: 'status', times: 4 })
  const ask = () => test.bayar.payments.refund('ORDER-1', { amount: 50_000, refundKey: 'return-7' })
  const first = await ask()
  expect(first).toMatchObject({ created: true, refund: { status: 'reserved', refundKey: 'return-7' } })
  // Not yet told, and not yet gone from the books.
  expect(first.payment).toMatchObject({ status: 'settled', netAmount: 150_000 })
  expect((await ask()).created).toBe(false)
  expect((await ask()).created).toBe(false)
  await test.advance(60)
  test.simulator.notifications.resume()
  await test.idle()
  expect(await ask()).toMatchObject({
    created: false,
    refund: { status: 'confirmed', amount: 50_000 },
    payment: { status: 'partially_refunded', netAmount: 100_000 },
  })
  expect(asked(test)).toHaveLength(1)
  expect(await refunds(test)).toHaveLength(1)
  expect(test.told('ORDER-1').filter((type) => type === 'payment.refunded')).toHaveLength(1)
})

test('D4 a lost answer that nobody asks for again is found out in Midtrans’s list of refunds', async () => {
  await using test = await kit()
  await paid(test)
  test.simulator.notifications.pause()
  test.simulator.faults.add({ kind: 'lose_answer', verb: 'refund', times: 1 })
  const made = await test.bayar.payments.refund('ORDER-1', { amount: 50_000 })
  expect(made.refund.status).toBe('reserved')
  await test.advance(10)
  expect((await refunds(test))[0]).toMatchObject({ status: 'confirmed', amount: 50_000 })
  expect((await now(test)).netAmount).toBe(100_000)
})

test('a request that never arrived is sent again under its key, and is one refund', async () => {
  await using test = await kit()
  await paid(test)
  test.simulator.faults.add({ kind: 'cut', when: 'before', verb: 'refund', times: 1 })
  const ask = () => test.bayar.payments.refund('ORDER-1', { amount: 50_000, refundKey: 'return-7' })
  expect((await ask()).refund.status).toBe('reserved')
  expect((await ask()).refund.status).toBe('confirmed')
  expect(asked(test)).toHaveLength(1)
})

test('the amount stays set aside until nothing can be under way any more, then it is free again', async () => {
  await using test = await kit()
  await paid(test)
  test.simulator.faults.add({ kind: 'cut', when: 'before', verb: 'refund', times: 1 })
  await test.bayar.payments.refund('ORDER-1', { amount: 150_000, refundKey: 'return-7' })
  await test.advance(240)
  expect((await refunds(test))[0]?.status).toBe('reserved')
  expect(
    isBayarError(await caught(test.bayar.payments.refund('ORDER-1', { amount: 1 })), 'refund_too_large'),
  ).toBe(true)
  await test.advance(400)
  expect((await refunds(test))[0]?.status).toBe('abandoned')
  expect((await now(test)).netAmount).toBe(150_000)
  // The old key is spent; a new refund is free to be made.
  expect(
    isBayarError(
      await caught(test.bayar.payments.refund('ORDER-1', { refundKey: 'return-7' })),
      'refund_key_taken',
    ),
  ).toBe(true)
  expect((await test.bayar.payments.refund('ORDER-1')).payment.status).toBe('refunded')
})

test('D17 fifty refunds at once never give back more than was paid', async () => {
  await using test = await kit()
  await paid(test)
  const outcomes = await Promise.all(
    Array.from({ length: 50 }, (_, at) =>
      test.bayar.payments
        .refund('ORDER-1', { amount: 10_000 + (at % 5) * 5_000 })
        .then(({ refund }) => refund.amount)
        .catch((error: unknown) => {
          if (!isBayarError(error, 'refund_too_large') && !isBayarError(error, 'command_not_possible'))
            throw error
          return 0
        }),
    ),
  )
  await test.idle()
  const given = outcomes.reduce((sum, amount) => sum + amount, 0)
  expect(given).toBeGreaterThan(0)
  expect(given).toBeLessThanOrEqual(150_000)
  const confirmed = (await refunds(test)).filter(({ status }) => status === 'confirmed')
  expect(confirmed.reduce((sum, { amount }) => sum + amount, 0)).toBe(given)
  expect(asked(test).reduce((sum: number, refund: { amount: number }) => sum + refund.amount, 0)).toBe(given)
  expect(await now(test)).toMatchObject({ refundAmount: given, netAmount: 150_000 - given, needsReview: [] })
})

test('D17 fifty of the same request at once are one refund', async () => {
  await using test = await kit()
  await paid(test)
  const outcomes = await Promise.allSettled(
    Array.from({ length: 50 }, () =>
      test.bayar.payments.refund('ORDER-1', { amount: 10_000, refundKey: 'return-7' }),
    ),
  )
  for (const one of outcomes) {
    if (one.status === 'rejected')
      expect(isBayarError(one.reason, 'command_in_progress'), String(one.reason)).toBe(true)
  }
  await test.idle()
  expect(asked(test)).toHaveLength(1)
  expect((await now(test)).refundAmount).toBe(10_000)
})

test('the database itself refuses a reservation beyond what was received', async () => {
  await using test = await kit()
  await paid(test)
  await test.bayar.payments.refund('ORDER-1', { amount: 100_000 })
  const transaction = (await now(test)).transactionId
  const insert = (amount: number) =>
    caught(
      test.rows(
        `insert into bayar.refunds (id, payment_id, transaction_id, refund_key, amount, status, origin, created_at, updated_at)
         select gen_random_uuid(), id, $1, 'by-hand', $2, 'reserved', 'bayar', now(), now() from bayar.payments`,
        [transaction, amount],
      ),
    )
  expect(await insert(50_001)).toMatchObject({
    code: '23514',
    constraint: 'refunds_within_what_was_received',
  })
  expect(await insert(0)).toMatchObject({ code: '23514' })
  expect(await insert(50_000)).toBeNull()
  await test.rows(`delete from bayar.refunds where refund_key = 'by-hand'`)
})

test.each([
  ['414', 'gateway_rejected'],
  ['402', 'gateway_rejected'],
])('D6 a refund refused in the body (%s) is refused, and gives its reservation back', async (code, error) => {
  await using test = await kit()
  await paid(test)
  test.simulator.faults.add({ kind: 'refuse', code, verb: 'refund', times: 1 })
  const refusal = await caught(test.bayar.payments.refund('ORDER-1'))
  expect(isBayarError(refusal, error as 'gateway_rejected'), String(refusal)).toBe(true)
  expect(await refunds(test)).toMatchObject([{ status: 'refused', amount: 150_000 }])
  expect(await now(test)).toMatchObject({ status: 'settled', netAmount: 150_000 })
  expect(test.told('ORDER-1')).not.toContain('payment.refunded')
  expect((await test.bayar.payments.refund('ORDER-1')).payment.netAmount).toBe(0)
})

test.each([false, true])('a bank that refuses (direct: %s) leaves the money where it is', async (direct) => {
  await using test = await kit()
  await paid(test)
  test.simulator.faults.add({ kind: 'bank_refuses', verb: direct ? 'direct_refund' : 'refund', times: 1 })
  expect(
    isBayarError(await caught(test.bayar.payments.refund('ORDER-1', { direct })), 'gateway_rejected'),
  ).toBe(true)
  expect(await refunds(test)).toMatchObject([{ status: 'refused' }])
  expect((await test.bayar.payments.refund('ORDER-1', { direct })).refund.status).toBe('confirmed')
})

test('412: what cannot be refunded any more is refused at once, and what is true comes to light', async () => {
  await using test = await kit()
  await paid(test)
  test.simulator.notifications.pause()
  await test.simulator.refund('ORDER-1')
  const refusal = await caught(test.bayar.payments.refund('ORDER-1', { amount: 10_000 }))
  expect(isBayarError(refusal, 'gateway_rejected'), String(refusal)).toBe(true)
  expect((await now(test)).status).toBe('refunded')
  expect((await refunds(test)).map(({ status }) => status).sort()).toEqual(['confirmed', 'refused'])
})

test('a refund made in the dashboard is learnt from its notice, and counted', async () => {
  await using test = await kit()
  await paid(test)
  await test.simulator.refund('ORDER-1', { amount: 40_000, reason: 'by hand' })
  await test.idle()
  expect(await refunds(test)).toMatchObject([{ amount: 40_000, status: 'confirmed', origin: 'gateway' }])
  expect(await now(test)).toMatchObject({ status: 'partially_refunded', netAmount: 110_000 })
  expect(
    isBayarError(
      await caught(test.bayar.payments.refund('ORDER-1', { amount: 110_001 })),
      'refund_too_large',
    ),
  ).toBe(true)
  expect(test.told('ORDER-1').filter((type) => type === 'payment.refunded')).toHaveLength(1)
})

test('the bank’s confirmation is kept without a second event', async () => {
  await using test = await kit()
  const tokenId = await cardToken(test.simulator)
  await test.bayar.payments.charge({ ...CHARGE, paymentType: 'credit_card', tokenId, authentication: false })
  await test.simulator.settle('ORDER-1')
  await test.idle()
  await test.bayar.payments.refund('ORDER-1', { amount: 40_000 })
  await test.idle()
  expect(await refunds(test)).toMatchObject([{ status: 'confirmed', bankConfirmedAt: null }])
  await test.simulator.clock.advance(60)
  await test.simulator.confirmRefund('ORDER-1')
  await test.idle()
  expect((await refunds(test))[0]?.bankConfirmedAt).toBeInstanceOf(Date)
  expect(test.told('ORDER-1').filter((type) => type === 'payment.refunded')).toHaveLength(1)
})

test('the notice of our own refund that comes before its answer tells it, and the answer adds nothing', async () => {
  await using test = await kit()
  await paid(test)
  test.simulator.faults.add({ kind: 'timeout', when: 'after', verb: 'refund', times: 1 })
  const asking = test.bayar.payments.refund('ORDER-1', { amount: 40_000 })
  await test.simulator.idle()
  for (let at = 0; at < 50 && (await now(test)).netAmount !== 110_000; at++) await test.simulator.idle()
  expect(await now(test)).toMatchObject({ status: 'partially_refunded', netAmount: 110_000 })
  await test.simulator.clock.advance(121)
  const made = await asking
  expect(made.refund).toMatchObject({ status: 'confirmed', origin: 'bayar', amount: 40_000 })
  await test.idle()
  expect(test.told('ORDER-1').filter((type) => type === 'payment.refunded')).toHaveLength(1)
})

test.each([
  ['bank_transfer', { bank: 'bca' }],
  ['echannel', {}],
  ['cstore', { store: 'alfamart' }],
])('G10 %s has no way back through Midtrans', async (paymentType, more) => {
  await using test = await kit()
  await paid(test, { ...CHARGE, paymentType, ...more } as never)
  expect(isBayarError(await caught(test.bayar.payments.refund('ORDER-1')), 'method_not_refundable')).toBe(
    true,
  )
  expect(await refunds(test)).toEqual([])
  const possible = await test.bayar.payments.possible('ORDER-1')
  expect(possible.find(({ request }) => request === 'refund')?.reason).toMatch(/ordinary transfer/)
})

test('OVO gives back the whole amount only', async () => {
  await using test = await kit()
  await paid(test, { ...CHARGE, paymentType: 'ovo', payerPhoneNumber: '+6281234567890' } as never)
  expect(
    isBayarError(await caught(test.bayar.payments.refund('ORDER-1', { amount: 1 })), 'method_not_refundable'),
  ).toBe(true)
  expect((await test.bayar.payments.refund('ORDER-1')).payment.status).toBe('refunded')
})

test('a pending payment and a captured card are not refunded: one expires, the other is voided', async () => {
  await using test = await kit()
  await test.bayar.payments.charge(CHARGE)
  const pending = await caught(test.bayar.payments.refund('ORDER-1'))
  expect(isBayarError(pending, 'command_not_possible') && pending.message).toMatch(/pending/)
  const tokenId = await cardToken(test.simulator)
  const card = {
    ...CHARGE,
    orderId: 'CARD-1',
    paymentType: 'credit_card',
    tokenId,
    authentication: false,
  } as const
  expect((await test.bayar.payments.charge(card)).status).toBe('captured')
  const captured = await caught(test.bayar.payments.refund('CARD-1'))
  expect(isBayarError(captured, 'command_not_possible') && captured.message).toMatch(/cancelled/)
  expect((await test.bayar.payments.cancel('CARD-1')).netAmount).toBe(0)
  expect(isBayarError(await caught(test.bayar.payments.refund('NONE')), 'payment_not_found')).toBe(true)
})

test('mistakes are told by field, all at once', async () => {
  await using test = await kit()
  await paid(test)
  const mistakes = await caught(
    test.bayar.payments.refund('ORDER-1', {
      amount: 1.5,
      reason: 'x'.repeat(256),
      refundKey: 'with space',
      typo: 1,
    } as never),
  )
  expect(
    isBayarError(mistakes, 'invalid_request') && mistakes.details.problems?.map(({ field }) => field),
  ).toEqual(['typo', 'amount', 'reason', 'refund_key'])
  expect(
    isBayarError(await caught(test.bayar.payments.refund('ORDER-1', { amount: 0 })), 'invalid_request'),
  ).toBe(true)
  expect(
    isBayarError(await caught(test.bayar.payments.refund('ORDER-1', { amount: -5 })), 'invalid_request'),
  ).toBe(true)
})

test('money that went back without a name is counted, and a person says whether it was the refund that was asked for', async () => {
  const shop: MeddledShop = await meddledShop({
    options: {
      // GET status tells the total and no list.
      fetch: async (input, init) => {
        const response = await shop.simulator.fetch(new Request(input, init))
        if (!new URL(String(input)).pathname.endsWith('/status')) return response
        const { refunds: _, ...told } = (await response.json()) as Record<string, unknown>
        return Response.json(told)
      },
    },
  })
  const { bayar, simulator } = shop
  const worker = await bayar.work()
  await bayar.payments.charge(CHARGE)
  await simulator.pay('ORDER-1')
  await simulator.idle()
  simulator.notifications.pause()
  simulator.faults.add({ kind: 'lose_answer', verb: 'refund', times: 1 })
  const made = await bayar.payments.refund('ORDER-1', { amount: 50_000, refundKey: 'return-7' })
  expect(made.refund.status).toBe('reserved')
  for (const seconds of [3, 30, 120, 300, 120]) {
    await simulator.clock.advance(seconds)
    await worker.idle()
  }
  expect(await bayar.payments.find('ORDER-1')).toMatchObject({
    status: 'partially_refunded',
    netAmount: 100_000,
    needsReview: ['refund_unknown'],
  })
  const listed = await bayar.payments.refunds('ORDER-1')
  expect(listed.map(({ status, origin, amount }) => [origin, status, amount]).sort()).toEqual([
    ['bayar', 'abandoned', 50_000],
    ['unlisted', 'confirmed', 50_000],
  ])
  // The notice names it, and it was that one: nothing is given back twice.
  simulator.notifications.resume()
  await simulator.idle()
  await worker.idle()
  expect(await bayar.payments.find('ORDER-1')).toMatchObject({ netAmount: 100_000, refundAmount: 50_000 })
  expect((await bayar.payments.refunds('ORDER-1')).find(({ origin }) => origin === 'bayar')?.status).toBe(
    'confirmed',
  )
  const decided = await bayar.payments.resolveReview({
    payment: 'ORDER-1',
    reason: 'refund_unknown',
    decision: 'accept',
    because: 'the notice names it',
  })
  expect(decided).toMatchObject({ needsReview: [], netAmount: 100_000 })
  expect(
    (await bayar.payments.history('ORDER-1')).filter(({ event }) => event === 'payment.refunded'),
  ).toHaveLength(1)
  await checkBooks(shop.direct)
  await shop.close()
})

test('a handler that throws holds a confirmed refund back, not its answer: it is applied when the handler can', async () => {
  let refusals = 2
  await using test = await kit({
    handlers: (bayar) =>
      bayar.within('payment.refunded', 'restock', () => {
        if (refusals-- > 0) throw new Error('the warehouse is closed')
      }),
  })
  await paid(test)
  test.simulator.notifications.pause()
  const made = await test.bayar.payments.refund('ORDER-1', { amount: 50_000, refundKey: 'return-7' })
  expect(made).toMatchObject({ refund: { status: 'reserved' }, payment: { netAmount: 150_000 } })
  for (let times = 0; times < 4; times++) await test.advance(6)
  expect(await now(test)).toMatchObject({ status: 'partially_refunded', netAmount: 100_000 })
  expect(asked(test)).toHaveLength(1)
})

test('one refund key is one refund: another amount or another transaction under it is refused', async () => {
  await using test = await kit()
  await paid(test)
  await test.bayar.payments.refund('ORDER-1', { amount: 10_000, refundKey: 'return-7' })
  const other = await caught(test.bayar.payments.refund('ORDER-1', { amount: 20_000, refundKey: 'return-7' }))
  expect(isBayarError(other, 'refund_key_taken')).toBe(true)
  const elsewhere = await caught(
    test.bayar.payments.refund('ORDER-1', { refundKey: 'return-7', transactionId: 'another-transaction' }),
  )
  expect(isBayarError(elsewhere, 'refund_key_taken')).toBe(true)
  expect(asked(test)).toHaveLength(1)
})
