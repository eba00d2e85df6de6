import fc from 'fast-check'
import { expect, test } from 'vitest'
import { type Bench, bench } from '../../test/support/simulated-merchant.ts'
import { isBayarError } from '../errors.ts'
import { verifySignature } from '../gateway/signature.ts'
import { MOVES } from './acts.ts'

/*
 * Random lives of every kind of transaction: whatever is done to one, in whatever order, by hand, by the merchant and by the clock, what is told
 * of it is one of the stories of docs/midtrans/lifecycle.md §2, and GET status tells its end.
 */
const BASKET = {
  item_details: [{ name: 'Shoes', price: 275_000, quantity: 1 }],
  customer_details: { first_name: 'Budi' },
}
const CARD_NUMBERS = [
  '4811111111111114',
  '4911111111111113',
  '4511111111111117',
  '4611111111111116',
  '4024007176265022',
]

const CHARGE: fc.Arbitrary<(m: Bench) => Promise<object> | object> = fc.oneof(
  fc
    .record({
      number: fc.constantFrom(...CARD_NUMBERS),
      authentication: fc.boolean(),
      reserves: fc.boolean(),
    })
    .map(
      ({ number, authentication, reserves }) =>
        (m: Bench) =>
          m.card(number, { authentication, ...(reserves ? { type: 'authorize' } : {}) }),
    ),
  fc
    .constantFrom<object>(
      {},
      { bank_transfer: { bank: 'permata' } },
      { payment_type: 'cstore', cstore: { store: 'indomaret' } },
      { payment_type: 'gopay' },
      { payment_type: 'qris' },
      { payment_type: 'shopeepay' },
      { payment_type: 'dana' },
      { payment_type: 'ovo', ovo: { payer_phone_number: '081234567890' } },
      { payment_type: 'akulaku', ...BASKET },
    )
    .map((charge) => () => charge),
)

type Step =
  | { readonly move: keyof typeof MOVES }
  | { readonly ask: string }
  | { readonly seconds: number }
  | { readonly refund: number }

const STEP: fc.Arbitrary<Step> = fc.oneof(
  fc.constantFrom(...(Object.keys(MOVES) as (keyof typeof MOVES)[])).map((move) => ({ move })),
  fc.constantFrom('cancel', 'expire', 'approve', 'deny').map((ask) => ({ ask })),
  fc.constantFrom(30, 3600, 30 * 3600, 8 * 86_400).map((seconds) => ({ seconds })),
  fc.integer({ min: 1, max: 300_000 }).map((refund) => ({ refund })),
)

/** Status, and for a capture its verdict → what may be told next. The first one comes from nothing. */
const NEXT: Readonly<Record<string, readonly string[]>> = {
  '': ['pending', 'capture', 'challenge', 'authorize', 'deny'],
  pending: ['settlement', 'capture', 'challenge', 'authorize', 'deny', 'expire', 'cancel', 'failure'],
  challenge: ['capture', 'deny', 'cancel'],
  authorize: ['capture', 'cancel', 'expire', 'deny'],
  capture: ['settlement', 'cancel'],
  settlement: ['deny', 'refund', 'partial_refund', 'chargeback', 'partial_chargeback'],
  partial_refund: ['partial_refund', 'refund'],
  // The bank's word on the last one.
  refund: ['refund'],
  partial_chargeback: ['chargeback'],
}

async function live(m: Bench, id: string, step: Step): Promise<void> {
  if ('seconds' in step) return await m.simulator.clock.advance(step.seconds)
  if ('ask' in step) return void (await m.call('POST', `/v2/${id}/${step.ask}`))
  if ('refund' in step) return void (await m.call('POST', `/v2/${id}/refund`, { amount: step.refund }))
  try {
    await m.simulator[MOVES[step.move]](id)
  } catch (error) {
    if (!isBayarError(error) || error.code !== 'command_not_possible') throw error
  }
}

test('every life is one of the stories, and is told to its end', async () => {
  await fc.assert(
    fc.asyncProperty(CHARGE, fc.array(STEP, { maxLength: 8 }), async (charge, steps) => {
      const m = bench()
      const { body } = await m.charge('order-1', { ...(await charge(m)) })
      const id = String(body.transaction_id)
      for (const step of steps) {
        await live(m, id, step)
        await m.simulator.idle()
      }
      await m.simulator.idle()
      let told = ''
      for (const { body: notice } of m.received) {
        const fields = {
          orderId: 'order-1',
          statusCode: String(notice.status_code),
          grossAmount: String(notice.gross_amount),
          signatureKey: String(notice.signature_key),
        }
        expect(verifySignature(fields, m.simulator.serverKey)).toBe(true)
        const next =
          notice.fraud_status === 'challenge' && notice.transaction_status === 'capture'
            ? 'challenge'
            : String(notice.transaction_status)
        expect(NEXT[told] ?? [], `after ${told || 'nothing'}`).toContain(next)
        told = next
      }
      const status = (await m.call('GET', `/v2/${id}/status`)).body
      const last = m.received.at(-1)!.body
      for (const field of ['transaction_status', 'gross_amount', 'fraud_status', 'refund_amount'])
        expect(status[field]).toEqual(last[field])
      const { refundAmount, grossAmount } = m.simulator.transaction(id)
      expect(refundAmount).toBeLessThanOrEqual(grossAmount)
    }),
    { numRuns: 250 },
  )
})
