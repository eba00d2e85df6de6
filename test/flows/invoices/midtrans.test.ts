/** Invoices of the Invoicing API: made, paid by its link and its numbers, found out when nobody answers, withdrawn by the documented path. */
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { isBayarError } from '../../../src/errors.ts'
import { openDatabase } from '../../../src/store/database.ts'
import { chooseOnPage } from '../../support/choose-on-page.ts'
import { atMidtrans, SHIRTS, toldOf } from '../../support/invoices.ts'
import { type Kit, kit } from '../../support/kit.ts'
import { send } from '../../support/pending-order.ts'

let shop: Kit
beforeEach(async () => {
  shop = await kit()
})
afterEach(() => shop.close())

const CART = { ...SHIRTS, orderId: 'cart-7' } as const
const NUMBERS = {
  ...CART,
  paymentType: 'virtual_account',
  virtualAccounts: [{ name: 'bca_va' }, { name: 'mandiri_bill' }],
} as const

const refusal = async (work: Promise<unknown>) => {
  const error = await work.then(
    () => expect.unreachable('it was done'),
    (thrown: unknown) => thrown,
  )
  expect(isBayarError(error), String(error)).toBe(true)
  return error as { code: string; message: string; details: Record<string, unknown> }
}

const found = async () => (await shop.bayar.invoices.find('cart-7'))!

describe('made', () => {
  test('with its date, a full due date in Jakarta’s zone and a link (defects D19, D21)', async () => {
    const invoice = await shop.bayar.invoices.create({ ...CART, taxPercent: 11, notes: 'Thanks.' })
    expect(invoice).toMatchObject({
      status: 'sent',
      channel: 'midtrans',
      paymentType: 'payment_link',
      totalAmount: 166_500,
      midtransInvoiceId: expect.stringMatching(/^[0-9a-f]{24}$/),
      midtransStatus: 'pending',
      paymentLinkUrl: expect.stringContaining('/pay'),
      outcome: 'known',
      needsReview: [],
    })
    expect(await atMidtrans(shop, invoice.midtransInvoiceId!)).toMatchObject({
      order_id: 'cart-7',
      invoice_number: 'INV-000001',
      invoice_date: '2026-03-02 12:00:00 +0700',
      due_date: '2026-03-31 23:59:59 +0700',
      gross_amount: 166_500,
      customer_details: { name: 'Budi Santoso', email: 'budi@example.com', phone: '6281234567890' },
      item_details: [{ item_id: 'shirt', description: 'Shirt', quantity: 2, price: 75_000 }],
      tax_mode: 'exclusive',
      notes: 'Thanks.',
    })
    expect(await toldOf(shop, 'cart-7')).toEqual(['invoice.created', 'invoice.sent'])
  })

  // biome-ignore format: a table is read in columns
  test.each([
    [11,    'exclusive', 99_999],
    [11,    'inclusive', 99_999],
    [12,    'exclusive', 12_345],
    [1.1,   'exclusive', 33_333],
    [11,    'exclusive', 50],
  ] as const)('asks for the same rupiah as Midtrans does (defect D31): PPN %s %% %s on %s', async (taxPercent, taxMode, price) => {
    const items = [{ description: 'Shirt', price, quantity: 3 }]
    const invoice = await shop.bayar.invoices.create({ ...CART, items, taxPercent, taxMode })
    const { gross_amount } = await atMidtrans(shop, invoice.midtransInvoiceId!)
    expect(gross_amount).toBe(invoice.totalAmount)
    expect(invoice.needsReview).toEqual([])
  })

  test('with account numbers, paid at one of them', async () => {
    const invoice = await shop.bayar.invoices.create(NUMBERS)
    expect(invoice.virtualAccounts).toEqual([
      { name: 'bca_va', number: expect.stringMatching(/^\d+$/) },
      { name: 'mandiri_bill', number: expect.stringMatching(/^\d+$/) },
    ])
    const bca = shop.simulator.transactions().find((one) => one.paymentType === 'bank_transfer')!
    await shop.simulator.pay(bca.transactionId)
    await shop.idle()
    expect(await found()).toMatchObject({ status: 'paid', receivedAmount: 150_000, needsReview: [] })
  })

  test('as a draft is at Midtrans only when it is issued', async () => {
    const draft = await shop.bayar.invoices.create({ ...CART, draft: true })
    expect(draft).toMatchObject({ status: 'draft', midtransInvoiceId: null, outcome: 'known' })
    const sent = await shop.bayar.invoices.issue('cart-7')
    expect(sent).toMatchObject({ status: 'sent', midtransInvoiceId: expect.any(String) })
    expect(await toldOf(shop, 'cart-7')).toEqual(['invoice.created', 'invoice.sent'])
  })

  test('never with what Midtrans would refuse: every field is told, and nothing is written (defect D30)', async () => {
    const long = 'x'.repeat(200)
    const wrong = {
      ...CART,
      orderId: 'y'.repeat(40),
      customerName: long,
      customerPhone: 'call me',
      items: [{ id: long.slice(0, 50), description: long, price: 100_000_000 }],
      enabledPayments: ['cash'],
      virtualAccounts: [{ name: 'bca_va' }],
    }
    const { details } = await refusal(shop.bayar.invoices.create(wrong as never))
    expect((details.problems as { field: string }[]).map(({ field }) => field).toSorted()).toEqual([
      'customer_name',
      'customer_phone',
      'enabled_payments[0]',
      'items[0].description',
      'items[0].id',
      'items[0].price',
      'order_id',
      'virtual_accounts',
    ])
    expect(await shop.rows('select 1 from bayar.invoices')).toEqual([])
    expect(shop.simulator.transactions()).toEqual([])
  })

  test('not under the order id of a payment, whose money it would take', async () => {
    await shop.bayar.payments.charge({
      orderId: 'cart-7',
      grossAmount: 10_000,
      paymentType: 'bank_transfer',
      bank: 'bca',
    })
    expect((await refusal(shop.bayar.invoices.create(CART))).code).toBe('invoice_taken')
  })

  test('and no payment of the host’s under its order id, whose money would be the invoice’s', async () => {
    await shop.bayar.invoices.create(CART)
    const charge = {
      orderId: 'cart-7',
      grossAmount: 150_000,
      paymentType: 'bank_transfer',
      bank: 'bca',
    } as const
    expect((await refusal(shop.bayar.payments.charge(charge))).code).toBe('order_id_taken')
    const page = shop.bayar.payments.checkout({ orderId: 'cart-7', grossAmount: 150_000 })
    expect((await refusal(page)).code).toBe('order_id_taken')
    const database = openDatabase({ database: shop.databaseUrl, connections: 1 })
    const prepared = database.transaction((tx) => shop.bayar.payments.prepare(charge, { tx }))
    expect((await refusal(prepared)).code).toBe('order_id_taken')
    await database.close()
    // What Midtrans began under it is written by itself, and by nobody's hand for another owner.
    shop.simulator.faults.add({ kind: 'lose', times: 5 })
    await chooseOnPage(shop.simulator, (await found()).paymentLinkUrl!, 'bri_va')
    const byHand = shop.bayar.payments.adopt({ orderId: 'cart-7', expectedAmount: 150_000 })
    expect((await refusal(byHand)).code).toBe('order_id_taken')
    expect(await shop.rows('select 1 from bayar.payments')).toEqual([])
  })

  test('nor is a draft issued whose order id the host has charged under since', async () => {
    await shop.bayar.invoices.create({ ...CART, draft: true })
    await shop.bayar.payments.charge({
      orderId: 'cart-7',
      grossAmount: 10_000,
      paymentType: 'bank_transfer',
      bank: 'bca',
    })
    expect((await refusal(shop.bayar.invoices.issue('cart-7'))).code).toBe('invoice_taken')
    expect(await found()).toMatchObject({ status: 'draft', midtransInvoiceId: null })
  })

  test('refused by Midtrans stays a draft with its number, and can be issued again', async () => {
    shop.simulator.faults.add({ kind: 'refuse', verb: 'invoice_create', code: '402' })
    const refused = await refusal(shop.bayar.invoices.create(CART))
    expect(refused).toMatchObject({ code: 'gateway_rejected', details: { order_id: 'cart-7' } })
    expect(await found()).toMatchObject({ status: 'draft', invoiceNumber: 'INV-000001', outcome: 'known' })
    expect((await shop.bayar.invoices.issue('cart-7')).status).toBe('sent')
  })
})

describe('paid by the link', () => {
  test('its payment is the invoice’s and never a stranger’s (defect D18 was a stranger’s)', async () => {
    const { paymentLinkUrl } = await shop.bayar.invoices.create({ ...CART, userId: 'budi' })
    await chooseOnPage(shop.simulator, paymentLinkUrl!, 'bri_va')
    await shop.idle()
    expect(await shop.bayar.payments.find('cart-7')).toMatchObject({
      status: 'pending',
      owner: 'invoice',
      userId: 'budi',
      grossAmount: 150_000,
    })
    await shop.pay('cart-7')
    expect(await found()).toMatchObject({ status: 'paid', receivedAmount: 150_000 })
    expect(await toldOf(shop, 'cart-7')).toEqual(['invoice.created', 'invoice.sent', 'invoice.paid'])
    const { results } = await shop.bayar.notifications.list()
    expect(results.map(({ status }) => status)).toEqual(['processed', 'processed'])
    expect(shop.told('cart-7')).toEqual([
      'invoice.created',
      'invoice.sent',
      'payment.received',
      'payment.settled',
      'invoice.paid',
    ])
  })

  test('two payments under one link are both received, and wait for a person', async () => {
    const { paymentLinkUrl } = await shop.bayar.invoices.create(CART)
    await chooseOnPage(shop.simulator, paymentLinkUrl!, 'bri_va')
    await chooseOnPage(shop.simulator, paymentLinkUrl!, 'bni_va')
    await shop.idle()
    for (const { transactionId } of shop.simulator.transactions()) await shop.simulator.pay(transactionId)
    await shop.idle()
    expect(await shop.bayar.payments.find('cart-7')).toMatchObject({
      netAmount: 300_000,
      needsReview: ['paid_twice'],
    })
    expect(await found()).toMatchObject({
      status: 'paid',
      receivedAmount: 300_000,
      overpaidAmount: 150_000,
      needsReview: ['overpaid'],
    })
    expect((await toldOf(shop, 'cart-7')).filter((type) => type === 'invoice.paid')).toHaveLength(1)
  })

  test('an order id with a suffix is a payment of its own under the invoice', async () => {
    await shop.bayar.invoices.create(CART)
    await send(shop, { order_id: 'cart-7-1772427600000', transaction_id: 'aaaa-1' })
    await send(shop, { order_id: 'cart-70-1772427600000', transaction_id: 'aaaa-2' })
    await shop.idle()
    const { results } = await shop.bayar.notifications.list()
    expect(results.map(({ orderId, status }) => [orderId, status])).toEqual([
      ['cart-70-1772427600000', 'foreign'],
      ['cart-7-1772427600000', 'processed'],
    ])
    expect((await shop.bayar.invoices.payments('cart-7')).map(({ orderId }) => orderId)).toEqual([
      'cart-7-1772427600000',
    ])
    expect(await found()).toMatchObject({ status: 'paid' })
  })

  test.each([false, true])(
    'what another invoice asked for is not paid into it, however alike the order ids are (its own id lost: %s)',
    async (isLost) => {
      await shop.bayar.invoices.create(CART)
      if (isLost) await shop.rows('update bayar.invoices set midtrans_id = null')
      const metadata = { midtrans_invoice_id: '66d1f0a2c0b5f10012abc345' }
      await send(shop, { order_id: 'cart-7-2', transaction_id: 'aaaa-1', metadata })
      await shop.idle()
      expect((await shop.bayar.notifications.list()).results).toMatchObject([{ status: 'foreign' }])
      expect(await found()).toMatchObject({ status: 'sent', receivedAmount: 0 })
    },
  )

  test('another amount under the invoice waits for a person and pays nothing (defect D9)', async () => {
    await shop.bayar.invoices.create(CART)
    await send(shop, { order_id: 'cart-7', transaction_id: 'aaaa-1', gross_amount: '1000.00' })
    await shop.idle()
    expect((await shop.bayar.payments.find('cart-7'))?.needsReview).toEqual(['mismatch'])
    expect(await found()).toMatchObject({ status: 'sent', receivedAmount: 0 })
  })

  test('is no other way: what would be paid a second time is not begun', async () => {
    await shop.bayar.invoices.create(CART)
    const other = await refusal(shop.bayar.invoices.pay('cart-7', { paymentType: 'gopay' }))
    expect(other).toMatchObject({
      code: 'invoice_not_payable',
      details: { payment_link_url: expect.any(String) },
    })
  })
})

describe('when nobody answers', () => {
  test.each(['lose_answer', 'cut'] as const)(
    '%s: the same request under the same key finds it out',
    async (kind) => {
      shop.simulator.faults.add({ kind, verb: 'invoice_create' })
      const invoice = await shop.bayar.invoices.create(CART)
      expect(invoice).toMatchObject({ status: 'draft', outcome: 'unknown', midtransInvoiceId: null })
      expect((await refusal(shop.bayar.invoices.void('cart-7'))).code).toBe('invoice_in_progress')
      await shop.advance(40)
      expect(await found()).toMatchObject({ status: 'sent', outcome: 'known', needsReview: [] })
      expect(await toldOf(shop, 'cart-7')).toEqual(['invoice.created', 'invoice.sent'])
    },
  )

  test('for longer than the key lives: it is flagged, sent no more, and the notice of its payment names it', async () => {
    shop.simulator.faults.add({ kind: 'lose_answer', verb: 'invoice_create', times: 50 })
    await shop.bayar.invoices.create(NUMBERS)
    for (let minute = 0; minute < 10; minute++) await shop.advance(60)
    expect(await found()).toMatchObject({ status: 'draft', needsReview: ['outcome_unknown'] })
    // Withdrawn here, it could still be paid there.
    expect((await refusal(shop.bayar.invoices.void('cart-7'))).code).toBe('invoice_not_voidable')
    shop.simulator.faults.clear()
    // Sent again, Midtrans knows the order id: it is not made twice, and not taken for refused.
    await shop.bayar.invoices.issue('cart-7')
    expect(await found()).toMatchObject({ outcome: 'unknown' })
    for (let minute = 0; minute < 10; minute++) await shop.advance(60)
    expect(await found()).toMatchObject({ needsReview: ['outcome_unknown'] })

    // The customer has the number, from Midtrans's own mail.
    await shop.simulator.pay(shop.simulator.transactions()[0]!.transactionId)
    await shop.idle()
    expect(await found()).toMatchObject({
      status: 'paid',
      midtransInvoiceId: expect.any(String),
      virtualAccounts: [{ name: 'bca_va' }, { name: 'mandiri_bill' }],
      needsReview: [],
    })
  })

  test('a person names it', async () => {
    const { id: midtransInvoiceId } = await atMidtrans(shop, '', 'POST', {
      order_id: 'cart-7',
      invoice_number: 'INV-000001',
      invoice_date: '2026-03-02 12:00:00 +0700',
      due_date: '2026-03-31 23:59:59 +0700',
      customer_details: { name: 'Budi Santoso' },
      payment_type: 'payment_link',
      item_details: [{ description: 'Shirt', quantity: 2, price: 75_000 }],
    })
    shop.simulator.faults.add({ kind: 'cut', verb: 'invoice_create', times: 50 })
    await shop.bayar.invoices.create(CART)
    for (let minute = 0; minute < 10; minute++) await shop.advance(60)
    const other = await shop.bayar.invoices.create({ ...SHIRTS, orderId: 'cart-8', draft: true })
    expect(other.invoiceNumber).toBe('INV-000002')
    const wrong = shop.bayar.invoices.refresh('cart-8', { midtransInvoiceId: String(midtransInvoiceId) })
    expect((await refusal(wrong)).code).toBe('invalid_request')
    const none = shop.bayar.invoices.refresh('cart-7', { midtransInvoiceId: 'nothing' })
    expect((await refusal(none)).code).toBe('invoice_not_found')
    const known = await shop.bayar.invoices.refresh('cart-7', {
      midtransInvoiceId: String(midtransInvoiceId),
    })
    expect(known).toMatchObject({ status: 'sent', midtransInvoiceId, needsReview: [] })
  })
})

describe('withdrawn', () => {
  test('by the documented path, so that nobody can pay it any more (defect D21)', async () => {
    const { paymentLinkUrl, midtransInvoiceId } = await shop.bayar.invoices.create(CART)
    const gone = await shop.bayar.invoices.void('cart-7', { reason: 'Ordered twice.' })
    expect(gone).toMatchObject({ status: 'void', midtransStatus: 'voided', voidReason: 'Ordered twice.' })
    expect(await atMidtrans(shop, midtransInvoiceId!)).toMatchObject({ status: 'voided' })
    await expect(chooseOnPage(shop.simulator, paymentLinkUrl!, 'bri_va')).rejects.toThrow()
    expect(await toldOf(shop, 'cart-7')).toEqual(['invoice.created', 'invoice.sent', 'invoice.voided'])
  })

  test('ends the numbers that were open', async () => {
    await shop.bayar.invoices.create(NUMBERS)
    await shop.bayar.invoices.void('cart-7')
    await shop.idle()
    expect(shop.simulator.transactions().map(({ status }) => status)).toEqual(['cancel', 'cancel'])
    expect(await found()).toMatchObject({ status: 'void', receivedAmount: 0, needsReview: [] })
  })

  test('paid a moment before, with its notice lost: Midtrans says 409, and the money comes to light', async () => {
    await shop.bayar.invoices.create(NUMBERS)
    shop.simulator.faults.add({ kind: 'lose', times: 50 })
    await shop.simulator.pay(shop.simulator.transactions()[0]!.transactionId)
    expect((await refusal(shop.bayar.invoices.void('cart-7'))).code).toBe('invoice_not_voidable')
    expect(await found()).toMatchObject({ status: 'paid', receivedAmount: 150_000 })
  })

  test('with the answer lost is found out by looking', async () => {
    await shop.bayar.invoices.create(CART)
    shop.simulator.faults.add({ kind: 'lose_answer', verb: 'invoice_void' })
    expect((await refusal(shop.bayar.invoices.void('cart-7', { reason: 'Twice.' }))).code).toBe(
      'gateway_unknown',
    )
    expect(await found()).toMatchObject({ status: 'sent', outcome: 'unknown' })
    await shop.advance(40)
    expect(await found()).toMatchObject({ status: 'void', voidReason: 'Twice.', outcome: 'known' })
    expect((await toldOf(shop, 'cart-7')).filter((type) => type === 'invoice.voided')).toHaveLength(1)
  })

  test('with the request lost is withdrawn by the next try', async () => {
    const { midtransInvoiceId } = await shop.bayar.invoices.create(CART)
    shop.simulator.faults.add({ kind: 'cut', verb: 'invoice_void' })
    expect((await refusal(shop.bayar.invoices.void('cart-7'))).code).toBe('gateway_unknown')
    await shop.advance(40)
    expect((await found()).status).toBe('void')
    expect(await atMidtrans(shop, midtransInvoiceId!)).toMatchObject({ status: 'voided' })
  })

  test('an expired one, which Midtrans withdraws no more, is withdrawn here', async () => {
    await shop.bayar.invoices.create(NUMBERS)
    await shop.advance(31 * 86_400)
    await shop.bayar.invoices.markOverdue()
    expect(await shop.bayar.invoices.void('cart-7')).toMatchObject({
      status: 'void',
      midtransStatus: 'expired',
    })
  })
})

describe('read again', () => {
  test('withdrawn in the dashboard it is void here, and told once', async () => {
    const { midtransInvoiceId } = await shop.bayar.invoices.create(CART)
    await atMidtrans(shop, `${midtransInvoiceId}/void`, 'PATCH')
    expect((await shop.bayar.invoices.refresh('cart-7')).status).toBe('void')
    const again = await shop.bayar.invoices.refresh('cart-7')
    expect(again.version).toBe(3)
    expect((await toldOf(shop, 'cart-7')).at(-1)).toBe('invoice.voided')
  })

  test('paid with every notice lost, it is paid', async () => {
    await shop.bayar.invoices.create(NUMBERS)
    shop.simulator.faults.add({ kind: 'lose', times: 50 })
    await shop.simulator.pay(shop.simulator.transactions()[0]!.transactionId)
    expect(await shop.bayar.invoices.refresh('cart-7')).toMatchObject({
      status: 'paid',
      midtransStatus: 'paid',
      receivedAmount: 150_000,
    })
    expect(await toldOf(shop, 'cart-7')).toEqual(['invoice.created', 'invoice.sent', 'invoice.paid'])
  })

  test('void here and owed there, it is withdrawn there', async () => {
    const { id, midtransInvoiceId } = await shop.bayar.invoices.create(CART)
    await shop.rows(`update bayar.invoices set status = 'void', voided_at = now() where id = $1`, [id])
    await shop.bayar.invoices.refresh('cart-7')
    expect(await atMidtrans(shop, midtransInvoiceId!)).toMatchObject({ status: 'voided' })
  })

  test('nobody is chased for what was withdrawn or paid there: it is asked before it is overdue', async () => {
    const { midtransInvoiceId } = await shop.bayar.invoices.create(CART)
    await shop.bayar.invoices.create({ ...SHIRTS, orderId: 'cart-8' })
    await atMidtrans(shop, `${midtransInvoiceId}/void`, 'PATCH')
    await shop.advance(31 * 86_400)
    expect(await shop.bayar.invoices.markOverdue()).toEqual({ marked: 1, failed: 0 })
    expect((await found()).status).toBe('void')
    expect(await shop.bayar.invoices.find('cart-8')).toMatchObject({
      status: 'overdue',
      midtransStatus: 'overdue',
    })
  })

  test('it is marked also when Midtrans cannot be asked', async () => {
    await shop.bayar.invoices.create(CART)
    await shop.advance(31 * 86_400)
    shop.simulator.faults.add({ kind: 'http_error', verb: 'invoice_get', times: 50 })
    expect(await shop.bayar.invoices.markOverdue()).toEqual({ marked: 1, failed: 0 })
  })
})
