import { describe, expect, test } from 'vitest'
import type { ChargeInput, MethodCharge, PaymentInstructions } from '../../src/index.ts'
import { CARDS, cardToken } from '../support/card-token.ts'
import { type Kit, kit } from '../support/kit.ts'

const ITEMS = [{ id: 'A-1', name: 'Batik scarf', price: 75_000, quantity: 2 }]
const CUSTOMER = { firstName: 'Siti', email: 'siti@example.com', phone: '081234567890' }

interface Told {
  readonly name: string
  readonly asked: MethodCharge
  /** What the customer must be shown. */
  readonly shows: readonly (keyof PaymentInstructions)[]
}

// biome-ignore format: a table is read in columns
const METHODS: readonly Told[] = [
  { name: 'BCA',            asked: { paymentType: 'bank_transfer', bank: 'bca' },       shows: ['vaNumber', 'bank'] },
  { name: 'BNI',            asked: { paymentType: 'bank_transfer', bank: 'bni' },       shows: ['vaNumber', 'bank'] },
  { name: 'BRI',            asked: { paymentType: 'bank_transfer', bank: 'bri' },       shows: ['vaNumber', 'bank'] },
  { name: 'CIMB',           asked: { paymentType: 'bank_transfer', bank: 'cimb' },      shows: ['vaNumber', 'bank'] },
  { name: 'Permata',        asked: { paymentType: 'bank_transfer', bank: 'permata' },   shows: ['vaNumber', 'bank'] },
  { name: 'Mandiri bill',   asked: { paymentType: 'echannel', billInfo1: 'Toko', billInfo2: 'Kopi' }, shows: ['billKey', 'billerCode'] },
  { name: 'GoPay',          asked: { paymentType: 'gopay', callbackUrl: 'kopi://paid' }, shows: ['qrUrl', 'deeplinkUrl'] },
  { name: 'ShopeePay',      asked: { paymentType: 'shopeepay', callbackUrl: 'https://shop.example/paid' }, shows: ['deeplinkUrl'] },
  { name: 'QRIS',           asked: { paymentType: 'qris' },                             shows: ['qrString', 'qrUrl'] },
  { name: 'ShopeePay QRIS', asked: { paymentType: 'qris', qrisAcquirer: 'airpay' },     shows: ['qrString', 'qrUrl'] },
  { name: 'OVO',            asked: { paymentType: 'ovo', payerPhoneNumber: '081234567890' }, shows: [] },
  { name: 'DANA',           asked: { paymentType: 'dana', callbackUrl: 'https://shop.example/paid' }, shows: ['redirectUrl'] },
  { name: 'Indomaret',      asked: { paymentType: 'cstore', store: 'indomaret', message: 'Kopi' }, shows: ['paymentCode', 'store'] },
  { name: 'Alfamart',       asked: { paymentType: 'cstore', store: 'alfamart', alfamartFreeTexts: ['satu', 'dua'] }, shows: ['paymentCode', 'store'] },
  { name: 'Akulaku',        asked: { paymentType: 'akulaku' },                          shows: ['redirectUrl'] },
  { name: 'Kredivo',        asked: { paymentType: 'kredivo' },                          shows: ['redirectUrl'] },
]

const charge = (asked: MethodCharge, change: Partial<ChargeInput> = {}) =>
  ({
    orderId: 'ORDER-1',
    grossAmount: 150_000,
    items: ITEMS,
    customer: CUSTOMER,
    ...asked,
    ...change,
  }) as ChargeInput

describe.each(METHODS)('$name', ({ asked, shows }) => {
  test('charged, shown, paid, told', async () => {
    await using shop = await kit()
    const payment = await shop.bayar.payments.charge(charge(asked))
    expect(payment).toMatchObject({ status: 'pending', outcome: 'known', paymentType: asked.paymentType })
    for (const field of shows) expect(payment.instructions[field], field).toMatch(/./)
    await shop.idle()
    await shop.pay('ORDER-1')
    const paid = (await shop.bayar.payments.find('ORDER-1'))!
    expect(paid).toMatchObject({ status: 'settled', isPaid: true, netAmount: 150_000, needsReview: [] })
    // What the customer was shown stays, whatever later news leaves out.
    expect(paid.instructions).toEqual(payment.instructions)
    expect(shop.told('ORDER-1')).toEqual(['payment.received', 'payment.settled'])
    expect(await unusual(shop)).toEqual([])
  })

  test('not paid in time, it expires, and a check agrees', async () => {
    await using shop = await kit()
    const payment = await shop.bayar.payments.charge(charge(asked))
    await shop.idle()
    // Only the notification is lost: the check finds it.
    shop.simulator.faults.add({ kind: 'lose', times: 50 })
    const { expiresAt, createdAt } = shop.simulator.transaction('ORDER-1')
    if (payment.expiryTime) expect(payment.expiryTime).toEqual(expiresAt)
    await shop.advance((expiresAt.getTime() - createdAt.getTime()) / 1000 + 120)
    await shop.advance(6 * 3600)
    expect((await shop.bayar.payments.find('ORDER-1'))!.status).toBe('expired')
    expect(shop.told('ORDER-1')).toEqual(['payment.received', 'payment.expired'])
  })

  test('a settlement that only a look-up tells', async () => {
    await using shop = await kit()
    await shop.bayar.payments.charge(charge(asked))
    await shop.idle()
    shop.simulator.faults.add({ kind: 'lose', times: 50 })
    await shop.simulator.pay('ORDER-1')
    const { payment } = await shop.bayar.payments.checkStatus('ORDER-1')
    expect(payment).toMatchObject({ status: 'settled', orderId: 'ORDER-1' })
    await shop.idle()
    expect(shop.told('ORDER-1')).toEqual(['payment.received', 'payment.settled'])
  })

  test('the charge’s answer is lost: the customer is shown the same all the same', async () => {
    await using shop = await kit()
    shop.simulator.faults.add({ kind: 'lose_answer', verb: 'charge', times: 1 })
    await shop.bayar.payments.charge(charge(asked))
    await shop.advance(10)
    const found = (await shop.bayar.payments.find('ORDER-1'))!
    expect(found).toMatchObject({ status: 'pending', outcome: 'known' })
    for (const field of shows) expect(found.instructions[field], field).toMatch(/./)
    expect(shop.simulator.transactions()).toHaveLength(1)
    await shop.pay('ORDER-1')
    expect(shop.told('ORDER-1')).toEqual(['payment.received', 'payment.settled'])
  })
})

describe('refused', () => {
  const wallets = METHODS.filter(
    ({ asked }) => !['bank_transfer', 'echannel', 'cstore'].includes(asked.paymentType),
  )

  test.each(wallets)('$name says no to the customer', async ({ asked }) => {
    await using shop = await kit()
    await shop.bayar.payments.charge(charge(asked))
    await shop.idle()
    await shop.simulator.refuse('ORDER-1')
    await shop.idle()
    expect((await shop.bayar.payments.find('ORDER-1'))!.status).toBe('denied')
    expect(shop.told('ORDER-1')).toEqual(['payment.received', 'payment.denied'])
  })

  test.each(METHODS)('$name is cancelled while it waits', async ({ asked }) => {
    await using shop = await kit()
    await shop.bayar.payments.charge(charge(asked))
    await shop.idle()
    expect(await shop.bayar.payments.cancel('ORDER-1')).toMatchObject({ status: 'cancelled' })
    await shop.idle()
    expect(shop.told('ORDER-1')).toEqual(['payment.received', 'payment.cancelled'])
  })

  const reversible = METHODS.filter(({ name }) => ['Permata', 'Mandiri bill', 'Indomaret'].includes(name))

  test.each(reversible)('D36 $name takes a settlement back within minutes', async ({ asked }) => {
    await using shop = await kit()
    await shop.bayar.payments.charge(charge(asked))
    await shop.idle()
    await shop.pay('ORDER-1')
    await shop.simulator.reverse('ORDER-1')
    await shop.idle()
    expect((await shop.bayar.payments.find('ORDER-1'))!).toMatchObject({ status: 'reversed', netAmount: 0 })
    expect(shop.told('ORDER-1')).toEqual(['payment.received', 'payment.settled', 'payment.reversed'])
  })

  test('OVO does not know the phone: nothing was made', async () => {
    await using shop = await kit()
    const refused = shop.bayar.payments.charge(
      charge({ paymentType: 'ovo', payerPhoneNumber: '+628249134000' }),
    )
    await expect(refused).rejects.toMatchObject({ code: 'gateway_rejected' })
    expect((await shop.bayar.payments.find('ORDER-1'))!.status).toBe('failed')
  })

  test('a method that is switched off is refused before anything is written, and the setting is named', async () => {
    await using shop = await kit({ options: { enabledMethods: ['bank_transfer', 'qris'] } })
    await shop.bayar.payments.charge(charge({ paymentType: 'qris' }))
    const refused = shop.bayar.payments.charge(charge({ paymentType: 'gopay' }, { orderId: 'ORDER-2' }))
    await expect(refused).rejects.toMatchObject({
      code: 'method_not_enabled',
      message: expect.stringMatching(
        /gopay .*enabledMethods \(MIDTRANS_ENABLED_PAYMENTS\).*bank_transfer, qris/,
      ),
    })
    expect(await shop.bayar.payments.find('ORDER-2')).toBeUndefined()
  })

  test('a field of another method is a misunderstanding, and says whose it is', async () => {
    await using shop = await kit()
    const refused = shop.bayar.payments.charge({
      ...charge({ paymentType: 'qris' }),
      store: 'alfamart',
    } as never)
    await expect(refused).rejects.toMatchObject({
      code: 'invalid_request',
      details: { problems: [{ field: 'store', reason: 'is for cstore, not for qris' }] },
    })
  })

  test('items that do not add up', async () => {
    await using shop = await kit()
    const refused = shop.bayar.payments.charge(charge({ paymentType: 'qris' }, { grossAmount: 140_000 }))
    await expect(refused).rejects.toMatchObject({
      code: 'invalid_request',
      details: {
        problems: [{ field: 'item_details', reason: 'add up to 150000, but gross_amount is 140000' }],
      },
    })
  })
})

describe('settings that stand in for what a charge does not say', () => {
  test('where a wallet sends the customer afterwards, and how long there is to pay', async () => {
    await using shop = await kit({
      options: { callbackUrls: { gopay: 'kopi://paid' }, expiryMinutes: 60 * 24 * 30 },
    })
    const asked: unknown[] = []
    for (const [index, method] of [
      { paymentType: 'gopay' },
      { paymentType: 'gopay', callbackUrl: 'kopi://here' },
      { paymentType: 'ovo', payerPhoneNumber: '081234567890' },
    ].entries()) {
      await shop.bayar.payments.charge(charge(method as MethodCharge, { orderId: `ORDER-${index}` }))
      const [row] = await shop.rows<{ request: { callbackUrl?: string; expirySeconds: number | null } }>(
        `select i.request from bayar.intents i join bayar.payments p on p.id = i.payment_id where p.order_id = $1`,
        [`ORDER-${index}`],
      )
      asked.push([row!.request.callbackUrl ?? null, row!.request.expirySeconds])
    }
    expect(asked).toEqual([
      // As long as GoPay allows; OVO takes no deadline at all.
      ['kopi://paid', 7 * 86_400],
      ['kopi://here', 7 * 86_400],
      [null, null],
    ])
  })
})

/** Notices that nobody could place. */
function unusual(shop: Kit) {
  return shop.rows(
    `select status, error, transaction_status from bayar.notifications where status not in ('processed', 'duplicate')`,
  )
}

describe('instructions that were lost', () => {
  const asked = charge({ paymentType: 'qris' })

  test('are fetched by the same request and key, once Midtrans answers again', async () => {
    await using shop = await kit()
    shop.simulator.faults.add({ kind: 'lose_answer', verb: 'charge', times: 2 })
    await shop.bayar.payments.charge(asked)
    // The notification makes the attempt known; it has no QR.
    await shop.idle()
    expect((await shop.bayar.payments.find('ORDER-1'))!.instructions.qrString).toBeNull()
    await shop.advance(3)
    expect((await shop.bayar.payments.find('ORDER-1'))!.instructions.qrString).toBeNull()
    await shop.advance(15)
    expect((await shop.bayar.payments.find('ORDER-1'))!.instructions.qrString).toMatch(/^0002/)
    expect(shop.simulator.transactions()).toHaveLength(1)
  })

  test('are not asked for after the key is forgotten: what nobody can pay is expired', async () => {
    await using shop = await kit()
    shop.simulator.faults.add({ kind: 'lose_answer', verb: 'charge', times: 50 })
    await shop.bayar.payments.charge(asked)
    await shop.advance(8 * 60)
    expect(shop.simulator.transaction('ORDER-1').status).toBe('expire')
    expect((await shop.bayar.payments.find('ORDER-1'))!.status).toBe('expired')
    expect(shop.told('ORDER-1')).toEqual(['payment.received', 'payment.expired'])
    shop.simulator.faults.clear()
    const again = await shop.bayar.payments.charge({ ...asked, newAttempt: true })
    expect(again.instructions.qrString).toMatch(/^0002/)
    await shop.idle()
    await shop.pay('ORDER-1')
    expect((await shop.bayar.payments.find('ORDER-1'))!.netAmount).toBe(150_000)
  })

  test('a customer who has paid meanwhile is never expired', async () => {
    await using shop = await kit()
    shop.simulator.faults.add({ kind: 'lose_answer', verb: 'charge', times: 50 })
    await shop.bayar.payments.charge(asked)
    await shop.idle()
    await shop.pay('ORDER-1')
    await shop.advance(8 * 60)
    expect((await shop.bayar.payments.find('ORDER-1'))!.status).toBe('settled')
    expect(shop.told('ORDER-1')).toEqual(['payment.received', 'payment.settled'])
  })
})

describe('DANA', () => {
  test('GET status repeats the transaction id where the order id belongs; the payment is found all the same', async () => {
    await using shop = await kit()
    const charged = await shop.bayar.payments.charge(charge({ paymentType: 'dana' }))
    expect(charged.transactionId).not.toMatch(/^[0-9a-f-]{36}$/)
    await shop.idle()
    const { responses } = await shop.bayar.payments.checkStatus('ORDER-1')
    expect(responses).toMatchObject([{ order_id: charged.transactionId }])
    await shop.bayar.payments.cancel('ORDER-1')
    await shop.idle()
    expect(shop.told('ORDER-1')).toEqual(['payment.received', 'payment.cancelled'])
  })
})

test('a GoPay QR that another app pays is still the same attempt', async () => {
  await using shop = await kit()
  await shop.bayar.payments.charge(charge({ paymentType: 'gopay' }))
  await shop.idle()
  await shop.simulator.pay('ORDER-1', { issuer: 'ovo' })
  await shop.idle()
  const paid = (await shop.bayar.payments.find('ORDER-1'))!
  expect(paid).toMatchObject({ status: 'settled', needsReview: [] })
  expect(paid.attempts).toHaveLength(1)
})

test('no card token, key or contact reaches a log line, whatever goes wrong', async () => {
  const lines: string[] = []
  const write = (message: string, fields?: object) => void lines.push(JSON.stringify({ message, ...fields }))
  await using shop = await kit({ options: { log: { info: write, warn: write, error: write } } })
  const tokenId = await cardToken(shop.simulator, CARDS.withOtp)
  shop.simulator.faults.add({ kind: 'html', verb: 'charge', times: 1 })
  shop.simulator.faults.add({ kind: 'lose_answer', verb: 'charge', times: 3 })
  shop.bayar.on('payment.received', 'breaks', () => {
    throw new Error(`could not ship ${tokenId} to ${CUSTOMER.email} with ${shop.simulator.serverKey}`)
  })
  await shop.bayar.payments.charge(charge({ paymentType: 'credit_card', tokenId }))
  await shop.bayar.payments
    .charge(charge({ paymentType: 'credit_card', tokenId: 'x'.repeat(300) }, { orderId: 'ORDER-2' }))
    .catch((error: Error) => lines.push(JSON.stringify(error), error.message))
  await shop.advance(600)
  expect(lines.length).toBeGreaterThan(0)
  for (const secret of [
    tokenId,
    shop.simulator.serverKey,
    shop.simulator.clientKey,
    CUSTOMER.email,
    CUSTOMER.phone,
  ])
    expect(lines.join('\n')).not.toContain(secret)
})
