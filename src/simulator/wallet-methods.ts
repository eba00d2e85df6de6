import { writeLongId } from './long-ids.ts'
import {
  DAY,
  EXPIRY_TOLD,
  EXPIRY_TOLD_EVERYWHERE,
  MINUTE,
  nothing,
  refundedWithin,
} from './method-columns.ts'
import type { Method } from './methods.ts'
import { type Acquirer, qrisText } from './qris.ts'
import type { Transaction } from './transaction.ts'
import { settledMsIn, type View } from './view.ts'
import { toWib } from './wib-time.ts'

/** Wallets and QR: docs/midtrans/protocol.md §7.4–7.8. */
const wallet = {
  family: 'wallet',
  // Of a verified wallet; others hold 2,000,000.
  amount: { least: 1, most: 20_000_000 },
  lifetimeSeconds: 15 * MINUTE,
  customExpirySeconds: { least: 20, most: 7 * DAY },
  reversible: false,
  takesIdempotencyKey: true,
  tellsExpiry: EXPIRY_TOLD,
  fields: nothing,
} as const satisfies Partial<Method>

const qris = {
  ...wallet,
  paymentType: 'qris',
  amount: { least: 1, most: 10_000_000 },
  chargeMessage: 'QRIS transaction is created',
  chargeFields: (view: View, origin: string) => ({
    acquirer: view.transaction.method.variant,
    qr_string: qrTextOf(view),
    actions: [action('generate-qr-code', `${origin}/v2/qris/${view.transaction.id}/qr-code`)],
  }),
  fields: (view: View) => ({ ...paidByQr(view), acquirer: view.transaction.method.variant }),
} as const satisfies Partial<Method>

export const WALLET_METHODS: readonly Method[] = [
  {
    ...wallet,
    name: 'gopay',
    paymentType: 'gopay',
    title: 'GoPay',
    tellsExpiry: EXPIRY_TOLD_EVERYWHERE,
    comesBackWith: (one) => ({ order_id: one.orderId, result: resultWord(one) }),
    refund: refundedWithin(45, {
      windowDays: ({ detail }) => (detail?.linked ? 180 : detail?.wallet?.onUs === false ? 7 : 45),
    }),
    chargeMessage: gopayMessage,
    chargeFields: (view, origin) =>
      view.detail?.linked ? linkedFields(view, origin) : deeplinkFields(view, origin),
    // Paid by another app, it is a QRIS payment from then on, and tells what those tell.
    fields: (view) => ({
      ...(view.detail?.wallet && !view.detail.wallet.onUs ? { ...paidByQr(view), acquirer: 'gopay' } : {}),
      ...(view.detail?.linked && settledMsIn(view) ? { payment_option_type: view.detail.linked.option } : {}),
    }),
  },
  {
    ...wallet,
    name: 'shopeepay',
    paymentType: 'shopeepay',
    title: 'ShopeePay',
    customExpirySeconds: { least: 20, most: 5 * DAY },
    // Their books are closed from 23:55 to 06:00.
    refund: refundedWithin(365, { closed: { fromMinute: 23 * 60 + 55, untilMinute: 6 * 60 } }),
    chargeMessage: 'ShopeePay transaction is created',
    chargeFields: ({ transaction }, origin) => ({
      channel_response_code: '0',
      channel_response_message: 'success',
      actions: [action('deeplink-redirect', `${origin}/universal-link/wallet/pay?id=${transaction.pageId}`)],
    }),
  },
  {
    ...qris,
    name: 'other_qris',
    variant: 'gopay',
    title: 'QRIS',
    refund: refundedWithin(45, { windowDays: ({ detail }) => (detail?.wallet?.onUs ? 45 : 7) }),
  },
  {
    ...qris,
    name: 'shopeepay_qris',
    variant: 'airpay shopee',
    title: 'QRIS (ShopeePay)',
    customExpirySeconds: { least: 20, most: 5 * DAY },
    refund: refundedWithin(365),
    fields: (view) => ({
      ...qris.fields(view),
      ...(settledMsIn(view)
        ? {
            shopeepay_reference_number: String(view.transaction.sequence).padStart(12, '0'),
            reference_id: view.transaction.pageId,
          }
        : {}),
    }),
  },
  {
    ...wallet,
    name: 'ovo',
    paymentType: 'ovo',
    title: 'OVO',
    amount: { least: 1, most: 99_999_999 },
    lifetimeSeconds: 65,
    customExpirySeconds: null,
    refund: refundedWithin(7, { partial: false }),
    chargeMessage: 'Ovo transaction is created',
    chargeFields: ({ detail }) => ({ payer_phone_number: detail?.ovo?.phone }),
    fields: (view) => ({
      payer_phone_number: view.detail?.ovo?.phone,
      ...(settledMsIn(view) ? { merchant_invoice: invoiceOf(view) } : {}),
    }),
  },
  {
    ...wallet,
    name: 'dana',
    paymentType: 'dana',
    title: 'DANA',
    customExpirySeconds: { least: 15 * MINUTE, most: DAY },
    refund: refundedWithin(45),
    writesId: writeLongId,
    byTransactionIdOnly: true,
    chargeMessage: 'DANA transaction is created',
    chargeFields: ({ transaction }, origin) => ({
      redirect_url: `${origin}/dana/pay?id=${transaction.pageId}`,
    }),
  },
]

/** GoPay's own words for what came of it. */
function resultWord({ status }: Transaction): 'success' | 'failure' | 'abort' {
  if (status === 'pending') return 'abort'
  return status === 'settlement' || status === 'authorize' ? 'success' : 'failure'
}

/** What a QR shows; for GoPay the same code that its own app makes. */
export function qrTextOf({ transaction, amount }: View): string {
  return qrisText((transaction.method.variant ?? 'gopay') as Acquirer, amount, transaction.sequence)
}

function action(name: string, url: string, method = 'GET') {
  return { name, method, url }
}

function deeplinkFields({ transaction }: View, origin: string): Record<string, unknown> {
  const { id, pageId, extras } = transaction
  const language = extras?.language === undefined ? '' : `&lang=${extras.language}`
  return {
    actions: [
      action('generate-qr-code', `${origin}/v2/gopay/${id}/qr-code`),
      action('generate-qr-code-v2', `${origin}/v4/qris/gopay/${id}/qr-code`),
      action('deeplink-redirect', `${origin}/gopay/partner/app/payment-pin?id=${pageId}${language}`),
      action('get-status', `${origin}/v2/${id}/status`),
      action('cancel', `${origin}/v2/${id}/cancel`, 'POST'),
    ],
    channel_response_code: '200',
    channel_response_message: 'Success',
  }
}

/** A linked account pays at once, or says no, or wants its owner to confirm. */
function linkedFields(view: View, origin: string): Record<string, unknown> {
  const { transaction, detail, status } = view
  const refused = detail?.linked?.refused
  if (status === 'pending')
    return {
      actions: [
        action('verification-link-url', `${origin}/gopay/partner/web/challenge?id=${transaction.pageId}`),
        action('verification-link-app', `${origin}/gopay/partner/app/challenge?id=${transaction.pageId}`),
      ],
    }
  if (refused) return { channel_response_code: refused.code, channel_response_message: refused.message }
  const settledMs = settledMsIn(view)
  return settledMs ? { settlement_time: toWib(settledMs) } : {}
}

function gopayMessage({ status }: View): string {
  if (status === 'pending') return 'GoPay transaction is created'
  return status === 'deny' ? 'GoPay transaction is denied' : 'GoPay transaction is successful'
}

function paidByQr(view: View): Record<string, unknown> {
  const { detail, transaction } = view
  if (!settledMsIn(view) || !detail?.wallet) return {}
  return {
    transaction_type: detail.wallet.onUs ? 'on-us' : 'off-us',
    issuer: detail.wallet.issuer,
    merchant_cross_reference_id: transaction.pageId,
  }
}

function invoiceOf({ transaction }: View): string {
  const day = toWib(transaction.createdMs).slice(0, 10).replaceAll('-', '')
  return `INV${day}${String(transaction.sequence).padStart(3, '0')}`
}
