/** A linked GoPay account in Midtrans's words, and what they mean to us. Source: docs/midtrans/protocol.md §10. */
import { parseRupiah } from '../domain/money.ts'
import { PAY_ACCOUNT_STATUSES, type PayAccountStatus } from '../domain/pay-account.ts'
import { cleanText, fitsAsId } from './clean-text.ts'
import { addressIn } from './instructions.ts'
import { isObject } from './read-document.ts'
import type { WireDocument } from './wire.ts'

/** What the merchant asks, in our words. */
export interface PayAccountAsked {
  /** Digits without the leading 0. */
  readonly phoneNumber: string
  readonly countryCode: string
  /** Where the customer comes back to. */
  readonly redirectUrl: string | null
}

/** A way of paying of that account: its wallet, or pay later. */
export interface PaymentOptionTold {
  readonly name: string
  readonly active: boolean
  readonly balance: number | null
  /** What `paymentOptionToken` of a charge takes. It changes. */
  readonly token: string
}

export interface PayAccountTold {
  readonly accountId: string
  /** null: a word that we do not know, which changes nothing. */
  readonly status: PayAccountStatus | null
  readonly paymentOptions: readonly PaymentOptionTold[]
  /** Where the customer agrees. Told when it is created, and never again. */
  readonly activationUrl: string | null
  readonly activationDeeplink: string | null
}

/** Undefined when it names no account. */
export function readPayAccount(document: WireDocument): PayAccountTold | undefined {
  const accountId = accountIdOf(document)
  if (accountId === null) return undefined
  const word = typeof document.account_status === 'string' ? document.account_status.toLowerCase() : ''
  return {
    accountId,
    status: PAY_ACCOUNT_STATUSES.find((status) => status === word) ?? null,
    paymentOptions: optionsOf(document),
    activationUrl: addressIn(document, 'activation-link-url', 'activation-link-app'),
    activationDeeplink: addressIn(document, 'activation-deeplink', 'activation-link-app'),
  }
}

/** Of an answer or of a notice. */
export function accountIdOf({ account_id: accountId }: WireDocument): string | null {
  return fitsAsId(accountId, 'account_id') ? cleanText(accountId, 'account_id') : null
}

function optionsOf({ metadata }: WireDocument): PaymentOptionTold[] {
  const list = isObject(metadata) ? metadata.payment_options : undefined
  if (!Array.isArray(list)) return []
  return list.flatMap((option: unknown): PaymentOptionTold[] => {
    if (!isObject(option) || typeof option.name !== 'string' || typeof option.token !== 'string') return []
    const balance = isObject(option.balance) ? parseRupiah(option.balance.value) : undefined
    return [
      {
        name: option.name,
        active: option.active === true,
        balance: balance === undefined ? null : Number(balance),
        token: option.token,
      },
    ]
  })
}
