/**
 * Money and a withdrawal that meet in the database: whichever takes the payment's lock first, the other finds it out. And the order of locks, in both directions at once: payments before their invoice, always.
 */
import { expect, test } from 'vitest'
import { isBayarError } from '../../../src/errors.ts'
import { checkBooks } from '../../support/books.ts'
import { BCA, LOCAL } from '../../support/invoices.ts'
import { type MeddledShop, meddledShop } from '../../support/meddled-shop.ts'
import { bytesOf, notice } from '../../support/notice.ts'

/** A gate in a process's way: it waits there until it is opened. */
function gate() {
  let open = () => {}
  let arrive = () => {}
  const opened = new Promise<void>((resolve) => {
    open = resolve
  })
  const arrived = new Promise<void>((resolve) => {
    arrive = resolve
  })
  return { opened, arrived, open: () => open(), arrive: () => arrive() }
}

/** The bank has taken the money, and Midtrans says so. */
async function settle({ bayar, simulator }: MeddledShop, orderId: string): Promise<string> {
  const { transactionId } = (await bayar.payments.find(orderId))!
  const { status } = await bayar.notifications.receive({
    body: bytesOf(notice(simulator.serverKey, { order_id: orderId, transaction_id: transactionId })),
    channel: 'payment',
    sender: null,
  })
  return status
}

async function written(shop: MeddledShop): Promise<string> {
  const { id } = await shop.bayar.invoices.create({ ...LOCAL, orderId: 'cart-7' })
  await shop.bayar.invoices.pay(id, BCA)
  await shop.simulator.idle()
  return id
}

test('the settlement is first: the withdrawal waits for it, and is refused', async () => {
  const shop = await meddledShop()
  const id = await written(shop)
  // Ended at Midtrans's own page a moment ago: nothing is open, and the money is under way all the same.
  await shop.simulator.expire('cart-7-1')
  await shop.simulator.idle()
  const { opened, open, arrived, arrive } = gate()
  shop.meddler.before = async (statement) => {
    if (!statement.includes('update bayar.invoices set version')) return
    delete shop.meddler.before
    arrive()
    await opened
  }
  const settling = settle(shop, 'cart-7-1')
  await arrived
  const withdrawing = shop.bayar.invoices.void(id).catch((error: unknown) => error)
  open()
  expect(await settling).toBe('processed')
  const refused = await withdrawing
  expect(isBayarError(refused, 'invoice_not_voidable'), String(refused)).toBe(true)
  expect(await shop.bayar.invoices.find(id)).toMatchObject({ status: 'paid', receivedAmount: 150_000 })
  await checkBooks(shop.direct)
  await shop.close()
})

test('the withdrawal is first: the money finds the invoice void, is received, and waits for a person', async () => {
  const shop = await meddledShop()
  const id = await written(shop)
  await shop.simulator.expire('cart-7-1')
  await shop.simulator.idle()
  const { opened, open, arrived, arrive } = gate()
  shop.meddler.before = async (statement) => {
    if (!statement.includes('update bayar.invoices set version')) return
    delete shop.meddler.before
    arrive()
    await opened
  }
  const withdrawing = shop.bayar.invoices.void(id)
  await arrived
  const settling = settle(shop, 'cart-7-1')
  open()
  expect((await withdrawing).status).toBe('void')
  expect(await settling).toBe('processed')
  expect(await shop.bayar.payments.find('cart-7-1')).toMatchObject({ status: 'settled', netAmount: 150_000 })
  expect(await shop.bayar.invoices.find(id)).toMatchObject({
    status: 'void',
    receivedAmount: 150_000,
    needsReview: ['paid_after_void'],
  })
  await checkBooks(shop.direct)
  await shop.close()
})

test('a payment that begins while its invoice is withdrawn: no open number is left behind', async () => {
  for (const first of ['pay', 'void'] as const) {
    const shop = await meddledShop()
    const { id } = await shop.bayar.invoices.create({ ...LOCAL, orderId: 'cart-7' })
    const { opened, open, arrived, arrive } = gate()
    shop.meddler.before = async (statement) => {
      // Each holds the invoice's lock by then.
      const at = first === 'pay' ? 'insert into bayar.intents' : 'update bayar.invoices set version'
      if (!statement.includes(at)) return
      delete shop.meddler.before
      arrive()
      await opened
    }
    const paying = () => shop.bayar.invoices.pay(id, BCA).catch((error: unknown) => error)
    const withdrawing = () => shop.bayar.invoices.void(id).catch((error: unknown) => error)
    const one = first === 'pay' ? paying() : withdrawing()
    await arrived
    const other = first === 'pay' ? withdrawing() : paying()
    open()
    const [led, followed] = [await one, await other]
    expect(led).not.toBeInstanceOf(Error)
    const invoice = (await shop.bayar.invoices.find(id))!
    const payments = await shop.bayar.invoices.payments(id)
    const statuses = payments.map(({ status }) => status)
    // Withdrawn after it had begun, the payment was ended first; begun after it was withdrawn, it was refused.
    const endings =
      first === 'pay'
        ? [
            ['sent', 'pending'],
            ['void', 'cancelled'],
          ]
        : [['void']]
    expect(endings, `${first} first`).toContainEqual([invoice.status, ...statuses])
    expect(followed instanceof Error).toBe(first === 'void' || invoice.status === 'sent')
    await shop.close()
  }
})

test('twenty settlements and twenty withdrawals in both directions: no deadlock, and every book is right', async () => {
  const shop = await meddledShop({ connections: 10 })
  const ids: string[] = []
  for (let n = 1; n <= 20; n++) {
    const { id } = await shop.bayar.invoices.create({ ...LOCAL, orderId: `cart-${n}` })
    await shop.bayar.invoices.pay(id, BCA)
    await shop.simulator.expire(`cart-${n}-1`)
    ids.push(id)
  }
  await shop.simulator.idle()
  await Promise.all(
    ids.flatMap((id, index) => {
      const orderId = `cart-${index + 1}-1`
      const withdraw = () => shop.bayar.invoices.void(id).catch((error: unknown) => error)
      return index % 2 ? [withdraw(), settle(shop, orderId)] : [settle(shop, orderId), withdraw()]
    }),
  )
  for (const id of ids) {
    const invoice = (await shop.bayar.invoices.find(id))!
    expect(invoice.receivedAmount).toBe(150_000)
    expect([['paid'], ['void', 'paid_after_void']]).toContainEqual([invoice.status, ...invoice.needsReview])
  }
  await checkBooks(shop.direct)
  await shop.close()
})

test('two payments of one invoice settle at once: both are in its sum, and it is paid once', async () => {
  const shop = await meddledShop()
  const { id } = await shop.bayar.invoices.create({ ...LOCAL, orderId: 'cart-7' })
  for (const newAttempt of [false, true]) {
    await shop.bayar.invoices.pay(id, { ...BCA, newAttempt })
    await shop.simulator.idle()
    const open = (await shop.bayar.invoices.payments(id)).at(-1)!
    await shop.simulator.expire(open.orderId)
    await shop.simulator.idle()
  }
  const orders = (await shop.bayar.invoices.payments(id)).map(({ orderId }) => orderId)
  expect(orders).toEqual(['cart-7-1', 'cart-7-2'])
  expect(await Promise.all(orders.map((orderId) => settle(shop, orderId)))).toEqual([
    'processed',
    'processed',
  ])
  expect(await shop.bayar.invoices.find(id)).toMatchObject({
    status: 'paid',
    receivedAmount: 300_000,
    overpaidAmount: 150_000,
    needsReview: ['overpaid'],
  })
  const told = (await shop.bayar.invoices.history(id)).map(({ event }) => event)
  expect(told).toEqual(['invoice.created', 'invoice.sent', 'invoice.paid', null])
  await checkBooks(shop.direct)
  await shop.close()
})
