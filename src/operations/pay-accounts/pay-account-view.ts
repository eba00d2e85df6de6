/** A linked account as the library shows it. */
import type { PayAccountStatus } from '../../domain/pay-account.ts'
import type { PayAccountTold, PaymentOptionTold } from '../../gateway/pay-account.ts'
import type { PayAccountRow } from '../../store/pay-accounts.ts'

export interface PayAccount {
  /** Midtrans's own id: what `accountId` of a charge takes. */
  readonly accountId: string
  readonly merchant: string
  readonly paymentType: string
  readonly status: PayAccountStatus
  readonly userId: string | null
  readonly createdAt: Date
  readonly updatedAt: Date
}

export type PaymentOption = PaymentOptionTold

/** As Midtrans has it at this moment. */
export interface FreshPayAccount extends PayAccount {
  readonly paymentOptions: readonly PaymentOption[]
}

export interface CreatedPayAccount extends FreshPayAccount {
  /** Send the customer there to agree; null when the account is linked already. Not told again. */
  readonly activationUrl: string | null
  /** The same, for a phone with the app. */
  readonly activationDeeplink: string | null
}

export interface PayAccountName {
  readonly merchant: string
  readonly accountId: string
}

export function toPayAccount(row: PayAccountRow): PayAccount {
  return {
    accountId: row.account_id,
    merchant: row.merchant,
    paymentType: row.payment_type,
    status: row.status,
    userId: row.user_id,
    createdAt: row.created_at,
    updatedAt: row.updated_at,
  }
}

export function toFresh(row: PayAccountRow, { paymentOptions }: PayAccountTold): FreshPayAccount {
  return { ...toPayAccount(row), paymentOptions }
}
