/** The first charge, the trial, and what cannot be subscribed to. */
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { BCA, type Club, club } from '../../support/billing.ts'

let shop: Club
beforeEach(async () => {
  shop = await club()
})
afterEach(() => shop.close())

describe('by a number that the customer pays', () => {
  test('is pending until the money is there, and then its period begins', async () => {
    const { subscription, payment, created } = await shop.bayar.subscriptions.subscribe({
      user: 'user-1',
      plan: 'pro',
      ...BCA,
      customer: { firstName: 'Budi', email: 'budi@example.com' },
    })
    expect(created).toBe(true)
    expect(subscription).toMatchObject({
      status: 'pending',
      hasAccess: false,
      collection: 'charge',
      name: 'Pro',
      amount: 90_000,
      userId: 'user-1',
      scheduleDisplay: 'every 1 month',
      currentPeriodEnd: null,
    })
    expect(payment).toMatchObject({
      status: 'pending',
      grossAmount: 90_000,
      orderId: expect.stringMatching(/^SUB-[0-9A-F]{12}$/),
      owner: 'subscription',
      userId: 'user-1',
    })
    expect(payment!.instructions.vaNumber).toMatch(/^\d+$/)

    await shop.advance(3600)
    await shop.pay(payment!.orderId)
    expect(await shop.find(subscription.id)).toMatchObject({
      status: 'active',
      hasAccess: true,
      currentInterval: 1,
      currentPeriodStart: new Date('2026-03-02T06:00:00Z'),
      currentPeriodEnd: new Date('2026-04-02T06:00:00Z'),
      nextChargeAt: new Date('2026-04-02T06:00:00Z'),
      lastCharge: 'paid',
    })
    expect(await shop.toldOf(subscription.id)).toEqual(['created', 'charged', 'activated'])
    expect(await shop.obligations(subscription.id)).toEqual([
      {
        kind: 'period',
        period: 1,
        status: 'paid',
        amount: 90_000,
        charges: 1,
        from: '2026-03-02',
        to: '2026-04-02',
      },
    ])
    const charged = shop.events.find(({ type }) => type === 'subscription.charged')
    expect(charged).toMatchObject({ previous: 'pending', status: 'active', orderId: payment!.orderId })
  })

  test('its invoice is sent before, paid with it, and paid by nothing else', async () => {
    const { subscription, payment } = await shop.bayar.subscriptions.subscribe({
      user: 'user-1',
      plan: 'pro',
      ...BCA,
    })
    const [invoice] = (await shop.bayar.invoices.list()).results
    expect(invoice).toMatchObject({
      status: 'sent',
      totalAmount: 90_000,
      userId: 'user-1',
      customerName: 'user-1',
      dueDate: '2026-03-09',
      metadata: { subscription_id: subscription.id, period: 1 },
      items: [{ description: 'Pro: 2026-03-02 – 2026-04-02', quantity: 1, price: 90_000 }],
    })
    await expect(shop.bayar.invoices.pay(invoice!.id, BCA)).rejects.toMatchObject({
      code: 'invoice_not_payable',
    })
    await shop.pay(payment!.orderId)
    const paid = await shop.bayar.invoices.find(invoice!.id)
    expect(paid).toMatchObject({ status: 'paid', receivedAmount: 90_000 })
  })

  test('has none where autoGenerateInvoice is off', async () => {
    await using other = await club({ options: { autoGenerateInvoice: false } })
    await other.member()
    expect((await other.bayar.invoices.list()).results).toEqual([])
  })
})

describe('by a card that was kept', () => {
  test('is active at once', async () => {
    const card = await shop.card()
    const { subscription, payment } = await shop.bayar.subscriptions.subscribe({
      user: 'user-1',
      plan: 'pro',
      ...card,
    })
    expect(payment).toMatchObject({ status: 'captured', netAmount: 90_000 })
    expect(subscription).toMatchObject({ status: 'active', hasAccess: true })
  })

  test('that its bank refuses, is past due without access, and is not tried again by itself', async () => {
    const card = await shop.card('noFunds')
    const { subscription } = await shop.bayar.subscriptions.subscribe({
      user: 'user-1',
      plan: 'pro',
      ...card,
    })
    expect(subscription).toMatchObject({
      status: 'past_due',
      statusReason: 'payment_denied',
      hasAccess: false,
    })
    expect(await shop.toldOf(subscription.id)).toEqual(['created', 'charge_failed', 'past_due'])
    await shop.advance(86_400 * 2)
    await shop.bayar.tasks.retryFailedPayments()
    expect(await shop.ordersOf(subscription.id)).toHaveLength(1)
  })

  test('whose token Midtrans does not know, throws its no and names the subscription', async () => {
    const wrong = { paymentType: 'credit_card', token: 'nothing', authentication: false } as const
    const error = await shop.bayar.subscriptions
      .subscribe({ user: 'user-1', plan: 'pro', ...wrong })
      .catch((thrown: unknown) => thrown)
    expect(error).toMatchObject({ code: 'gateway_rejected' })
    const { subscription_id: id } = (error as { details: { subscription_id: string } }).details
    await shop.idle()
    expect(await shop.find(id)).toMatchObject({ status: 'past_due', hasAccess: false })
  })
})

describe('a trial', () => {
  const TRIAL = { name: 'Trial', slug: 'trial', price: 50_000, trialPeriodDays: 7 } as const
  beforeEach(() => shop.bayar.plans.create(TRIAL))

  test('charges nothing until it ends', async () => {
    const card = await shop.card()
    const { subscription, payment } = await shop.bayar.subscriptions.subscribe({
      user: 'user-1',
      plan: 'trial',
      ...card,
    })
    expect(payment).toBeNull()
    expect(subscription).toMatchObject({
      status: 'trialing',
      hasAccess: true,
      trialEnd: new Date('2026-03-09T05:00:00Z'),
    })
    await shop.advance(7 * 86_400 - 60)
    await shop.bill()
    expect(await shop.ordersOf(subscription.id)).toEqual([])
    await shop.advance(60)
    expect(await shop.find(subscription.id)).toMatchObject({ hasAccess: false })
    await shop.bill()
    expect(await shop.find(subscription.id)).toMatchObject({
      status: 'active',
      currentPeriodStart: new Date('2026-03-09T05:00:00Z'),
      currentPeriodEnd: new Date('2026-04-09T05:00:00Z'),
    })
    expect(await shop.toldOf(subscription.id)).toEqual(['created', 'trial_ending', 'charged', 'activated'])
  })

  test('is one for each customer, whatever the plan, also of two at once', async () => {
    const both = await Promise.all(
      [1, 2].map(() => shop.bayar.subscriptions.subscribe({ user: 'user-1', plan: 'trial', ...BCA })),
    )
    expect(both.map(({ subscription }) => subscription.status).toSorted()).toEqual(['pending', 'trialing'])
    const again = await shop.bayar.subscriptions.subscribe({
      user: 'user-1',
      name: 'Own',
      amount: 10_000,
      trialPeriodDays: 3,
      ...BCA,
    })
    expect(again.subscription.status).toBe('pending')
    const other = await shop.bayar.subscriptions.subscribe({ user: 'user-2', plan: 'trial', ...BCA })
    expect(other.subscription.status).toBe('trialing')
  })
})

describe('by Midtrans’s own clock', () => {
  test('is made there with the plan’s price and rhythm, and what the plan allows', async () => {
    const { token } = await shop.card()
    const native = { collection: 'native', paymentType: 'credit_card', token, reference: 'cart-1' } as const
    const { subscription, payment } = await shop.bayar.subscriptions.subscribe({
      user: 'user-1',
      plan: 'pro',
      ...native,
    })
    await shop.advance(5)
    const again = await shop.bayar.subscriptions.subscribe({ user: 'user-1', plan: 'pro', ...native })
    expect([again.created, again.subscription.id]).toEqual([false, subscription.id])
    expect(payment).toBeNull()
    expect(subscription).toMatchObject({
      collection: 'native',
      status: 'active',
      amount: 90_000,
      name: 'Pro',
      planId: expect.any(String),
      midtransSubscriptionId: expect.any(String),
    })
    expect(await shop.bayar.subscriptions.can('user-1', 'max_projects', 3)).toBe(true)
    await shop.advance(120)
    expect(await shop.ordersOf(subscription.id)).toHaveLength(1)
  })

  test('knows no trial', async () => {
    await shop.bayar.plans.create({ name: 'Trial', price: 50_000, trialPeriodDays: 7 })
    const { token } = await shop.card()
    const asked = {
      user: 'user-1',
      plan: 'trial',
      collection: 'native',
      paymentType: 'credit_card',
      token,
    } as const
    await expect(shop.bayar.subscriptions.subscribe(asked)).rejects.toMatchObject({ code: 'invalid_request' })
  })
})

describe('asking', () => {
  test('twice under one reference is one subscription and one number; another request under it is refused', async () => {
    const asked = { user: 'user-1', plan: 'pro', reference: 'cart-7', ...BCA } as const
    const one = await shop.bayar.subscriptions.subscribe(asked)
    const other = await shop.bayar.subscriptions.subscribe(asked)
    expect(one.subscription.id).toBe(other.subscription.id)
    expect(one.payment!.orderId).toBe(other.payment!.orderId)
    expect([one.created, other.created]).toEqual([true, false])
    await expect(shop.bayar.subscriptions.subscribe({ ...asked, bank: 'bni' })).rejects.toMatchObject({
      code: 'subscription_reference_taken',
    })
  })

  test('for a price and a rhythm of its own', async () => {
    const { subscription } = await shop.bayar.subscriptions.subscribe({
      user: 'user-1',
      name: 'Coffee',
      amount: 15_000,
      interval: 2,
      intervalUnit: 'week',
      maxCycles: 10,
      paymentType: 'qris',
    })
    expect(subscription).toMatchObject({ scheduleDisplay: 'every 2 weeks, 10 times', planId: null })
  })

  test('tells every mistake at once, and writes nothing', async () => {
    const wrong = {
      user: '',
      plan: 'pro',
      amount: 5,
      paymentType: 'bank_transfer',
      bank: 'nobody',
      token: 'x',
      colour: 'red',
      collection: 'barter',
    }
    const error = await shop.bayar.subscriptions.subscribe(wrong as never).catch((thrown: unknown) => thrown)
    const { problems } = (error as { details: { problems: { field: string }[] } }).details
    expect(problems.map(({ field }) => field).toSorted()).toEqual(
      ['amount', 'collection', 'colour', 'token', 'user'].toSorted(),
    )
    await expect(
      shop.bayar.subscriptions.subscribe({
        user: 'user-1',
        plan: 'pro',
        paymentType: 'bank_transfer',
        bank: 'nobody',
      } as never),
    ).rejects.toMatchObject({ code: 'invalid_request' })
    await expect(
      shop.bayar.subscriptions.subscribe({ user: 'user-1', plan: 'none', ...BCA }),
    ).rejects.toMatchObject({
      code: 'plan_not_found',
    })
    await shop.bayar.plans.archive('pro')
    await expect(
      shop.bayar.subscriptions.subscribe({ user: 'user-1', plan: 'pro', ...BCA }),
    ).rejects.toMatchObject({
      code: 'plan_not_sold',
    })
    expect(await shop.rows('select 1 from bayar.subscriptions')).toEqual([])
  })
})
