import { formatJakartaTime } from '../domain/jakarta-time.ts'
import type { ChargeAsked, CheckoutAsked } from '../domain/payment.ts'
import type { Problem } from '../errors.ts'
import type { SnapRequest } from './api-documents.ts'
import { chargeProblems, orderBody, spanIn } from './charge-body.ts'
import { readDocument } from './read-document.ts'
import type { PaymentType } from './wire.ts'

/** Snap's names of the methods. Source: docs/midtrans/protocol.md §14. */
export const SNAP_METHODS = [
  'credit_card',
  'gopay',
  'shopeepay',
  'ovo',
  'dana',
  'other_qris',
  'bca_va',
  'bni_va',
  'bri_va',
  'cimb_va',
  'permata_va',
  'danamon_va',
  'bsi_va',
  'seabank_va',
  'saqu_va',
  'other_va',
  'bank_transfer',
  'echannel',
  'cstore',
  'indomaret',
  'alfamart',
  'akulaku',
  'kredivo',
] as const
export type SnapMethod = (typeof SNAP_METHODS)[number]

/** The payment type that each is charged as. */
export function paymentTypeOf(name: SnapMethod): PaymentType {
  if (name.endsWith('_va')) return 'bank_transfer'
  if (name === 'other_qris') return 'qris'
  if (name === 'indomaret' || name === 'alfamart') return 'cstore'
  return name as PaymentType
}

/** How long a page lives: 24 h unless asked, and these at least and at most. */
const PAGE = { seconds: 86_400, min: 20, max: 7 * 86_400 } as const

export function checkoutBody(asked: CheckoutAsked, now: Date): SnapRequest {
  const { enabledPayments, finishUrl, errorUrl, card, expirySeconds } = asked
  return {
    ...orderBody(asked),
    ...(enabledPayments !== null && { enabled_payments: enabledPayments }),
    credit_card: {
      secure: card?.secure ?? true,
      ...(card?.saveCard !== undefined && { save_card: card.saveCard }),
      ...(card?.bank !== undefined && { bank: card.bank }),
      ...(card?.type !== undefined && { type: card.type }),
    },
    ...((finishUrl !== null || errorUrl !== null) && {
      callbacks: {
        ...(finishUrl !== null && { finish: finishUrl }),
        ...(errorUrl !== null && { error: errorUrl }),
      },
    }),
    ...(expirySeconds !== null && {
      expiry: { start_time: `${formatJakartaTime(now)} +0700`, ...durationOf(expirySeconds) },
      page_expiry: durationOf(expirySeconds),
    }),
  }
}

function durationOf(seconds: number) {
  const { expiry_duration: duration, unit } = spanIn(seconds)
  return { duration, unit }
}

/** What Midtrans would refuse of a page, after what is `known` to be wrong. */
export function checkoutProblems(asked: CheckoutAsked, known: readonly Problem[] = []): Problem[] {
  // Judged as a charge of a method without fields of its own: what every order must be.
  const asCharge: ChargeAsked = { ...asked, expirySeconds: null, paymentType: 'qris' }
  const problems = chargeProblems(asCharge, known)
  const { enabledPayments, expirySeconds } = asked
  if (enabledPayments !== null && enabledPayments.length === 0)
    problems.push({ field: 'enabled_payments', reason: 'must name one method at least' })
  for (const name of enabledPayments ?? []) {
    if (!(SNAP_METHODS as readonly string[]).includes(name))
      problems.push({ field: 'enabled_payments', reason: `must be of ${SNAP_METHODS.join(', ')}` })
  }
  if (
    expirySeconds !== null &&
    (!Number.isSafeInteger(expirySeconds) || expirySeconds < PAGE.min || expirySeconds > PAGE.max)
  )
    problems.push({ field: 'custom_expiry', reason: 'must be 20 seconds to 7 days' })
  return problems
}

export interface CheckoutPage {
  readonly token: string
  readonly redirectUrl: string
}

/** The answer to its creation. */
export function readCheckoutPage(answer: Uint8Array): CheckoutPage | null {
  const document = readDocument(answer)
  const token = document?.token
  const redirectUrl = document?.redirect_url
  if (typeof token !== 'string' || typeof redirectUrl !== 'string' || !/^https?:\/\//.test(redirectUrl))
    return null
  return { token, redirectUrl }
}

export function pageEndsAt(asked: CheckoutAsked, madeAt: Date): Date {
  return new Date(madeAt.getTime() + (asked.expirySeconds ?? PAGE.seconds) * 1000)
}
