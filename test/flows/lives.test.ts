/*
 * bayar and Midtrans through random lives together: every method, what the customer, the bank, the clock and the merchant do to a payment in any order, with faults on the way there and back.
 * Afterwards the faults end, everything is asked about once more, and both must say the same: the status, what was received, and what went back.
 */
import fc from 'fast-check'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { isBayarError } from '../../src/errors.ts'
import type { ChargeInput, MethodCharge } from '../../src/index.ts'
import { MOVES } from '../../src/simulator/acts.ts'
import type { FaultKind } from '../../src/simulator/faults.ts'
import type { SimulatedTransaction } from '../../src/simulator/show-transaction.ts'
import { cardToken } from '../support/card-token.ts'
import { type Kit, kit } from '../support/kit.ts'

const AMOUNT = 150_000
/** `BAYAR_LIVES=5000` for a longer proof. */
const LIVES = Number(process.env.BAYAR_LIVES ?? 120)

let shop: Kit
let lives = 0
beforeAll(async () => {
  shop = await kit()
})
afterAll(() => shop.close())

type Asked = (kit: Kit) => Promise<MethodCharge> | MethodCharge

const METHOD: fc.Arbitrary<Asked> = fc.oneof(
  fc
    .record({
      number: fc.constantFrom('4811111111111114', '4911111111111113', '4511111111111117'),
      authentication: fc.boolean(),
      isReserved: fc.boolean(),
    })
    .map(({ number, authentication, isReserved }) => async (kit: Kit) => ({
      paymentType: 'credit_card' as const,
      tokenId: await cardToken(kit.simulator, number),
      authentication,
      ...(isReserved ? { type: 'authorize' as const } : {}),
    })),
  fc
    .constantFrom<MethodCharge>(
      { paymentType: 'bank_transfer', bank: 'bca' },
      { paymentType: 'bank_transfer', bank: 'permata' },
      { paymentType: 'echannel', billInfo1: 'Toko', billInfo2: 'Kopi' },
      { paymentType: 'gopay' },
      { paymentType: 'shopeepay', callbackUrl: 'https://shop.example/paid' },
      { paymentType: 'qris' },
      { paymentType: 'ovo', payerPhoneNumber: '081234567890' },
      { paymentType: 'dana', callbackUrl: 'https://shop.example/paid' },
      { paymentType: 'cstore', store: 'indomaret' },
      { paymentType: 'cstore', store: 'alfamart' },
      { paymentType: 'akulaku' },
      { paymentType: 'kredivo' },
    )
    .map((asked) => () => asked),
)

type Command = 'cancel' | 'expire' | 'approve' | 'deny' | 'capture' | 'refund'

type Step =
  | { readonly move: keyof typeof MOVES }
  | { readonly command: Command; readonly amount: number }
  | { readonly seconds: number }
  | { readonly fault: FaultKind; readonly when: 'before' | 'after' }

const FAULT: fc.Arbitrary<Step> = fc.record({
  fault: fc.constantFrom<FaultKind>(
    'lose_answer',
    'cut',
    'http_error',
    'html',
    'challenge',
    'bank_refuses',
    'lose',
    'repeat',
    'reorder',
    'wrong_signature',
  ),
  when: fc.constantFrom('before' as const, 'after' as const),
})

const STEP: fc.Arbitrary<Step> = fc.oneof(
  // Most of what there is to get wrong comes after the money.
  { weight: 3, arbitrary: fc.constant({ move: 'pay' as const }) },
  {
    weight: 4,
    arbitrary: fc.constantFrom(...(Object.keys(MOVES) as (keyof typeof MOVES)[])).map((move) => ({ move })),
  },
  {
    weight: 3,
    arbitrary: fc.record({
      command: fc.constantFrom<Command>('cancel', 'expire', 'approve', 'deny', 'capture', 'refund', 'refund'),
      amount: fc.integer({ min: 1, max: AMOUNT }),
    }),
  },
  { weight: 1, arbitrary: fc.constantFrom(30, 700, 26 * 3600).map((seconds) => ({ seconds })) },
  { weight: 3, arbitrary: FAULT },
)

async function live(orderId: string, step: Step): Promise<void> {
  if ('seconds' in step) return await shop.advance(step.seconds)
  if ('fault' in step) {
    const takesWhen = step.fault === 'cut' || step.fault === 'http_error' || step.fault === 'html'
    shop.simulator.faults.add({
      kind: step.fault,
      orderId,
      times: 1,
      ...(takesWhen ? { when: step.when } : {}),
    })
    return
  }
  try {
    if ('move' in step) await shop.simulator[MOVES[step.move]](orderId)
    else if (step.command === 'refund') await shop.bayar.payments.refund(orderId, { amount: step.amount })
    else await shop.bayar.payments[step.command](orderId)
  } catch (error) {
    // Refused, or not possible in this state: an answer like any other. What is unknown is found out later.
    if (!isBayarError(error) || error.code === 'internal') throw error
  }
}

/** What bayar must show of a transaction that Midtrans shows so. */
const SHOWN: Readonly<Record<string, string>> = {
  pending: 'pending',
  challenge: 'challenged',
  authorize: 'authorized',
  capture: 'captured',
  settlement: 'settled',
  deny: 'denied',
  cancel: 'cancelled',
  expire: 'expired',
  failure: 'failed',
  refund: 'refunded',
  partial_refund: 'partially_refunded',
  chargeback: 'charged_back',
  partial_chargeback: 'partially_charged_back',
}

test(
  'every life of every method, with faults, ends with the same status, amounts and refunds on both sides',
  async () => {
    await fc.assert(
      fc.asyncProperty(
        METHOD,
        fc.option(FAULT),
        fc.array(STEP, { maxLength: 7 }),
        async (method, first, steps) => {
          const orderId = `LIFE-${++lives}`
          const asked = await method(shop)
          if (first) await live(orderId, first)
          try {
            await shop.bayar.payments.charge({
              orderId,
              grossAmount: AMOUNT,
              items: [{ id: 'A-1', name: 'Batik scarf', price: AMOUNT, quantity: 1 }],
              customer: { firstName: 'Siti', email: 'siti@example.com', phone: '081234567890' },
              ...asked,
            } as ChargeInput)
          } catch (error) {
            if (!isBayarError(error) || error.code === 'internal') throw error
          }
          for (const step of steps) await live(orderId, step)

          shop.simulator.faults.clear()
          await shop.idle()
          // Long enough for every unknown answer to be found out.
          for (let times = 0; times < 4; times++) await shop.advance(900)
          await agree(orderId)
        },
      ),
      { numRuns: LIVES },
    )
  },
  120_000 + LIVES * 500,
)

function shownOf({ status, fraudStatus, history }: SimulatedTransaction): string | undefined {
  if (status === 'capture' && fraudStatus === 'challenge') return 'challenged'
  // Money that had come was taken back by its provider.
  if (status === 'deny' && history.some((one) => one.status === 'settlement')) return 'reversed'
  return SHOWN[status]
}

async function agree(orderId: string): Promise<void> {
  const known = shop.simulator.transactions().find((one) => one.orderId === orderId)
  if (known) await shop.bayar.payments.checkStatus(orderId)
  await shop.idle()
  const payment = (await shop.bayar.payments.find(orderId))!
  if (!known) return expect(payment).toMatchObject({ status: 'failed', netAmount: 0, outcome: 'known' })
  const truth = shop.simulator.transaction(orderId)
  expect({ status: payment.status, refunded: payment.refundAmount, outcome: payment.outcome }).toEqual({
    status: shownOf(truth),
    refunded: truth.refundAmount,
    outcome: 'known',
  })
}
