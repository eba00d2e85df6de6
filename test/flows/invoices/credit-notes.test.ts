/** What of an invoice was given back, in writing: one numbered note for each movement of a refund's money. */
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import type { PayInvoiceInput } from '../../../src/operations/invoices/pay-invoice.ts'
import { club, DAY } from '../../support/billing.ts'
import { BCA, LOCAL } from '../../support/invoices.ts'
import { type Kit, kit } from '../../support/kit.ts'
import { readPdf } from '../../support/pdf-text.ts'

let shop: Kit
beforeEach(async () => {
  shop = await kit()
})
afterEach(() => shop.close())

const GOPAY = { paymentType: 'gopay' } as const

async function paid(orderId: string, change: object = {}, method: PayInvoiceInput = GOPAY) {
  const invoice = await shop.bayar.invoices.create({ ...LOCAL, orderId, ...change })
  await shop.bayar.invoices.pay(invoice.id, method)
  await shop.pay(`${orderId}-1`)
  return invoice
}

const notes = async (invoice: string) =>
  (await shop.bayar.invoices.creditNotes(invoice)).map(({ creditNoteNumber, amount, taxAmount, reason }) => [
    creditNoteNumber,
    amount,
    taxAmount,
    reason,
  ])

test('each part that is given back has its own, and their PPN adds up to all of it', async () => {
  const { id } = await paid('CART-7', { taxPercent: 11 })
  const { payments } = shop.bayar
  expect(await notes(id)).toEqual([])
  await payments.refund('CART-7-1', { amount: 50_000, reason: 'Salah ukuran.' })
  await payments.refund('CART-7-1', { amount: 33_333 })
  await payments.refund('CART-7-1')
  await shop.idle()
  // 166,500 with 16,500 of PPN in it.
  expect(await notes(id)).toEqual([
    ['CN-000001', 50_000, 4_955, 'Salah ukuran.'],
    ['CN-000002', 33_333, 3_303, null],
    ['CN-000003', 83_167, 8_242, null],
  ])
})

test('told again by notices, polls and a replay, it is one', async () => {
  const { id } = await paid('CART-7')
  shop.simulator.faults.add({ kind: 'repeat', times: 5 })
  await shop.bayar.payments.refund('CART-7-1', { amount: 50_000, refundKey: 'return-7' })
  await shop.bayar.payments.refund('CART-7-1', { amount: 50_000, refundKey: 'return-7' })
  await shop.bayar.payments.checkStatus('CART-7-1')
  await shop.idle()
  expect(await notes(id)).toEqual([['CN-000001', 50_000, 0, null]])
})

test('a refund in Midtrans’s dashboard has its own', async () => {
  const { id } = await paid('CART-7')
  await shop.simulator.refund('CART-7-1', { amount: 20_000 })
  await shop.idle()
  expect((await notes(id)).map(([number, amount]) => [number, amount])).toEqual([['CN-000001', 20_000]])
})

test('what was paid beyond the invoice was never part of it', async () => {
  const invoice = await shop.bayar.invoices.create({ ...LOCAL, orderId: 'CART-7' })
  await shop.bayar.invoices.pay(invoice.id, BCA)
  shop.simulator.notifications.pause()
  await shop.simulator.pay('CART-7-1')
  // Nobody here knows of that yet: a second way to pay is opened by hand, and paid, too.
  await shop.rows(`update bayar.payments set presumed = 'expired' where order_id = 'CART-7-1'`)
  await shop.bayar.invoices.pay(invoice.id, { ...GOPAY, newAttempt: true })
  await shop.simulator.pay('CART-7-2')
  shop.simulator.notifications.resume()
  await shop.idle()
  expect(await shop.bayar.invoices.find(invoice.id)).toMatchObject({ overpaidAmount: 150_000 })
  await shop.bayar.payments.refund('CART-7-2')
  await shop.idle()
  expect(await shop.bayar.invoices.find(invoice.id)).toMatchObject({ status: 'paid', overpaidAmount: 0 })
  expect(await notes(invoice.id)).toEqual([])
})

test('a reversal is no gift: it is owed again, and has none', async () => {
  const { id } = await paid('CART-7', {}, { ...BCA, bank: 'permata' })
  await shop.simulator.reverse('CART-7-1')
  await shop.idle()
  expect(await shop.bayar.invoices.find(id)).toMatchObject({ receivedAmount: 0 })
  expect(await notes(id)).toEqual([])
})

test('numbers have no gap, however many are given back at once by however many workers', async () => {
  const count = 12
  const all = []
  for (let index = 0; index < count; index++) all.push(await paid(`CART-${index}`))
  const second = await shop.bayar.work()
  await Promise.all(all.map((_, index) => shop.bayar.payments.refund(`CART-${index}-1`, { amount: 10_000 })))
  await Promise.all([shop.idle(), second.idle()])
  await second.stop()
  const numbers = (await Promise.all(all.map(({ id }) => notes(id)))).flat().map(([number]) => number)
  expect(numbers.toSorted()).toEqual(
    Array.from({ length: count }, (_, index) => `CN-${String(index + 1).padStart(6, '0')}`),
  )
})

describe('of the invoice of a cycle', () => {
  test('a refund alone changes no subscription, and has its note', async () => {
    await using gym = await club()
    const card = await gym.card()
    const { subscription } = await gym.bayar.subscriptions.subscribe({
      user: 'user-1',
      plan: 'pro',
      ...card,
    })
    const [order] = await gym.ordersOf(subscription.id)
    await gym.advance(DAY)
    await gym.simulator.settle(order!)
    await gym.idle()
    await gym.bayar.payments.refund(order!, { amount: 10_000, reason: 'Gangguan layanan.' })
    await gym.idle()
    expect(await gym.find(subscription.id)).toMatchObject({ status: 'active', hasAccess: true })
    const [invoice] = (await gym.bayar.invoices.list()).results
    expect(await gym.bayar.invoices.creditNotes(invoice!.id)).toMatchObject([
      { creditNoteNumber: 'CN-000001', orderId: order, amount: 10_000, reason: 'Gangguan layanan.' },
    ])
  })
})

describe('as a PDF', () => {
  test('names the invoice, the sum in figures and words, its PPN and the reason', async () => {
    const { id } = await paid('CART-7', { taxPercent: 11 })
    await shop.bayar.payments.refund('CART-7-1', { amount: 50_000, reason: 'Salah ukuran.' })
    await shop.idle()
    const { shown, pages } = await readPdf(await shop.bayar.invoices.creditNotePdf(id, 'CN-000001'))
    expect(pages).toBe(1)
    expect(shown).toEqual(
      expect.arrayContaining([
        'NOTA KREDIT',
        'CN-000001',
        'INV-000001',
        'Budi Santoso',
        'Rp 50.000',
        'PPN 11% (termasuk dalam harga)',
        'Rp 4.955',
        'Lima puluh ribu rupiah',
        'Salah ukuran.',
      ]),
    )
    const english = await readPdf(
      await shop.bayar.invoices.creditNotePdf(id, 'CN-000001', { language: 'en' }),
    )
    expect(english.shown).toContain('CREDIT NOTE')
  })

  test('that is not there is refused, with those that are', async () => {
    const { id } = await paid('CART-7')
    await expect(shop.bayar.invoices.creditNotePdf(id, 'CN-000001')).rejects.toMatchObject({
      code: 'credit_note_not_found',
    })
    await shop.bayar.payments.refund('CART-7-1', { amount: 50_000 })
    await shop.idle()
    await expect(shop.bayar.invoices.creditNotePdf(id, 'CN-7')).rejects.toThrow(/CN-000001/)
  })
})
