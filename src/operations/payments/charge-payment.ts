/**
 * A charge, in a straight line:
 *   1. one transaction: the payment, its intent with key and deadline, the plan to check it; commit;
 *   2. Midtrans is called, with no transaction open;
 *   3. one transaction: the answer is recorded, then applied through the one door.
 *
 * The order of 1 and 2 is the point: a notification that beats our answer finds its payment, and a crash after the call leaves an intent that is found out, never
 * a customer who pays a number that nobody knows (defect D3).
 */
import { createHash } from 'node:crypto'
import { endedWithoutMoney } from '../../domain/attempt-lifecycle.ts'
import { bankOf } from '../../domain/charge-methods.ts'
import { firstCheckAt } from '../../domain/check-schedule.ts'
import { secondsAfter } from '../../domain/clock.ts'
import { formatJakartaTime } from '../../domain/jakarta-time.ts'
import type { ChargeAsked } from '../../domain/payment.ts'
import { shownStatus } from '../../domain/payment.ts'
import { reopen } from '../../domain/presume.ts'
import { randomKey, uuidv7 } from '../../domain/uuid.ts'
import { assert, BayarError } from '../../errors.ts'
import type { Answer } from '../../gateway/port.ts'
import { findIntent, type IntentRow, insertIntent } from '../../store/intents.ts'
import { findPaymentByOrder, insertPayment, type PaymentRow } from '../../store/payments.ts'
import { readForUpdate } from '../advance-payments.ts'
import type { Context } from '../context.ts'
import { type ChargeInput, type CheckedCharge, checkCharge } from './charge-input.ts'
import { asText } from './charge-request.ts'
import { findOutCharge } from './find-out-charge.ts'
import { refused } from './gateway-refusal.ts'
import { type Payment, toPaymentView } from './payment-view.ts'
import {
  mayStillSend,
  notSent,
  refuseInsideTransaction,
  SEND_WITHIN_SECONDS,
  takeAnswer,
  writePlan,
} from './run-intent.ts'

export interface Charged {
  readonly payment: Payment
  /** False when the same request had made it before. */
  readonly created: boolean
}

export async function chargePayment(
  context: Context,
  input: ChargeInput,
  requestedBy: string,
): Promise<Charged> {
  const charge = checkCharge(input, context.rules, () => makeOrderId(context.clock.now()))
  context.handlers.assertComplete()
  refuseInsideTransaction()

  // 1. The intent, before the effect.
  const begun = await begin(context, charge, requestedBy)
  if (begun.intent === null) return { payment: toPaymentView(begun.row), created: false }

  // 2. The effect.
  if (!mayStillSend(context, begun.intent)) throw notSent(charge.asked.orderId)
  const answer = await context.gateway.charge(
    { merchant: charge.merchant, key: begun.intent.key },
    charge.asked,
  )

  // 3. What came of it.
  const outcome = await conclude(context, begun.intent, answer)
  if (outcome === 'rejected') throw refused(answer, charge.asked.orderId)
  const row = await findPaymentByOrder(context.database, charge.merchant, charge.asked.orderId)
  assert(row, 'a payment that was charged is gone')
  return { payment: toPaymentView(row), created: true }
}

/** 406 says that the order id is known to Midtrans already: most likely our first try arrived. Its status is the answer. */
async function conclude(context: Context, intent: IntentRow, answer: Answer) {
  const outcome = await takeAnswer(context, intent, answer)
  if (answer.class !== 'look') return outcome
  return findOutCharge(context, intent)
}

async function begin(
  context: Context,
  charge: CheckedCharge,
  requestedBy: string,
): Promise<{ row: PaymentRow; intent: null } | { row: null; intent: IntentRow }> {
  const { merchant, asked } = charge
  const digest = digestOf(asked)
  const at = context.clock.now()
  const intentId = uuidv7()
  const paymentId = uuidv7()
  const written = await context.database.transaction(async (tx) => {
    const isNew = await insertPayment(tx, {
      id: paymentId,
      merchant,
      orderId: asked.orderId,
      paymentType: asked.paymentType,
      bank: bankOf(asked),
      grossAmount: asked.grossAmount,
      openIntentId: intentId,
      owner: null,
      userId: charge.userId,
      customer: asked.customer,
      customFields: asked.customFields,
      metadata: asked.metadata,
      items: asked.items,
      requestDigest: digest,
      at,
      firstCheckAt: firstCheckAt(at),
    })
    if (isNew) return writeIntent(paymentId)
    const row = await findPaymentByOrder(tx, merchant, asked.orderId)
    assert(row, 'an order id is taken by a payment that is not there')
    if (!isSame(row, digest)) {
      throw new BayarError(
        'order_id_taken',
        `${asked.orderId} was charged with another amount, method, items or customer. Use a new order id.`,
      )
    }
    return mayBeginAgain(row, charge) ? begunAgain(row) : null

    async function begunAgain(existing: PaymentRow): Promise<boolean> {
      const payment = await readForUpdate(tx, merchant, asked.orderId)
      assert(payment, 'a payment vanished under its lock')
      if (payment.openIntentId !== null || !endedWithoutMoney(shownStatus(payment) as never)) return false
      if (!(await writeIntent(existing.id))) return false
      const cause = { source: 'person' as const, notificationId: null, intentId, document: null }
      await writePlan(context, tx, payment.version, reopen(payment, intentId, cause, uuidv7))
      return true
    }

    function writeIntent(payment: string): Promise<boolean> {
      return insertIntent(tx, {
        id: intentId,
        paymentId: payment,
        command: 'charge',
        key: randomKey(),
        transactionId: null,
        request: asText(asked),
        requestedBy,
        at,
        sendBefore: secondsAfter(at, SEND_WITHIN_SECONDS),
        // Should this process die now: by then the call has ended, one way or the other.
        checkAt: secondsAfter(at, context.rules.gatewayDeadlineSeconds + 5),
      })
    }
  })
  if (written) {
    const intent = await findIntent(context.database, intentId)
    assert(intent, 'an intent that was written is gone')
    return { row: null, intent }
  }
  const row = await findPaymentByOrder(context.database, merchant, asked.orderId)
  assert(row, 'an order id is taken by a payment that is not there')
  if (row.open_intent_id !== null && !row.outcome_unknown) {
    throw new BayarError('charge_in_progress', `Ask again for ${asked.orderId} in a few seconds.`, {
      details: { retry_after_seconds: 5 },
    })
  }
  return { row, intent: null }
}

/** The customer tries again: only when asked for, and only when no money can come from the last attempt any more. */
function mayBeginAgain(row: PaymentRow, { newAttempt }: CheckedCharge): boolean {
  const status = row.presumed ?? row.status
  return newAttempt && row.open_intent_id === null && endedWithoutMoney(status as never)
}

function isSame(row: PaymentRow, digest: Buffer): boolean {
  return row.request_digest.equals(digest)
}

/** Besides, a token is for one try: the customer who types in the same card again has another one. */
const MAY_DIFFER: ReadonlySet<string> = new Set([
  'orderId',
  'notificationUrl',
  'expirySeconds',
  'metadata',
  'customFields',
  'tokenId',
  'paymentOptionToken',
])

/** The same request is equal in method, amount, items and customer. */
function digestOf(asked: ChargeAsked): Buffer {
  const same = Object.entries(asked).filter(([name]) => !MAY_DIFFER.has(name))
  return createHash('sha256')
    .update(JSON.stringify(asText(Object.fromEntries(same))))
    .digest()
}

/** Readable, sortable, and unlikely to meet another: ORDER-20261120093000-1f2e3d4c. */
function makeOrderId(at: Date): string {
  return `ORDER-${formatJakartaTime(at).replace(/\D/g, '')}-${randomKey().slice(0, 8)}`
}
