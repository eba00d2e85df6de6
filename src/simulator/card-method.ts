import { STATUS_CODES, type State, stateOf } from './lifecycle.ts'
import { DAY, MINUTE, NEVER, refundedWithin } from './method-columns.ts'
import type { Method } from './methods.ts'
import type { View } from './view.ts'
import { toWib } from './wib-time.ts'

/** Cards: docs/midtrans/protocol.md §7.1. What becomes of one is decided in card-bank.ts. */
const TAKEN: ReadonlySet<State> = new Set(['authorize', 'capture'])

export const CARD_METHODS: readonly Method[] = [
  {
    name: 'credit_card',
    comesBackWith: (one) => ({
      transaction_id: one.id,
      order_id: one.orderId,
      transaction_status: one.status,
      status_code: STATUS_CODES[stateOf(one)].status,
    }),
    paymentType: 'credit_card',
    title: 'Card',
    family: 'card',
    amount: { least: 10_000, most: 999_999_999 },
    lifetimeSeconds: 10 * MINUTE,
    customExpirySeconds: null,
    reversible: false,
    takesIdempotencyKey: true,
    // The bank's word comes as long after as in the recorded one, in a second notification with the same status.
    refund: refundedWithin(180, { confirmedAfterSeconds: 4121 }),
    // Of the recorded charge answers one tells it, and names `on_us` and `channel` beside it: see `chargeFields`.
    tellsExpiry: { charge: NEVER, notification: TAKEN, status: TAKEN },
    toldExpiryMs: cardExpiryMs,
    chargeMessage: message,
    chargeFields: (view, origin) => ({
      ...basics(view),
      ...answerOf(view),
      ...(isPlainCapture(view)
        ? { on_us: false, channel: view.detail?.card?.channel, expiry_time: toWib(cardExpiryMs(view)) }
        : {}),
      ...extras(view, String),
      ...(view.status === 'pending' && view.detail?.card?.threeDs !== 'none'
        ? {
            redirect_url: `${origin}/v2/token/rba/redirect/${view.detail?.card?.masked}-${view.transaction.id}`,
          }
        : {}),
    }),
    // The number of instalments is a text in the charge answer and a number everywhere else.
    fields: (view) => ({
      ...basics(view),
      ...answerOf(view),
      ...(view.detail?.bankResult && view.detail.card?.threeDs !== 'none'
        ? { challenge_completion: view.detail.bankResult.eci !== '07' }
        : {}),
      ...extras(view, (term) => term),
    }),
  },
]

/** A reservation is released after seven days; the samples tell the day after. */
function cardExpiryMs({ transaction }: View): number {
  return transaction.createdMs + 8 * DAY * 1000
}

function basics({ detail }: View): Record<string, unknown> {
  const card = detail?.card
  return { masked_card: card?.masked, bank: card?.bank, card_type: 'credit' }
}

function answerOf({ detail }: View): Record<string, unknown> {
  const result = detail?.bankResult
  if (!result) return {}
  return {
    eci: result.eci,
    ...(result.approvalCode === null ? {} : { approval_code: result.approvalCode }),
    channel_response_code: result.code,
    channel_response_message: result.message,
    three_ds_version: '2',
  }
}

function isPlainCapture({ status, fraud, detail }: View): boolean {
  const card = detail?.card
  return (
    status === 'capture' &&
    fraud === 'accept' &&
    !card?.saved &&
    card?.installmentTerm === null &&
    card.pointsRedeemed === null
  )
}

function extras({ detail }: View, tellTerm: (term: number) => unknown): Record<string, unknown> {
  const card = detail?.card
  if (!card || !detail.bankResult?.approvalCode) return {}
  return {
    ...(card.installmentTerm === null ? {} : { installment_term: tellTerm(card.installmentTerm) }),
    ...(card.pointsRedeemed === null
      ? {}
      : { point_redeem_amount: card.pointsRedeemed, point_redeem_quantity: card.pointsRedeemed }),
    ...(card.saved
      ? { saved_token_id: card.saved.token, saved_token_id_expired_at: toWib(card.saved.expiresMs) }
      : {}),
  }
}

function message({ status, fraud, detail }: View): string {
  const result = detail?.bankResult
  if (status === 'capture' && fraud === 'challenge')
    return 'Success, Credit Card transaction is challenged by FDS'
  if (status !== 'deny') return 'Success, Credit Card transaction is successful'
  if (!result) return 'Deny by FDS'
  if (result.eci === '07') return 'Card is not authenticated.'
  return `Deny by Bank [${detail?.card?.bank.toUpperCase()}] with code [${result.code}] and message [${result.message}]`
}
