import { expect, test } from 'vitest'
import { isBayarError } from '../../src/errors.ts'
import { createSimulator } from '../../src/simulator/index.ts'
import { checkBooks } from '../support/books.ts'
import { cardToken } from '../support/card-token.ts'
import { type MeddledShop, meddledShop } from '../support/meddled-shop.ts'

/** Midtrans answers, and nobody can make anything of it: nothing is tried for ever, nothing is set aside for ever, and a person is told. */
const CHARGE = { orderId: 'ORDER-1', grossAmount: 150_000, paymentType: 'gopay' } as const
const REFUND = { amount: 50_000, refundKey: 'return-7' } as const

type Told = Record<string, unknown>
interface OddShop extends MeddledShop {
  /** What becomes of the answers whose path it fits. */
  odd: { readonly paths: RegExp; readonly change: (told: Told) => unknown } | null
  /** How often Midtrans was asked on such a path. */
  asked(paths: RegExp): number
  pass(...seconds: readonly number[]): Promise<void>
}

async function oddShop(options: Parameters<typeof meddledShop>[0] = {}): Promise<OddShop> {
  const paths: string[] = []
  let shop!: OddShop
  const made = await meddledShop({
    ...options,
    options: {
      ...options.options,
      fetch: async (input, init) => {
        const { pathname } = new URL(String(input))
        paths.push(pathname)
        const response = await made.simulator.fetch(new Request(input, init))
        const { odd } = shop
        if (!odd?.paths.test(pathname)) return response
        return Response.json(odd.change((await response.json()) as Told))
      },
    },
  })
  const worker = await made.bayar.work()
  shop = {
    ...made,
    odd: null,
    asked: (which) => paths.filter((path) => which.test(path)).length,
    async pass(...seconds) {
      for (const one of seconds) {
        await made.simulator.clock.advance(one)
        await made.simulator.idle()
        await worker.idle()
      }
    },
    async close() {
      await checkBooks(made.direct)
      await made.close()
    },
  }
  return shop
}

async function paid(options: Parameters<typeof meddledShop>[0] = {}): Promise<OddShop> {
  const shop = await oddShop(options)
  await shop.bayar.payments.charge(CHARGE)
  await shop.simulator.pay('ORDER-1')
  await shop.simulator.idle()
  shop.simulator.notifications.pause()
  return shop
}

const now = async (shop: OddShop) => (await shop.bayar.payments.find('ORDER-1'))!
const refund = async (shop: OddShop) => (await shop.bayar.payments.refunds('ORDER-1'))[0]!
const resolve = (shop: OddShop, reason: 'mismatch' | 'unclear', decision: 'accept' | 'dismiss') =>
  shop.bayar.payments.resolveReview({ payment: 'ORDER-1', reason, decision, because: 'asked Midtrans' })
/** Longer than any of it takes to be known. */
const HOUR = [5, 10, 30, 60, 120, 120, 120, 120, 900, 1800] as const

/** The account of every simulator of this seed. */
const merchantId = createSimulator({ seed: 1 }).merchantId
const OTHERS = [
  ['another currency', { currency: 'USD' }],
  ['another merchant', { merchant_id: 'G-somebody-else' }],
] as const

for (const decision of ['accept', 'dismiss'] as const) {
  test.each(OTHERS)(`a refund answered for %s waits for a person: ${decision}`, async (_, other) => {
    const shop = await paid({ options: { merchantId } })
    shop.odd = { paths: /\/(refund|status)$/, change: (told) => ({ ...told, ...other }) }
    const made = await shop.bayar.payments.refund('ORDER-1', REFUND)
    expect(made.refund.status).toBe('reserved')
    expect(made.payment).toMatchObject({ needsReview: ['mismatch'], netAmount: 150_000 })
    await shop.pass(...HOUR)
    // Neither free to be given back again, nor forgotten.
    expect((await refund(shop)).status).toBe('reserved')
    expect((await now(shop)).needsReview).toEqual(['mismatch'])
    shop.odd = null
    await resolve(shop, 'mismatch', decision)
    const isMade = decision === 'accept'
    expect((await refund(shop)).status).toBe(isMade ? 'confirmed' : 'abandoned')
    expect(await now(shop)).toMatchObject({
      needsReview: [],
      netAmount: isMade ? 100_000 : 150_000,
      refundAmount: isMade ? 50_000 : 0,
    })
    await shop.close()
  })
}

test('two refunds answered so are both decided', async () => {
  const shop = await paid()
  shop.odd = { paths: /\/(refund|status)$/, change: (told) => ({ ...told, currency: 'USD' }) }
  await shop.bayar.payments.refund('ORDER-1', { amount: 50_000 })
  await shop.bayar.payments.refund('ORDER-1', { amount: 100_000 })
  await resolve(shop, 'mismatch', 'accept')
  expect(await shop.bayar.payments.refunds('ORDER-1')).toMatchObject([
    { status: 'confirmed', amount: 50_000 },
    { status: 'confirmed', amount: 100_000 },
  ])
  expect(await now(shop)).toMatchObject({ status: 'refunded', netAmount: 0, needsReview: [] })
  await shop.close()
})

test.each([true, false])(
  'its answer lost, the look at it tells another currency, and that was dismissed before: %s',
  async (wasDismissed) => {
    const shop = await paid()
    shop.odd = { paths: /\/status$/, change: (told) => ({ ...told, currency: 'USD' }) }
    if (wasDismissed) {
      await shop.bayar.payments.checkStatus('ORDER-1')
      await resolve(shop, 'mismatch', 'dismiss')
    }
    shop.simulator.faults.add({ kind: 'lose_answer', verb: 'refund', times: 1 })
    await shop.bayar.payments.refund('ORDER-1', REFUND)
    await shop.pass(...HOUR)
    expect((await refund(shop)).status).toBe('reserved')
    const [reason] = (await now(shop)).needsReview
    expect(reason).toBe(wasDismissed ? 'unclear' : 'mismatch')
    await resolve(shop, reason as 'unclear', 'accept')
    expect(await now(shop)).toMatchObject({ netAmount: 100_000, needsReview: [] })
    await shop.close()
  },
)

const GARBAGE = { status_code: '200', transaction_status: 'who knows', order_id: 'ORDER-1' }

for (const decision of ['accept', 'dismiss'] as const) {
  test(`a refund whose answer was lost, and a status that nobody can read: ${decision}`, async () => {
    const shop = await paid()
    shop.simulator.faults.add({ kind: 'lose_answer', verb: 'refund', times: 1 })
    shop.odd = { paths: /\/status$/, change: () => GARBAGE }
    await shop.bayar.payments.refund('ORDER-1', REFUND)
    await shop.pass(...HOUR)
    expect(await now(shop)).toMatchObject({ needsReview: ['unclear'] })
    expect((await refund(shop)).status).toBe('reserved')
    const askedBefore = shop.asked(/\/status$/)
    await shop.pass(...Array.from({ length: 24 }, () => 3_600))
    // Ever more rarely; every five seconds it would have been 17,000 times.
    expect(shop.asked(/\/status$/) - askedBefore).toBeLessThan(10)
    await resolve(shop, 'unclear', decision)
    const isMade = decision === 'accept'
    expect((await refund(shop)).status).toBe(isMade ? 'confirmed' : 'abandoned')
    expect(await now(shop)).toMatchObject({ netAmount: isMade ? 100_000 : 150_000, needsReview: [] })
    const resolved = shop.asked(/\/status$/)
    await shop.pass(86_400)
    expect(shop.asked(/\/status$/)).toBe(resolved)
    await shop.close()
  })
}

test('... and as soon as it can be read, it is known without a person', async () => {
  const shop = await paid()
  shop.simulator.faults.add({ kind: 'lose_answer', verb: 'refund', times: 1 })
  shop.odd = { paths: /\/status$/, change: () => GARBAGE }
  await shop.bayar.payments.refund('ORDER-1', REFUND)
  await shop.pass(...HOUR)
  shop.odd = null
  await shop.pass(6 * 3_600, 10)
  expect((await refund(shop)).status).toBe('confirmed')
  await shop.close()
})

test('a charge whose outcome nobody can read is told, asked about ever more rarely, and given up by a person', async () => {
  const shop = await oddShop()
  shop.simulator.notifications.pause()
  shop.simulator.faults.add({ kind: 'lose_answer', verb: 'charge', times: 100 })
  shop.odd = { paths: /\/status$/, change: () => GARBAGE }
  await shop.bayar.payments.charge({ ...CHARGE, paymentType: 'bank_transfer', bank: 'bca' })
  await shop.pass(...HOUR)
  expect(await now(shop)).toMatchObject({ status: 'created', outcome: 'unknown', needsReview: ['unclear'] })
  expect(shop.asked(/\/status$/)).toBeLessThan(40)
  const again = { ...CHARGE, paymentType: 'bank_transfer', bank: 'bca', newAttempt: true } as const
  expect((await shop.bayar.payments.charge(again)).outcome).toBe('unknown')
  expect(shop.simulator.transactions()).toHaveLength(1)
  await resolve(shop, 'unclear', 'dismiss')
  expect(await now(shop)).toMatchObject({ status: 'failed', outcome: 'known', needsReview: [] })
  await shop.close()
})

test('a payment whose status nobody can read is told, and asked about ever more rarely', async () => {
  const shop = await oddShop()
  shop.simulator.notifications.pause()
  await shop.bayar.payments.charge(CHARGE)
  shop.odd = { paths: /\/status$/, change: () => GARBAGE }
  await shop.pass(...Array.from({ length: 60 }, () => 60))
  expect(await now(shop)).toMatchObject({ status: 'pending', needsReview: ['unclear'] })
  expect(shop.asked(/\/status$/)).toBeLessThan(8)
  expect((await shop.bayar.payments.openReviews()).results).toMatchObject([
    { orderId: 'ORDER-1', reason: 'unclear', note: expect.stringContaining('who knows') },
  ])
  const refusal = await shop.bayar.payments.checkStatus('ORDER-1').catch((error: unknown) => error)
  expect(isBayarError(refusal, 'gateway_unavailable')).toBe(true)
  await shop.close()
})

test('a Midtrans that answers nothing at all is asked ever more rarely, too', async () => {
  const shop = await oddShop()
  shop.simulator.notifications.pause()
  await shop.bayar.payments.charge({
    ...CHARGE,
    paymentType: 'bank_transfer',
    bank: 'bca',
    customExpiry: { duration: 2, unit: 'day' },
  })
  shop.odd = { paths: /\/status$/, change: () => ({ hello: 'world' }) }
  await shop.pass(...Array.from({ length: 24 * 6 }, () => 600))
  expect(shop.asked(/\/status$/)).toBeLessThan(30)
  shop.odd = null
  await shop.simulator.pay('ORDER-1')
  await shop.pass(6 * 3_600, 60)
  expect((await now(shop)).status).toBe('settled')
  await shop.close()
})

test('a command whose outcome nobody can read does not stand in the way for ever', async () => {
  const shop = await oddShop()
  shop.simulator.notifications.pause()
  await shop.bayar.payments.charge({
    ...CHARGE,
    paymentType: 'credit_card',
    type: 'authorize',
    authentication: false,
    tokenId: await cardToken(shop.simulator),
  })
  shop.simulator.faults.add({ kind: 'cut', when: 'before', verb: 'capture', times: 1 })
  shop.odd = { paths: /\/status$/, change: () => GARBAGE }
  await shop.bayar.payments.capture('ORDER-1', { amount: 90_000 }).catch(() => {})
  await shop.pass(...HOUR)
  expect((await now(shop)).needsReview).toContain('unclear')
  shop.odd = null
  await resolve(shop, 'unclear', 'dismiss')
  expect((await shop.bayar.payments.capture('ORDER-1')).netAmount).toBe(150_000)
  await shop.close()
})
