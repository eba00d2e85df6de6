import { BayarError, invalidRequest } from '../errors.ts'
import { type NotificationDocument, TRANSACTION_STATUSES, type TransactionStatus } from '../gateway/wire.ts'
import { makeToken } from './card-api.ts'
import { CHOICES, type Choice, choiceOf } from './checkout/choices.ts'
import { notificationDocument } from './documents.ts'
import type { State } from './lifecycle.ts'
import { ownCharge } from './own-charge.ts'
import { REFUSALS } from './refusals.ts'
import type { Refund, Transaction } from './transaction.ts'
import { viewOf } from './view.ts'
import { createWorld, type World } from './world.ts'

/**
 * One signed notification of any status and method, as this Midtrans would send it, without a transaction behind it. The lifecycle is not asked: a chargeback of a bank transfer is as good a question
 * to a receiver as any.
 */
export interface NotificationWish {
  /** A `transaction_status`, or `challenge`. */
  readonly status: string
  readonly orderId: string
  readonly serverKey: string
  readonly merchantId?: string | undefined
  /** As Snap names it; `bca_va` unless given. */
  readonly method?: string | undefined
  readonly amount?: number | undefined
  /** For what is given back in part; half unless given. */
  readonly refundAmount?: number | undefined
  readonly transactionId?: string | undefined
  readonly transactionTime?: Date | undefined
}

const AMOUNT = 10_000
const BEFORE: Partial<Record<State, State>> = {
  refund: 'settlement',
  partial_refund: 'settlement',
  chargeback: 'settlement',
  partial_chargeback: 'settlement',
}

export function makeNotification(wish: NotificationWish): NotificationDocument {
  const { status, orderId, amount = AMOUNT } = wish
  if (status !== 'challenge' && !TRANSACTION_STATUSES.includes(status as TransactionStatus))
    throw invalidRequest([
      { field: 'status', reason: `must be one of ${TRANSACTION_STATUSES.join(', ')}, challenge` },
    ])
  const world = createWorld({
    serverKey: wish.serverKey,
    clientKey: 'SB-Mid-client-made',
    merchantId: wish.merchantId ?? 'G000000000',
    clock: { start: wish.transactionTime ?? new Date(), frozen: true },
    amountLimits: false,
    deliver: async () => new Response(null),
  })
  const transaction = begin(world, wish, amount)
  turn(transaction, status as State, wish.refundAmount ?? Math.max(1, Math.floor(amount / 2)))
  const document = notificationDocument(viewOf(transaction), world.merchant)
  world.clock.close()
  world.outbox.close()
  return { ...document, order_id: orderId, transaction_id: wish.transactionId ?? document.transaction_id }
}

function begin(
  world: World,
  { method = 'bca_va', orderId, status }: NotificationWish,
  amount: number,
): Transaction {
  const choice = WAYS.find(({ name }) => name === (OTHER_NAMES[method] ?? method))
  if (!choice)
    throw invalidRequest([
      { field: 'method', reason: `must be one of ${WAYS.map(({ name }) => name).join(', ')}` },
    ])
  const part = {
    ...choice.part,
    ...(choice.asks === 'phone' ? { payer_phone_number: '081234567890' } : {}),
    ...(choice.asks === 'card' ? { token_id: tokenIn(world), authentication: UNDECIDED.has(status) } : {}),
  }
  const outcome = ownCharge(world, {
    orderId,
    amount,
    ofSnap: true,
    body: {
      payment_type: choice.paymentType,
      ...(Object.keys(part).length ? { [choice.paymentType]: part } : {}),
      item_details: [{ id: 'one', name: 'Order', price: amount, quantity: 1 }],
      customer_details: { first_name: 'Pembeli', email: 'pembeli@example.com', phone: '081234567890' },
    },
  })
  if (outcome.kind === 'charge') return outcome.view.transaction
  const says =
    outcome.kind === 'refusal' ? [REFUSALS[outcome.name].message, ...outcome.problems].join(' ') : ''
  throw new BayarError('invalid_request', `No such charge could be made: ${says}`)
}

/** What a page offers, and the one QR that only a charge can ask for. */
const WAYS: readonly Choice[] = [
  ...CHOICES,
  {
    ...choiceOf('other_qris')!,
    name: 'shopeepay_qris',
    part: { acquirer: 'airpay shopee' },
  },
]

/** As a payment type or a person says it. */
const OTHER_NAMES: Readonly<Record<string, string>> = {
  qris: 'other_qris',
  mandiri_bill: 'echannel',
  card: 'credit_card',
}

/** The bank of a card has not been asked yet. */
const UNDECIDED = new Set(['pending', 'cancel', 'expire', 'deny', 'failure'])

function tokenIn(world: World): string {
  const query = new URLSearchParams({
    client_key: world.clientKey,
    card_number: '4811111111111114',
    card_exp_month: '12',
    card_exp_year: String(world.clock.now().getFullYear() + 2),
    card_cvv: '123',
  })
  const made = makeToken(world, query)
  const document = made.kind === 'document' ? (made.document as Readonly<Record<string, unknown>>) : {}
  return String(document.token_id)
}

function turn(transaction: Transaction, state: State, part: number): void {
  const nowMs = transaction.createdMs
  const before = BEFORE[state]
  if (before) transaction.enter(before, 'pay', nowMs)
  if (state === 'refund' || state === 'partial_refund') {
    const amount = state === 'refund' ? transaction.amount : part
    transaction.refunds = [refundOf(amount, nowMs)]
  }
  if (state !== 'pending')
    transaction.enter(state, 'pay', nowMs, state === 'challenge' ? 'challenge' : undefined)
}

function refundOf(amount: number, nowMs: number): Refund {
  return {
    id: 9_301_547_001,
    uuid: crypto.randomUUID(),
    key: `trigger-${nowMs}`,
    amount,
    reason: '',
    atMs: nowMs,
    how: 'offline',
    bankConfirmedMs: 0,
  }
}
