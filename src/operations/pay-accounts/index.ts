/** `bayar.payAccounts`: customers' GoPay accounts that may be charged without asking each time. Their charges are ordinary ones, with `accountId` and `paymentOptionToken`. */
import { BayarError } from '../../errors.ts'
import { listPayAccounts, type PayAccountFilter, type PayAccountRow } from '../../store/pay-accounts.ts'
import type { Context } from '../context.ts'
import { readIdCursor } from '../id-cursor.ts'
import { mapPage, type Page, type PageAsked, readPage } from '../page.ts'
import { type CreatePayAccountInput, createPayAccount } from './create-pay-account.ts'
import { getPayAccount } from './get-pay-account.ts'
import {
  type CreatedPayAccount,
  type FreshPayAccount,
  type PayAccount,
  type PayAccountName,
  toPayAccount,
} from './pay-account-view.ts'
import { unbindPayAccount } from './unbind-pay-account.ts'

export type { PayAccountFilter } from '../../store/pay-accounts.ts'
export type { CreatePayAccountInput } from './create-pay-account.ts'
export type { CreatedPayAccount, FreshPayAccount, PayAccount, PaymentOption } from './pay-account-view.ts'

/** An account id, or one together with the Midtrans account that it is linked to. */
export type PayAccountReference = string | { readonly accountId: string; readonly merchant?: string }

export interface PayAccounts {
  /** Begins to link a phone: the customer agrees in the app. */
  create(input: CreatePayAccountInput): Promise<CreatedPayAccount>
  /** Asks Midtrans; the tokens of its payment options change, so before each charge. */
  get(account: PayAccountReference): Promise<FreshPayAccount>
  /** The merchant may not charge it any more. */
  unbind(account: PayAccountReference): Promise<PayAccount>
  /** As they were last known; Midtrans is not asked. */
  list(
    query?: PageAsked & { readonly filter?: PayAccountFilter; readonly descending?: boolean },
  ): Promise<Page<PayAccount>>
}

export function bindPayAccounts(
  context: () => Promise<Context>,
  reading: () => Promise<Context>,
): PayAccounts {
  return {
    create: async (input) => createPayAccount(await context(), input),
    async get(reference) {
      const at = await context()
      return getPayAccount(at, nameOf(at, reference))
    },
    async unbind(reference) {
      const at = await context()
      return unbindPayAccount(at, nameOf(at, reference))
    },
    async list({ filter = {}, descending = true, ...asked } = {}) {
      const { database } = await reading()
      const page = await readPage(
        asked,
        (row: PayAccountRow) => row.id,
        ({ position, isBackward, limit }) =>
          listPayAccounts(database, {
            filter,
            after: readIdCursor(position),
            limit,
            descending: descending !== isBackward,
          }),
      )
      return mapPage(page, toPayAccount)
    },
  }
}

function nameOf(context: Context, reference: PayAccountReference): PayAccountName {
  const { accountId, merchant } =
    typeof reference === 'string' ? { accountId: reference, merchant: undefined } : reference
  if (typeof accountId !== 'string' || accountId.includes('\u0000') || !accountId.isWellFormed())
    throw new BayarError('pay_account_not_found')
  return { accountId, merchant: merchant ?? context.rules.merchants[0]?.name ?? 'default' }
}
