import { expect, test } from 'vitest'
import type { Kit } from '../support/kit.ts'
import { kit } from '../support/kit.ts'

const PHONE = { phoneNumber: '081234567890', redirectUrl: 'kopi://linked', userId: 'user-1' }

async function linked(shop: Kit): Promise<string> {
  const { accountId } = await shop.bayar.payAccounts.create(PHONE)
  await shop.simulator.payAccounts.link(accountId)
  await shop.idle()
  return accountId
}

const statusOf = async (shop: Kit) => (await shop.bayar.payAccounts.list()).results[0]?.status
const notices = (shop: Kit) =>
  shop.rows(`select status, copies from bayar.notifications where channel = 'pay_account' order by id`)

test('linked by its owner, told by a notice, charged without asking, and let go', async () => {
  await using shop = await kit()
  const created = await shop.bayar.payAccounts.create(PHONE)
  expect(created).toMatchObject({ status: 'pending', userId: 'user-1', paymentOptions: [] })
  expect(created.activationUrl).toMatch(/^https?:/)
  await shop.simulator.payAccounts.link(created.accountId)
  await shop.advance(6)
  expect(await statusOf(shop)).toBe('enabled')
  expect(await notices(shop)).toMatchObject([{ status: 'processed' }])

  const account = await shop.bayar.payAccounts.get(created.accountId)
  const wallet = account.paymentOptions.find((option) => option.active)!
  expect(wallet).toMatchObject({ name: 'GOPAY_WALLET', balance: 1_000_000 })
  const payment = await shop.bayar.payments.charge({
    orderId: 'ORDER-1',
    grossAmount: 150_000,
    paymentType: 'gopay',
    accountId: created.accountId,
    paymentOptionToken: wallet.token,
  })
  expect(payment).toMatchObject({ status: 'settled', netAmount: 150_000 })
  await shop.idle()
  expect(shop.told('ORDER-1')).toEqual(['payment.settled'])

  expect(await shop.bayar.payAccounts.unbind(created.accountId)).toMatchObject({ status: 'disabled' })
  expect(await statusOf(shop)).toBe('disabled')
  expect(await shop.bayar.payAccounts.unbind(created.accountId)).toMatchObject({ status: 'disabled' })
})

test('the wallet is empty: denied; the owner must confirm: pending with a link', async () => {
  await using shop = await kit()
  const accountId = await linked(shop)
  const charge = async (orderId: string) => {
    const { paymentOptions } = await shop.bayar.payAccounts.get(accountId)
    return shop.bayar.payments.charge({
      orderId,
      grossAmount: 150_000,
      paymentType: 'gopay',
      accountId,
      paymentOptionToken: paymentOptions[0]!.token,
    })
  }
  await shop.simulator.payAccounts.set(accountId, { balance: 1000 })
  expect(await charge('ORDER-1')).toMatchObject({ status: 'denied' })
  await shop.simulator.payAccounts.set(accountId, { balance: 500_000, verify: true })
  const waiting = await charge('ORDER-2')
  expect(waiting.status).toBe('pending')
  expect(waiting.instructions.redirectUrl ?? waiting.instructions.deeplinkUrl).toMatch(/./)
  await shop.idle()
  await shop.pay('ORDER-2')
  expect((await shop.bayar.payments.find('ORDER-2'))!.status).toBe('settled')
})

test('an amount that is only reserved is no money, and is let go when nobody captures it', async () => {
  await using shop = await kit()
  const accountId = await linked(shop)
  const { paymentOptions } = await shop.bayar.payAccounts.get(accountId)
  const reserved = await shop.bayar.payments.charge({
    orderId: 'ORDER-1',
    grossAmount: 50_000,
    paymentType: 'gopay',
    accountId,
    paymentOptionToken: paymentOptions[0]!.token,
    preAuth: true,
  })
  expect(reserved).toMatchObject({ status: 'authorized', isPaid: false, netAmount: 0 })
  await shop.idle()
  await shop.simulator.release('ORDER-1')
  await shop.idle()
  const released = (await shop.bayar.payments.find('ORDER-1'))!
  expect(released).toMatchObject({ isPaid: false, netAmount: 0, isFinal: true })
  expect(shop.told('ORDER-1')[0]).toBe('payment.authorized')
  expect(shop.told('ORDER-1')).toHaveLength(2)
})

test('a charge of an account that its owner has unlinked is refused', async () => {
  await using shop = await kit()
  const accountId = await linked(shop)
  const { paymentOptions } = await shop.bayar.payAccounts.get(accountId)
  await shop.simulator.payAccounts.unlink(accountId)
  const refused = shop.bayar.payments.charge({
    orderId: 'ORDER-1',
    grossAmount: 50_000,
    paymentType: 'gopay',
    accountId,
    paymentOptionToken: paymentOptions[0]!.token,
  })
  await expect(refused).rejects.toMatchObject({ code: 'gateway_rejected' })
  expect((await shop.bayar.payAccounts.get(accountId)).status).toBe('disabled')
})

test('the notice is lost, or nobody told Midtrans where to send it: a check finds out', async () => {
  await using shop = await kit()
  const { accountId } = await shop.bayar.payAccounts.create(PHONE)
  shop.simulator.faults.add({ kind: 'lose', times: 50 })
  await shop.simulator.payAccounts.link(accountId)
  await shop.idle()
  expect(await statusOf(shop)).toBe('pending')
  await shop.advance(61)
  expect(await statusOf(shop)).toBe('enabled')
})

test('unlinked in the owner’s app', async () => {
  await using shop = await kit()
  const accountId = await linked(shop)
  await shop.advance(10)
  expect(await statusOf(shop)).toBe('enabled')
  await shop.simulator.payAccounts.unlink(accountId)
  await shop.advance(10)
  expect(await statusOf(shop)).toBe('disabled')
})

test('a notice is a hint: whatever it says, Midtrans is asked, and not at every one', async () => {
  await using shop = await kit()
  const { accountId } = await shop.bayar.payAccounts.create(PHONE)
  await shop.advance(10)
  const receive = (body: object) =>
    shop.bayar.notifications.receive({
      body: Buffer.from(JSON.stringify(body)),
      channel: 'pay_account',
      sender: null,
    })
  for (let index = 0; index < 10; index++)
    await receive({ account_id: accountId, account_status: 'ENABLED', status_code: '200', n: index })
  await shop.idle()
  expect(await statusOf(shop)).toBe('pending')
  expect(await notices(shop)).toHaveLength(10)
  // Somebody else's, or nobody's.
  expect(await receive({ account_id: 'a-1', account_status: 'ENABLED' })).toMatchObject({ status: 'foreign' })
  for (const odd of [{}, { account_id: 7 }, { account_id: 'x'.repeat(10_000) }, { account_id: 'a\u0000' }])
    expect(await receive(odd)).toMatchObject({ status: 'foreign' })
})

test('an account that is one user’s is never given to another, who says the same number', async () => {
  await using shop = await kit()
  await linked(shop)
  await expect(shop.bayar.payAccounts.create({ ...PHONE, userId: 'user-2' })).rejects.toMatchObject({
    code: 'pay_account_taken',
  })
  expect(await shop.bayar.payAccounts.create(PHONE)).toMatchObject({ status: 'enabled', activationUrl: null })
  const { results } = await shop.bayar.payAccounts.list({ filter: { userId: 'user-2' } })
  expect(results).toEqual([])
})

// biome-ignore format: a table is read in columns
test.each([
  ['a phone that GoPay does not know',  { phoneNumber: '123450001' },             'gateway_rejected'],
  ['no phone',                          { phoneNumber: 'mine' },                  'invalid_request'],
  ['an address that is a script',       { redirectUrl: 'javascript:alert(1)' },   'invalid_request'],
  ['an account that is not configured', { merchant: 'books' },                    'invalid_request'],
  ['a field that is none',              { phone: '0812' },                        'invalid_request'],
])('%s is refused', async (_, change, code) => {
  await using shop = await kit()
  await expect(shop.bayar.payAccounts.create({ ...PHONE, ...change })).rejects.toMatchObject({ code })
  expect((await shop.bayar.payAccounts.list()).results).toEqual([])
})

test('an account that is not ours is not there', async () => {
  await using shop = await kit()
  for (const id of ['a-1', '', 'a\u0000', '../x'])
    await expect(shop.bayar.payAccounts.get(id)).rejects.toMatchObject({ code: 'pay_account_not_found' })
})

test('no clear answer is no link; asked again, it is one', async () => {
  await using shop = await kit()
  shop.simulator.faults.add({ kind: 'cut', times: 1 })
  await expect(shop.bayar.payAccounts.create(PHONE)).rejects.toMatchObject({ code: 'pay_account_unclear' })
  expect(await shop.bayar.payAccounts.create(PHONE)).toMatchObject({ status: 'pending' })
})
