import type { Clock } from '../domain/clock.ts'
import { formatJakartaTime } from '../domain/jakarta-time.ts'
import { toNumber } from '../domain/money.ts'
import type { OrderAsked } from '../domain/payment.ts'
import { BayarError } from '../errors.ts'
import { chargeBody } from './charge-body.ts'
import { checkoutBody } from './checkout-body.ts'
import { createMidtransClient, type MidtransClient, type MidtransClientOptions } from './client.ts'
import { invoiceBody } from './invoice-body.ts'
import type { Ask, Gateway, RefundAsked } from './port.ts'
import { subscriptionBody, subscriptionChange } from './subscription.ts'
import type { RefundRequest } from './wire.ts'

export interface Account extends MidtransClientOptions {
  /** bayar's own name for it. */
  readonly merchant: string
}

/**
 * The port, on the client: one client for each Midtrans account. Clients are made at the first question, because a build that only
 * imports the configuration has no keys.
 */
export function createGateway({ accounts, clock }: { accounts: readonly Account[]; clock: Clock }): Gateway {
  const clients = new Map<string, MidtransClient>()

  const clientOf = (merchant: string): MidtransClient => {
    const known = clients.get(merchant)
    if (known) return known
    const account = accounts.find((one) => one.merchant === merchant)
    if (!account) throw new BayarError('keys_missing', `There is no account named ${merchant}.`)
    const client = createMidtransClient(account)
    clients.set(merchant, client)
    return client
  }
  const options = ({ key, signal }: Ask) => ({ key, signal })

  return {
    charge: async (ask, asked) =>
      clientOf(ask.merchant).charge(chargeBody(asked, clock.now()), {
        ...options(ask),
        overrideNotification: addressesOf(asked),
      }),
    checkout: async (ask, asked) =>
      clientOf(ask.merchant).snap.create(checkoutBody(asked, clock.now()), {
        ...options(ask),
        overrideNotification: addressesOf(asked),
      }),
    cancelPage: async (ask, token) => clientOf(ask.merchant).snap.cancel(token, options(ask)),
    expirePage: async (ask, token) => clientOf(ask.merchant).snap.expire(token, options(ask)),
    status: async (ask, id) => clientOf(ask.merchant).status(id, options(ask)),
    cancel: async (ask, id) => clientOf(ask.merchant).cancel(id, options(ask)),
    expire: async (ask, id) => clientOf(ask.merchant).expire(id, options(ask)),
    approve: async (ask, id) => clientOf(ask.merchant).approve(id, options(ask)),
    deny: async (ask, id) => clientOf(ask.merchant).deny(id, options(ask)),
    capture: async (ask, transactionId, amount) =>
      clientOf(ask.merchant).capture(
        { transaction_id: transactionId, gross_amount: toNumber(amount) },
        options(ask),
      ),
    refund: async (ask, id, asked) => clientOf(ask.merchant).refund(id, refundBody(asked), options(ask)),
    directRefund: async (ask, id, asked) =>
      clientOf(ask.merchant).directRefund(id, refundBody(asked), options(ask)),
    createInvoice: async (ask, asked) =>
      clientOf(ask.merchant).invoices.create(invoiceBody(asked), options(ask)),
    getInvoice: async (ask, id) => clientOf(ask.merchant).invoices.get(id, options(ask)),
    voidInvoice: async (ask, id) => clientOf(ask.merchant).invoices.void(id, options(ask)),
    createPayAccount: async (ask, { phoneNumber, countryCode, redirectUrl }) =>
      clientOf(ask.merchant).payAccounts.create(
        {
          payment_type: 'gopay',
          gopay_partner: {
            phone_number: phoneNumber,
            country_code: countryCode,
            ...(redirectUrl !== null && { redirect_url: redirectUrl }),
          },
        },
        options(ask),
      ),
    getPayAccount: async (ask, id) => clientOf(ask.merchant).payAccounts.get(id, options(ask)),
    unbindPayAccount: async (ask, id) => clientOf(ask.merchant).payAccounts.unbind(id, options(ask)),
    balance: async (ask, { from, to }) =>
      clientOf(ask.merchant).balance.mutation(
        { currency: 'IDR', start_time: withOffset(from), end_time: withOffset(to) },
        options(ask),
      ),
    createSubscription: async (ask, asked) =>
      clientOf(ask.merchant).subscriptions.create(subscriptionBody(asked), options(ask)),
    getSubscription: async (ask, id) => clientOf(ask.merchant).subscriptions.get(id, options(ask)),
    updateSubscription: async (ask, id, asked) =>
      clientOf(ask.merchant).subscriptions.update(id, subscriptionChange(asked), options(ask)),
    disableSubscription: async (ask, id) => clientOf(ask.merchant).subscriptions.disable(id, options(ask)),
    enableSubscription: async (ask, id) => clientOf(ask.merchant).subscriptions.enable(id, options(ask)),
    cancelSubscription: async (ask, id) => clientOf(ask.merchant).subscriptions.cancel(id, options(ask)),
  }
}

/** ISO 8601 as Midtrans wants it. */
function withOffset(instant: Date): string {
  return `${formatJakartaTime(instant).replace(' ', 'T')}+07:00`
}

function addressesOf({ notificationUrl }: OrderAsked): readonly string[] {
  return notificationUrl === null ? [] : notificationUrl.split(',')
}

function refundBody({ key, amount, reason }: RefundAsked): RefundRequest {
  return { refund_key: key, amount: toNumber(amount), ...(reason === null ? {} : { reason }) }
}
