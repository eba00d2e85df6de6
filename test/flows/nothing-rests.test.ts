import { expect, test } from 'vitest'
import type { TestBayarOptions } from '../../src/testing/index.ts'
import { cardToken } from '../support/card-token.ts'
import { chargedElsewhere } from '../support/charged-elsewhere.ts'
import { type Kit, kit } from '../support/kit.ts'
import { CHARGE, pendingOrder, send } from '../support/pending-order.ts'

/*
 * Every state in which a payment or a command waits for Midtrans, with nobody to tell us any more: no notice arrives from here on. Time alone must bring each to an end. What waits for a person (an open
 * review, a failed notice) is not here: it is visible, and a person ends it.
 */

interface Case {
  readonly waits: string
  readonly begin: (test: Kit) => Promise<unknown>
  readonly ends: string
  readonly options?: TestBayarOptions['options']
}

const lost = (
  test: Kit,
  verb: 'charge' | 'refund' | 'capture' | 'cancel' | 'snap_create',
  kind: 'lose_answer' | 'cut' = 'lose_answer',
) =>
  test.simulator.faults.add({ kind, verb, times: 1, ...(kind === 'cut' ? { when: 'before' as const } : {}) })
const quietly = <T>(work: Promise<T>) => work.catch((error: unknown) => error)

// biome-ignore format: a table is read in columns
const CASES: readonly Case[] = [
  { waits: 'pending, the customer never pays',             ends: 'expired',  begin: (test) => test.bayar.payments.charge({ orderId: 'O', ...CHARGE }) },
  { waits: 'pending, the notice of the payment was lost',  ends: 'settled',  begin: async (test) => { await test.bayar.payments.charge({ orderId: 'O', ...CHARGE }); await test.simulator.pay('O') } },
  { waits: 'a card at its 3DS page',                       ends: 'expired',  begin: async (test) => test.bayar.payments.charge({ orderId: 'O', grossAmount: 50_000, paymentType: 'credit_card', tokenId: await cardToken(test.simulator, '4811111111111114'), authentication: true }) },
  { waits: 'a challenged card that nobody decides',        ends: 'cancelled', begin: async (test) => test.bayar.payments.charge({ orderId: 'O', grossAmount: 50_000, paymentType: 'credit_card', tokenId: await cardToken(test.simulator, '4511111111111117'), authentication: false }) },
  { waits: 'a reservation that nobody captures',           ends: 'cancelled|expired', begin: async (test) => test.bayar.payments.charge({ orderId: 'O', grossAmount: 50_000, paymentType: 'credit_card', tokenId: await cardToken(test.simulator, '4411111111111118'), authentication: false, type: 'authorize' }) },
  { waits: 'a captured card until it settles',             ends: 'settled',  begin: async (test) => test.bayar.payments.charge({ orderId: 'O', grossAmount: 50_000, paymentType: 'credit_card', tokenId: await cardToken(test.simulator, '4411111111111118'), authentication: false }) },
  { waits: 'a charge whose answer was lost',               ends: 'expired',  begin: async (test) => { lost(test, 'charge'); await quietly(test.bayar.payments.charge({ orderId: 'O', ...CHARGE })) } },
  { waits: 'a charge that never arrived',                  ends: 'failed',   begin: async (test) => { test.simulator.faults.add({ kind: 'cut', verb: 'charge', when: 'before', times: 1_000 }); await quietly(test.bayar.payments.charge({ orderId: 'O', ...CHARGE })) } },
  { waits: 'a DANA charge that never arrived',             ends: 'failed',   begin: async (test) => { test.simulator.faults.add({ kind: 'cut', verb: 'charge', when: 'before', times: 1_000 }); await quietly(test.bayar.payments.charge({ orderId: 'O', grossAmount: 50_000, paymentType: 'dana' })) } },
  { waits: 'a page that nobody uses',                      ends: 'expired',  begin: (test) => test.bayar.payments.checkout({ orderId: 'O', grossAmount: 50_000 }) },
  { waits: 'a page that could not be made',                ends: 'failed',   begin: async (test) => { test.simulator.faults.add({ kind: 'cut', verb: 'snap_create', when: 'before', times: 1_000 }); await quietly(test.bayar.payments.checkout({ orderId: 'O', grossAmount: 50_000 })) } },
  { waits: 'a refund whose answer was lost',               ends: 'partially_refunded', begin: async (test) => { await test.bayar.payments.charge({ orderId: 'O', grossAmount: 50_000, paymentType: 'gopay' }); await test.simulator.pay('O'); await test.bayar.payments.checkStatus('O'); lost(test, 'refund'); await quietly(test.bayar.payments.refund('O', { amount: 1_000 })) } },
  { waits: 'a refund that never arrived',                  ends: 'settled',  begin: async (test) => { await test.bayar.payments.charge({ orderId: 'O', grossAmount: 50_000, paymentType: 'gopay' }); await test.simulator.pay('O'); await test.bayar.payments.checkStatus('O'); lost(test, 'refund', 'cut'); await quietly(test.bayar.payments.refund('O', { amount: 1_000 })) } },
  { waits: 'a cancel whose answer was lost',               ends: 'cancelled', begin: async (test) => { await test.bayar.payments.charge({ orderId: 'O', ...CHARGE }); lost(test, 'cancel'); await quietly(test.bayar.payments.cancel('O')) } },
  { waits: 'a transaction that Midtrans no longer knows',  ends: 'expired',  begin: async (test) => { await test.bayar.payments.charge({ orderId: 'O', ...CHARGE }); test.simulator.reset() } },
  { waits: 'an order of somebody else that was adopted',   ends: 'expired',  begin: async (test) => { await chargedElsewhere(test, 'O'); await test.bayar.payments.adopt({ orderId: 'O', expectedAmount: 50_000 }) } },
  { waits: 'an adopted order that a person said is not ours', ends: 'failed', begin: async (test) => { await chargedElsewhere(test, 'O', { amount: 15_000 }); await test.bayar.payments.adopt({ orderId: 'O', expectedAmount: 50_000 }); await test.bayar.payments.resolveReview({ payment: 'O', reason: 'mismatch', decision: 'dismiss', because: 'It is another shop’s.' }) } },
  { waits: 'a notice that is to be confirmed',             ends: 'settled',  options: { confirm: 'status' }, begin: async (test) => { const named = await pendingOrder(test, 'O'); await test.simulator.pay('O'); await send(test, named) } },
]

test.each(CASES)('$waits: ends as $ends', async ({ begin, ends, options }) => {
  await using test = await kit(options ? { options } : {})
  test.simulator.faults.add({ kind: 'lose', times: 100_000 })
  await begin(test)
  // Every six hours for fourteen days.
  for (let step = 0; step < 56; step++) await test.advance(6 * 3_600)
  const payment = (await test.bayar.payments.find('O'))!
  expect(ends.split('|')).toContain(payment.status)
  expect(payment.outcome).toBe('known')
  expect(
    await test.rows(`select command, state from bayar.intents where state in ('prepared', 'sent')`),
  ).toEqual([])
  expect(await test.rows(`select status, error from bayar.notifications where due_at is not null`)).toEqual(
    [],
  )
  expect(await test.rows('select next_check_at from bayar.open_payments')).toEqual([])
})
