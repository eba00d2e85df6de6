/** Invoices of our own: written, paid through our payments, given back, fallen due, withdrawn. */
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { isBayarError } from '../../../src/errors.ts'
import { cardToken } from '../../support/card-token.ts'
import { chooseOnPage } from '../../support/choose-on-page.ts'
import { BCA, LOCAL, toldOf } from '../../support/invoices.ts'
import { type Kit, kit } from '../../support/kit.ts'
import { send } from '../../support/pending-order.ts'

let shop: Kit
beforeEach(async () => {
  shop = await kit()
})
afterEach(() => shop.close())

const refusal = async (work: Promise<unknown>) => {
  const error = await work.then(
    () => expect.unreachable('it was done'),
    (thrown: unknown) => thrown,
  )
  expect(isBayarError(error), String(error)).toBe(true)
  return error as { code: string; message: string; details: Record<string, unknown> }
}

describe('writing one', () => {
  test('draws the next number, adds up, and tells both steps', async () => {
    const invoice = await shop.bayar.invoices.create({
      ...LOCAL,
      taxPercent: 11,
      notes: 'Thank you.',
      metadata: { cart: 7 },
    })
    expect(invoice).toMatchObject({
      invoiceNumber: 'INV-000001',
      status: 'sent',
      version: 2,
      subtotal: 150_000,
      taxPercent: 11,
      taxMode: 'exclusive',
      taxAmount: 16_500,
      totalAmount: 166_500,
      remainingAmount: 166_500,
      receivedAmount: 0,
      dueDate: '2026-03-31',
      dueAt: new Date('2026-03-31T17:00:00Z'),
      isOverdue: false,
      outcome: 'known',
      needsReview: [],
      items: [{ id: 'shirt', description: 'Shirt', quantity: 2, price: 75_000, subtotal: 150_000 }],
      metadata: { cart: 7 },
    })
    expect(invoice.orderId).toMatch(/^inv-20260302120000-[0-9a-f]{8}$/)
    await shop.idle()
    expect(await toldOf(shop, invoice.id)).toEqual(['invoice.created', 'invoice.sent'])
    expect(shop.events.map(({ type, status, previous }) => [type, previous, status])).toEqual([
      ['invoice.created', 'draft', 'draft'],
      ['invoice.sent', 'draft', 'sent'],
    ])
    expect((await shop.bayar.invoices.create(LOCAL)).invoiceNumber).toBe('INV-000002')
  })

  test('of an equal request is the same invoice, and of another under its order id is refused', async () => {
    const once = await shop.bayar.invoices.createOnce({ ...LOCAL, orderId: 'CART-7' })
    const again = await shop.bayar.invoices.createOnce({ ...LOCAL, orderId: 'CART-7' })
    expect([once.created, again.created]).toEqual([true, false])
    expect(again.invoice.id).toBe(once.invoice.id)
    const other = { ...LOCAL, orderId: 'CART-7', customerName: 'Dewi' }
    expect((await refusal(shop.bayar.invoices.create(other))).code).toBe('invoice_taken')
    expect((await shop.bayar.invoices.create(LOCAL)).invoiceNumber).toBe('INV-000002')
  })

  test('a number of one’s own is taken as it is, once, and stepped over by its series', async () => {
    const own = await shop.bayar.invoices.create({ ...LOCAL, invoiceNumber: 'INV-000002' })
    expect(own.invoiceNumber).toBe('INV-000002')
    const taken = shop.bayar.invoices.create({ ...LOCAL, invoiceNumber: 'INV-000002' })
    expect((await refusal(taken)).code).toBe('invoice_taken')
    const drawn = []
    for (let count = 0; count < 3; count++)
      drawn.push((await shop.bayar.invoices.create(LOCAL)).invoiceNumber)
    expect(drawn).toEqual(['INV-000001', 'INV-000003', 'INV-000004'])
  })

  test('tells every mistake at once, and draws no number for it', async () => {
    const wrong = {
      channel: 'local',
      customerName: '',
      customerEmail: 'nobody',
      dueDate: '2026-03-01',
      items: [{ description: '', price: 1000.5, quantity: 0, colour: 'red' }],
      taxPercent: 101,
      orderId: 'a b',
      paymentType: 'payment_link',
      colour: 'red',
    }
    const { code, details } = await refusal(shop.bayar.invoices.create(wrong as never))
    expect(code).toBe('invalid_request')
    const fields = (details.problems as { field: string }[]).map(({ field }) => field)
    expect(fields.toSorted()).toEqual(
      [
        'colour',
        'customer_email',
        'customer_name',
        'due_date',
        'items[0].colour',
        'items[0].description',
        'items[0].price',
        'items[0].quantity',
        'order_id',
        'payment_type',
        'tax_percent',
      ].toSorted(),
    )
    expect(await shop.rows('select 1 from bayar.invoice_numbers')).toEqual([])
  })

  test('the due day ends at 24:00 in Jakarta, so today is not over (defect D44)', async () => {
    const today = await shop.bayar.invoices.create({ ...LOCAL, dueDate: '2026-03-02' })
    expect(today.dueAt).toEqual(new Date('2026-03-02T17:00:00Z'))
    // 23:59 in Jakarta, and another day in no other place that matters.
    await shop.advance(11 * 3600 + 59 * 60)
    expect(await shop.bayar.invoices.markOverdue()).toEqual({ marked: 0, failed: 0 })
    await shop.advance(60)
    expect(await shop.bayar.invoices.markOverdue()).toEqual({ marked: 1, failed: 0 })
  })
})

test('money that a refusing handler holds up is a person’s to apply without it', async () => {
  let refusals = 0
  shop.bayar.within('invoice.paid', 'refuse', () => {
    refusals++
    throw new Error('not this one')
  })
  await shop.bayar.invoices.create({ ...LOCAL, orderId: 'CART-7' })
  const { payment } = await shop.bayar.invoices.pay('CART-7', BCA)
  await shop.pay(payment.orderId)
  const [failed] = (await shop.bayar.notifications.list({ filter: { status: 'failed' } })).results
  expect(failed).toMatchObject({ error: 'Error: not this one' })
  const asked = refusals
  const replayed = await shop.bayar.notifications.replay(failed!.id, { withoutHandlers: true })
  expect(replayed.status).toBe('processed')
  expect(refusals).toBe(asked)
  expect(await shop.bayar.invoices.find('CART-7')).toMatchObject({ status: 'paid', receivedAmount: 150_000 })
  await shop.idle()
})

describe('numbers', () => {
  test('of 50 written at once are 1 to 50 without a gap, and those that fail leave none', async () => {
    shop.bayar.within('invoice.created', 'refuse-some', ({ invoice }) => {
      if (invoice.notes === 'refuse') throw new Error('not this one')
    })
    await shop.bayar.ready()
    const made = await Promise.allSettled(
      Array.from({ length: 75 }, (_, index) =>
        shop.bayar.invoices.create({ ...LOCAL, ...(index % 3 === 2 && { notes: 'refuse' }) }),
      ),
    )
    const numbers = made.flatMap((one) => (one.status === 'fulfilled' ? [one.value.invoiceNumber] : []))
    expect(numbers).toHaveLength(50)
    expect(numbers.toSorted()).toEqual(
      Array.from({ length: 50 }, (_, index) => `INV-${String(index + 1).padStart(6, '0')}`),
    )
  })

  test('are drawn last: without handlers in the transaction, too, 50 at once have no gap', async () => {
    const made = await Promise.all(
      Array.from({ length: 50 }, (_, index) =>
        shop.bayar.invoices.create({ ...LOCAL, invoicePrefix: index % 2 ? 'A' : 'B/2026' }),
      ),
    )
    for (const prefix of ['A', 'B/2026']) {
      const numbers = made.map((one) => one.invoiceNumber).filter((number) => number.startsWith(prefix))
      expect(numbers.toSorted()).toEqual(
        Array.from({ length: 25 }, (_, index) => `${prefix}-${String(index + 1).padStart(6, '0')}`),
      )
    }
  })

  test('must be given where they are not drawn', async () => {
    await using strict = await kit({ options: { invoiceAutoNumber: false, invoicePrefix: 'NOTA' } })
    const { details } = await refusal(strict.bayar.invoices.create(LOCAL))
    expect(details.problems).toMatchObject([{ field: 'invoice_number' }])
    expect(
      (await strict.bayar.invoices.create({ ...LOCAL, invoiceNumber: '7/III/2026' })).invoiceNumber,
    ).toBe('7/III/2026')
  })
})

describe('money', () => {
  test('paid is what its payment makes it, with one event (defect D22: nothing ever marked one paid)', async () => {
    const { id, orderId } = await shop.bayar.invoices.create({ ...LOCAL, orderId: 'CART-7', userId: 'budi' })
    const { payment, created, invoice } = await shop.bayar.invoices.pay(id, BCA)
    expect(created).toBe(true)
    expect(invoice.status).toBe('sent')
    expect(payment).toMatchObject({
      orderId: `${orderId}-1`,
      grossAmount: 150_000,
      owner: 'invoice',
      userId: 'budi',
      status: 'pending',
    })
    await shop.pay('CART-7-1')
    expect(await shop.bayar.invoices.find(id)).toMatchObject({
      status: 'paid',
      receivedAmount: 150_000,
      remainingAmount: 0,
      paidAt: expect.any(Date),
    })
    expect(await toldOf(shop, id)).toEqual(['invoice.created', 'invoice.sent', 'invoice.paid'])
    expect((await shop.bayar.invoices.payments(id)).map(({ orderId }) => orderId)).toEqual(['CART-7-1'])
    expect((await refusal(shop.bayar.invoices.pay(id, BCA))).code).toBe('invoice_not_payable')
    // It is listed with the payment that caused it.
    const { results } = await shop.bayar.events.list({ filter: { type: 'invoice.paid' } })
    expect(results).toMatchObject([{ subject: 'invoice', subjectId: id, paymentId: payment.id }])
  })

  test('a refund takes it back to partial and to sent, in its history, and is told of the payment alone', async () => {
    const { id } = await shop.bayar.invoices.create({ ...LOCAL, orderId: 'CART-7' })
    await shop.bayar.invoices.pay(id, { paymentType: 'gopay' })
    await shop.pay('CART-7-1')
    await shop.bayar.payments.refund('CART-7-1', { amount: 50_000 })
    await shop.idle()
    expect(await shop.bayar.invoices.find(id)).toMatchObject({
      status: 'partial',
      receivedAmount: 100_000,
      remainingAmount: 50_000,
      paidAt: null,
    })
    await shop.bayar.payments.refund('CART-7-1')
    await shop.idle()
    expect(await shop.bayar.invoices.find(id)).toMatchObject({ status: 'sent', receivedAmount: 0 })
    const history = await shop.bayar.invoices.history(id)
    expect(
      history.map(({ sequence, event, previous, status }) => [sequence, event, previous, status]),
    ).toEqual([
      [1, 'invoice.created', 'draft', 'draft'],
      [2, 'invoice.sent', 'draft', 'sent'],
      [3, 'invoice.paid', 'sent', 'paid'],
      [4, null, 'paid', 'partial'],
      [5, null, 'partial', 'sent'],
    ])
    expect(shop.told('CART-7-1').filter((type) => type === 'payment.refunded')).toHaveLength(2)
  })

  test('what is left after a refund is asked for by the next payment, and completes it', async () => {
    const { id } = await shop.bayar.invoices.create({ ...LOCAL, orderId: 'CART-7' })
    await shop.bayar.invoices.pay(id, { paymentType: 'gopay' })
    await shop.pay('CART-7-1')
    await shop.bayar.payments.refund('CART-7-1', { amount: 50_000 })
    const { payment } = await shop.bayar.invoices.pay(id, BCA)
    expect(payment).toMatchObject({ orderId: 'CART-7-2', grossAmount: 50_000 })
    await shop.pay('CART-7-2')
    expect(await shop.bayar.invoices.find(id)).toMatchObject({ status: 'paid', receivedAmount: 150_000 })
    expect(await toldOf(shop, id)).toEqual([
      'invoice.created',
      'invoice.sent',
      'invoice.paid',
      'invoice.paid',
    ])
  })

  test('a part that is captured is told as a part, and the next payment asks for the rest', async () => {
    const { id } = await shop.bayar.invoices.create({ ...LOCAL, orderId: 'CART-7' })
    const card = { paymentType: 'credit_card', type: 'authorize', authentication: false } as const
    await shop.bayar.invoices.pay(id, { ...card, tokenId: await cardToken(shop.simulator) })
    expect((await refusal(shop.bayar.invoices.pay(id, BCA))).code).toBe('invoice_payment_open')
    await shop.bayar.payments.capture('CART-7-1', { amount: 90_000 })
    await shop.idle()
    expect(await shop.bayar.invoices.find(id)).toMatchObject({ status: 'partial', remainingAmount: 60_000 })
    expect((await shop.bayar.invoices.pay(id, BCA)).payment.grossAmount).toBe(60_000)
    await shop.pay('CART-7-2')
    expect(await shop.bayar.invoices.find(id)).toMatchObject({ status: 'paid', receivedAmount: 150_000 })
    expect(await toldOf(shop, id)).toEqual([
      'invoice.created',
      'invoice.sent',
      'invoice.partially_paid',
      'invoice.paid',
    ])
  })

  test('an order id that the host has charged under by chance is passed over', async () => {
    const { id } = await shop.bayar.invoices.create({ ...LOCAL, orderId: 'CART-7' })
    await shop.bayar.payments.charge({ orderId: 'CART-7-1', grossAmount: 10_000, ...BCA })
    expect((await shop.bayar.invoices.pay(id, BCA)).payment.orderId).toBe('CART-7-2')
    expect((await shop.bayar.invoices.pay(id, BCA)).payment.orderId).toBe('CART-7-2')
    expect((await shop.bayar.payments.find('CART-7-1'))?.owner).toBeNull()
  })

  test('a reversal takes it back', async () => {
    const { id } = await shop.bayar.invoices.create({ ...LOCAL, orderId: 'CART-7' })
    await shop.bayar.invoices.pay(id, { paymentType: 'echannel' })
    await shop.pay('CART-7-1')
    await shop.simulator.reverse('CART-7-1')
    await shop.idle()
    expect(shop.told('CART-7-1')).toContain('payment.reversed')
    expect(await shop.bayar.invoices.find(id)).toMatchObject({ status: 'sent', receivedAmount: 0 })
  })

  test('one way to pay at a time: the same is the same, another is refused until the first is ended', async () => {
    const { id } = await shop.bayar.invoices.create({ ...LOCAL, orderId: 'CART-7' })
    const first = await shop.bayar.invoices.pay(id, BCA)
    const again = await shop.bayar.invoices.pay(id, BCA)
    expect(again).toMatchObject({ created: false, payment: { id: first.payment.id } })
    const other = await refusal(shop.bayar.invoices.pay(id, { paymentType: 'gopay' }))
    expect(other).toMatchObject({ code: 'invoice_payment_open', details: { order_id: 'CART-7-1' } })
    const next = await shop.bayar.invoices.pay(id, { paymentType: 'gopay', newAttempt: true })
    expect(next.payment.orderId).toBe('CART-7-2')
    expect((await shop.bayar.payments.find('CART-7-1'))?.status).toBe('cancelled')
    await shop.pay('CART-7-2')
    expect((await shop.bayar.invoices.find(id))?.status).toBe('paid')
  })

  test('an ended payment of a withdrawn invoice is not begun again by hand', async () => {
    await shop.bayar.invoices.create({ ...LOCAL, orderId: 'CART-7' })
    await shop.bayar.invoices.pay('CART-7', BCA)
    await shop.bayar.payments.cancel('CART-7-1')
    await shop.bayar.invoices.void('CART-7')
    // Word for word what the invoice asked for.
    const again = shop.bayar.payments.charge({
      ...BCA,
      orderId: 'CART-7-1',
      grossAmount: 150_000,
      customer: { firstName: 'Budi Santoso', email: 'budi@example.com', phone: '081234567890' },
      items: [{ id: 'invoice', name: 'INV-000001', price: 150_000, quantity: 1 }],
      newAttempt: true,
    })
    expect((await refusal(again)).code).toBe('invoice_not_payable')
    expect(shop.simulator.transactions().filter(({ status }) => status === 'pending')).toEqual([])
  })

  test('a new way is not begun when the old one turns out to be paid', async () => {
    const { id } = await shop.bayar.invoices.create({ ...LOCAL, orderId: 'CART-7' })
    await shop.bayar.invoices.pay(id, BCA)
    shop.simulator.faults.add({ kind: 'lose', orderId: 'CART-7-1' })
    await shop.simulator.pay('CART-7-1')
    const late = shop.bayar.invoices.pay(id, { paymentType: 'gopay', newAttempt: true })
    expect((await refusal(late)).code).toBe('invoice_not_payable')
    expect((await shop.bayar.invoices.find(id))?.status).toBe('paid')
  })

  test('a hosted page is used, closed for another way, and cannot be used any more', async () => {
    const { id } = await shop.bayar.invoices.create({ ...LOCAL, orderId: 'CART-7' })
    const page = await shop.bayar.invoices.checkout(id)
    expect(page).toMatchObject({ created: true, payment: { orderId: 'CART-7-1', status: 'created' } })
    expect((await shop.bayar.invoices.checkout(id)).token).toBe(page.token)
    await shop.bayar.invoices.pay(id, { ...BCA, newAttempt: true })
    expect((await shop.bayar.payments.find('CART-7-1'))?.status).toBe('cancelled')
    const used = await shop.simulator.fetch(
      new Request(page.redirectUrl, { method: 'POST', body: new URLSearchParams({ method: 'bri_va' }) }),
    )
    expect(used.status).not.toBe(303)
    await shop.pay('CART-7-2')
    expect((await shop.bayar.invoices.find(id))?.status).toBe('paid')
  })

  test('a page on which a first way was refused is still a way to pay: it is closed before another one begins', async () => {
    const { id } = await shop.bayar.invoices.create({ ...LOCAL, orderId: 'CART-7' })
    const page = await shop.bayar.invoices.checkout(id)
    await chooseOnPage(shop.simulator, page.redirectUrl, 'gopay')
    await shop.simulator.refuse('CART-7-1')
    await shop.idle()
    expect((await shop.bayar.invoices.checkout(id)).token).toBe(page.token)
    expect((await refusal(shop.bayar.invoices.pay(id, BCA))).code).toBe('invoice_payment_open')
    await shop.bayar.invoices.pay(id, { ...BCA, newAttempt: true })
    await expect(chooseOnPage(shop.simulator, page.redirectUrl, 'bri_va')).rejects.toThrow()
    await shop.pay('CART-7-2')
    expect(await shop.bayar.invoices.find(id)).toMatchObject({ status: 'paid', receivedAmount: 150_000 })
  })

  test('two payments that begin at once: one begins', async () => {
    const { id } = await shop.bayar.invoices.create({ ...LOCAL, orderId: 'CART-7' })
    const both = await Promise.allSettled([
      shop.bayar.invoices.pay(id, BCA),
      shop.bayar.invoices.pay(id, { paymentType: 'gopay' }),
      shop.bayar.invoices.checkout(id),
    ])
    expect(both.filter(({ status }) => status === 'fulfilled')).toHaveLength(1)
    expect(shop.simulator.transactions().length).toBeLessThanOrEqual(1)
    const payments = await shop.bayar.invoices.payments(id)
    expect(payments).toHaveLength(1)
  })
})

describe('falling due', () => {
  test('drafts and sent ones are marked and told once, by as many runs as there are', async () => {
    const ids = []
    for (const more of [{}, { draft: true }, { dueDate: '2026-04-15' }])
      ids.push((await shop.bayar.invoices.create({ ...LOCAL, ...more })).id)
    await shop.advance(30 * 86_400)
    const runs = await Promise.all([1, 2, 3].map(() => shop.bayar.invoices.markOverdue()))
    expect(runs.reduce((sum, { marked }) => sum + marked, 0)).toBe(2)
    expect(await shop.bayar.invoices.markOverdue()).toEqual({ marked: 0, failed: 0 })
    const statuses = await Promise.all(ids.map(async (id) => (await shop.bayar.invoices.find(id))?.status))
    expect(statuses).toEqual(['overdue', 'overdue', 'sent'])
    await shop.idle()
    expect(shop.events.filter(({ type }) => type === 'invoice.overdue')).toHaveLength(2)
  })

  test('an overdue one is still paid, and given back is overdue again without being told again', async () => {
    const { id } = await shop.bayar.invoices.create({ ...LOCAL, orderId: 'CART-7', dueDate: '2026-03-03' })
    await shop.advance(2 * 86_400)
    await shop.bayar.invoices.markOverdue()
    await shop.bayar.invoices.pay(id, { paymentType: 'gopay' })
    await shop.pay('CART-7-1')
    expect(await shop.bayar.invoices.find(id)).toMatchObject({ status: 'paid', isOverdue: false })
    await shop.bayar.payments.refund('CART-7-1')
    await shop.idle()
    expect(await shop.bayar.invoices.find(id)).toMatchObject({ status: 'overdue', isOverdue: true })
    await shop.bayar.invoices.markOverdue()
    expect((await toldOf(shop, id)).filter((type) => type === 'invoice.overdue')).toHaveLength(1)
  })

  test('a bounded run leaves the rest to the next, and one that cannot be marked stops no other', async () => {
    shop.bayar.within('invoice.overdue', 'refuse-one', ({ invoice }) => {
      if (invoice.orderId === 'CART-2') throw new Error('not this one')
    })
    await shop.bayar.ready()
    for (let n = 1; n <= 5; n++) await shop.bayar.invoices.create({ ...LOCAL, orderId: `CART-${n}` })
    await shop.advance(30 * 86_400)
    expect(await shop.bayar.invoices.markOverdue({ limit: 3 })).toEqual({ marked: 2, failed: 1 })
    expect(await shop.bayar.invoices.markOverdue()).toEqual({ marked: 2, failed: 1 })
    expect((await shop.bayar.invoices.find('CART-2'))?.status).toBe('sent')
  })
})

describe('a draft', () => {
  test('is nobody’s until it is issued; a late one needs another due date', async () => {
    const draft = await shop.bayar.invoices.create({ ...LOCAL, draft: true, orderId: 'CART-7' })
    expect(draft).toMatchObject({ status: 'draft', version: 1, issuedAt: null })
    expect((await refusal(shop.bayar.invoices.pay(draft.id, BCA))).code).toBe('invoice_not_payable')
    await shop.advance(40 * 86_400)
    await shop.bayar.invoices.markOverdue()
    expect((await refusal(shop.bayar.invoices.issue('CART-7'))).code).toBe('invalid_request')
    const sent = await shop.bayar.invoices.issue('CART-7', { dueDate: '2026-05-01' })
    expect(sent).toMatchObject({ status: 'sent', dueDate: '2026-05-01' })
    expect((await shop.bayar.invoices.issue('CART-7')).version).toBe(sent.version)
    expect(await toldOf(shop, 'CART-7')).toEqual(['invoice.created', 'invoice.overdue', 'invoice.sent'])
  })
})

describe('withdrawing', () => {
  test('an invoice ends what is open at Midtrans, once', async () => {
    const { id } = await shop.bayar.invoices.create({ ...LOCAL, orderId: 'CART-7' })
    await shop.bayar.invoices.pay(id, BCA)
    const gone = await shop.bayar.invoices.void(id, { reason: 'Ordered twice.' })
    expect(gone).toMatchObject({
      status: 'void',
      voidReason: 'Ordered twice.',
      remainingAmount: 0,
      voidedAt: expect.any(Date),
    })
    expect(shop.simulator.transaction('CART-7-1').status).toBe('cancel')
    expect((await shop.bayar.invoices.void(id)).version).toBe(gone.version)
    await shop.idle()
    expect(shop.told('CART-7').filter((type) => type === 'invoice.voided')).toHaveLength(1)
    expect((await refusal(shop.bayar.invoices.pay(id, BCA))).code).toBe('invoice_not_payable')
  })

  test.each(['paid', 'partial'] as const)('a %s one is refused (defect D34)', async (status) => {
    const { id } = await shop.bayar.invoices.create({ ...LOCAL, orderId: 'CART-7' })
    await shop.bayar.invoices.pay(id, { paymentType: 'gopay' })
    await shop.pay('CART-7-1')
    if (status === 'partial') await shop.bayar.payments.refund('CART-7-1', { amount: 1 })
    await shop.idle()
    expect((await shop.bayar.invoices.find(id))?.status).toBe(status)
    expect((await refusal(shop.bayar.invoices.void(id))).code).toBe('invoice_not_voidable')
  })

  test('one that was paid a moment ago, its notice still on the way, is found to be paid', async () => {
    const { id } = await shop.bayar.invoices.create({ ...LOCAL, orderId: 'CART-7' })
    await shop.bayar.invoices.pay(id, BCA)
    shop.simulator.faults.add({ kind: 'lose', orderId: 'CART-7-1' })
    await shop.simulator.pay('CART-7-1')
    expect((await refusal(shop.bayar.invoices.void(id))).code).toBe('invoice_not_voidable')
    expect((await shop.bayar.invoices.find(id))?.status).toBe('paid')
  })

  test('money for a void one is received, and waits for a person', async () => {
    const { id } = await shop.bayar.invoices.create({ ...LOCAL, orderId: 'CART-7' })
    const { payment } = await shop.bayar.invoices.pay(id, BCA)
    await shop.advance(2 * 86_400)
    expect((await shop.bayar.payments.find('CART-7-1'))?.status).toBe('expired')
    await shop.bayar.invoices.void(id)
    // The bank had taken it in the last second, and says so late.
    await send(shop, { order_id: 'CART-7-1', transaction_id: payment.transactionId })
    await shop.idle()
    expect((await shop.bayar.payments.find('CART-7-1'))?.status).toBe('settled')
    expect(await shop.bayar.invoices.find(id)).toMatchObject({
      status: 'void',
      receivedAmount: 150_000,
      needsReview: ['paid_after_void'],
    })
  })
})

describe('lists', () => {
  test('are found by status, user, e-mail, due day, number and order id, page by page', async () => {
    for (let n = 1; n <= 5; n++) {
      await shop.bayar.invoices.create({
        ...LOCAL,
        orderId: `CART-${n}`,
        userId: n % 2 ? 'budi' : 'dewi',
        customerEmail: n % 2 ? 'budi@example.com' : 'Dewi@example.com',
        dueDate: `2026-03-1${n}`,
        draft: n === 5,
      })
    }
    const names = async (filter: object) =>
      (await shop.bayar.invoices.list({ filter })).results.map(({ orderId }) => orderId.at(-1)).join('')
    // biome-ignore format: a table is read in columns
    expect(await Promise.all([
      names({}), names({ status: 'draft' }), names({ userId: 'dewi' }), names({ emailPrefix: 'DEWI' }), names({ dueFrom: '2026-03-13' }),
      names({ dueFrom: '2026-03-12', dueTo: '2026-03-14' }), names({ search: 'INV-00000' }), names({ search: 'INV-000003' }), names({ search: 'CART-4' }),
      names({ search: '%' }), names({ channel: 'midtrans' }),
    ])).toEqual(['54321', '5', '42', '42', '543', '432', '54321', '3', '4', '', ''])
    const first = await shop.bayar.invoices.list({ limit: 2 })
    const second = await shop.bayar.invoices.list({ limit: 2, after: first.next })
    const back = await shop.bayar.invoices.list({ limit: 2, before: second.previous })
    expect([first, second, back].map((page) => page.results.map(({ orderId }) => orderId))).toEqual([
      ['CART-5', 'CART-4'],
      ['CART-3', 'CART-2'],
      ['CART-5', 'CART-4'],
    ])
  })

  test('one is found by its id, its number and its order id, and nothing by nonsense', async () => {
    const { id, invoiceNumber } = await shop.bayar.invoices.create({ ...LOCAL, orderId: 'CART-7' })
    for (const name of [id, invoiceNumber, 'CART-7'])
      expect((await shop.bayar.invoices.find(name))?.id).toBe(id)
    for (const name of ['', '\u0000', 'CART-8', '01900000-0000-7000-8000-000000000000'])
      expect(await shop.bayar.invoices.find(name)).toBeUndefined()
  })
})
