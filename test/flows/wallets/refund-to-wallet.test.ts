/** Money of an order given back into the user's wallet: with what Midtrans gives back, never more than was received. */
import { expect, test } from 'vitest'
import { isBayarError } from '../../../src/errors.ts'
import { type Kit, kit } from '../../support/kit.ts'

const codeOf = (error: unknown) => (isBayarError(error) ? error.code : error)
const VA = { paymentType: 'bank_transfer', bank: 'permata' } as const

async function paid(shop: Kit, method: object = { paymentType: 'qris' }, userId: string | null = 'user-1') {
  const charge = { ...method, orderId: 'ORDER-1', grossAmount: 100_000, ...(userId && { userId }) }
  await shop.bayar.payments.charge(charge as never)
  await shop.pay('ORDER-1')
}
const give = (shop: Kit, input: object = {}) => shop.bayar.payments.refundToWallet('ORDER-1', input)

test('a method that gives nothing back is refunded into the wallet, in parts', async () => {
  await using shop = await kit()
  await paid(shop, VA)
  await expect(shop.bayar.payments.refund('ORDER-1')).rejects.toMatchObject({ code: 'method_not_refundable' })
  const first = await give(shop, { amount: 30_000, reason: 'A shirt was torn.' })
  expect(first).toMatchObject({
    created: true,
    payment: { status: 'settled', netAmount: 100_000, refundAmount: 0 },
    refund: { status: 'given', origin: 'wallet', amount: 30_000 },
    wallet: { userId: 'user-1', balance: 30_000 },
  })
  expect((await give(shop)).wallet.balance).toBe(100_000)
  await expect(give(shop, { amount: 1 })).rejects.toMatchObject({ code: 'refund_too_large' })
  const { results } = await shop.bayar.wallets.entries('user-1')
  expect(results).toMatchObject([
    { kind: 'refund', amount: 70_000, note: 'ORDER-1', by: 'host', paymentId: first.payment.id },
    { kind: 'refund', amount: 30_000, note: 'A shirt was torn.' },
  ])
})

test('under one key is one refund', async () => {
  await using shop = await kit()
  await paid(shop)
  const asked = { amount: 40_000, refundKey: 'return-1' }
  const made = await Promise.all(Array.from({ length: 6 }, () => give(shop, asked)))
  expect(made.filter(({ created }) => created)).toHaveLength(1)
  expect((await shop.bayar.wallets.get('user-1')).balance).toBe(40_000)
  await expect(give(shop, { ...asked, amount: 1 })).rejects.toMatchObject({ code: 'refund_key_taken' })
  // Midtrans's names are others: the same word there is another refund.
  const other = await shop.bayar.payments.refund('ORDER-1', { amount: 10_000, refundKey: 'return-1' })
  expect(other.refund).toMatchObject({ status: 'confirmed', amount: 10_000 })
  await shop.idle()
  expect(
    (await shop.bayar.payments.refunds('ORDER-1')).map(({ origin, amount }) => [origin, amount]),
  ).toEqual([
    ['wallet', 40_000],
    ['bayar', 10_000],
  ])
})

test('both ways at once, forty times: together never more than was received', async () => {
  await using shop = await kit({ options: { connections: 30 } })
  await paid(shop)
  const outcomes = await Promise.all(
    Array.from({ length: 40 }, (_, n) =>
      (n % 2 === 0
        ? give(shop, { amount: 15_000 })
        : shop.bayar.payments.refund('ORDER-1', { amount: 15_000 })
      ).then(() => 'given', codeOf),
    ),
  )
  await shop.idle()
  expect(outcomes.filter((outcome) => outcome === 'given')).toHaveLength(6)
  expect(new Set(outcomes)).toEqual(new Set(['given', 'refund_too_large']))
  const { balance } = await shop.bayar.wallets.get('user-1')
  const { refundAmount, needsReview } = (await shop.bayar.payments.find('ORDER-1'))!
  expect(balance + refundAmount).toBe(90_000)
  expect(needsReview).toEqual([])
  const possible = await shop.bayar.payments.possible('ORDER-1')
  expect(possible.find(({ request }) => request === 'refund')).toMatchObject({ amountMax: 10_000 })
  // Nor by anybody who writes into the tables himself.
  await expect(
    shop.rows(`insert into bayar.refunds (id, payment_id, transaction_id, wallet_key, amount, status, origin, created_at, updated_at)
      select gen_random_uuid(), payment_id, transaction_id, 'by hand', 10001, 'given', 'wallet', now(), now() from bayar.attempts`),
  ).rejects.toThrow('more than what is left')
})

test('given to the wallet and taken back by the bank besides: a person is told', async () => {
  await using shop = await kit()
  await paid(shop, VA)
  await give(shop, { amount: 30_000 })
  await shop.simulator.reverse('ORDER-1')
  await shop.idle()
  expect(await shop.bayar.payments.find('ORDER-1')).toMatchObject({
    status: 'reversed',
    netAmount: 0,
    needsReview: ['refund_excess'],
  })
})

test('a refund in Midtrans’s dashboard that leaves enough is nobody’s worry; one that does not, is', async () => {
  await using shop = await kit()
  await paid(shop)
  await give(shop, { amount: 30_000 })
  const needsReview = async () => (await shop.bayar.payments.find('ORDER-1'))!.needsReview
  await shop.simulator.refund('ORDER-1', { amount: 70_000, key: 'a' })
  await shop.idle()
  expect(await needsReview()).toEqual([])
  await shop.simulator.refund('ORDER-1', { amount: 1_000, key: 'b' })
  await shop.idle()
  expect(await needsReview()).toEqual(['refund_excess'])
})

test('whose wallet it is, and what is not possible', async () => {
  await using shop = await kit()
  await paid(shop, VA, null)
  const refused = (input: object, code: string) => expect(give(shop, input)).rejects.toMatchObject({ code })
  await refused({}, 'invalid_request')
  expect((await give(shop, { userId: 'user-2', amount: 1_000 })).wallet).toMatchObject({ userId: 'user-2' })
  await refused({ userId: 'user-2', direct: true }, 'invalid_request')
  await refused({ userId: 'user-2', amount: 0 }, 'invalid_request')
  await refused({ userId: 'user-2', transactionId: 'nope' }, 'invalid_request')
  await expect(shop.bayar.payments.refundToWallet('NOPE')).rejects.toMatchObject({
    code: 'payment_not_found',
  })
  const { topup } = await shop.bayar.topups.create({ ...VA, userId: 'user-1', amount: 50_000 })
  await shop.pay(topup.orderId)
  await expect(shop.bayar.payments.refundToWallet(topup.orderId)).rejects.toMatchObject({
    code: 'command_not_possible',
  })
})
