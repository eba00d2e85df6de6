import type { Clock } from '../domain/clock.ts'
import { BayarError } from '../errors.ts'
import { chargeBody } from './charge-body.ts'
import { createMidtransClient, type MidtransClient, type MidtransClientOptions } from './client.ts'
import type { Ask, Gateway } from './port.ts'

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
        overrideNotification: asked.notificationUrl === null ? [] : asked.notificationUrl.split(','),
      }),
    status: async (ask, id) => clientOf(ask.merchant).status(id, options(ask)),
    cancel: async (ask, id) => clientOf(ask.merchant).cancel(id, options(ask)),
    expire: async (ask, id) => clientOf(ask.merchant).expire(id, options(ask)),
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
  }
}
