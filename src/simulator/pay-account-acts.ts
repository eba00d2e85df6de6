import { BayarError, invalidRequest } from '../errors.ts'
import type { AccountStatus, PayAccount, PaymentOption } from './pay-accounts.ts'
import type { World } from './world.ts'

export interface SimulatedPayAccount {
  readonly id: string
  readonly phone: string
  readonly status: AccountStatus
  /** What stands in its activation address: `/v2/pay/account/{linkId}/link`. */
  readonly linkId: string
  readonly redirectUrl: string
  readonly options: readonly PaymentOption[]
  readonly verify: boolean
}

/** What the owner of a GoPay account does, by hand. */
export interface SimulatedPayAccounts {
  /** Newest first. */
  list(): SimulatedPayAccount[]
  get(id: string): SimulatedPayAccount
  /** The owner agrees. */
  link(id: string): Promise<SimulatedPayAccount>
  /** Nobody agreed in time. */
  expire(id: string): Promise<SimulatedPayAccount>
  /** The owner withdraws it in the app. */
  unlink(id: string): Promise<SimulatedPayAccount>
  /** With too little balance a payment is refused; with `verify` its owner must confirm it. */
  set(
    id: string,
    what: { readonly balance?: number; readonly verify?: boolean },
  ): Promise<SimulatedPayAccount>
}

export function createPayAccountActs(world: () => World): SimulatedPayAccounts {
  const accounts = () => world().payAccounts
  return {
    list: () => accounts().list().map(show),
    get(id) {
      const account = accounts().find(id) ?? accounts().findByLink(id)
      if (!account) throw new BayarError('payment_not_found', `Simulator: it knows no pay account “${id}”.`)
      return show(account)
    },
    link: async (id) => show(accounts().link(id)),
    expire: async (id) => show(accounts().expire(id)),
    unlink: async (id) => show(accounts().unlink(id)),
    set: async (id, what) => show(accounts().set(id, what)),
  }
}

function show({ id, phone, status, linkId, redirectUrl, options, verify }: PayAccount): SimulatedPayAccount {
  return { id, phone, status, linkId, redirectUrl, options, verify }
}

export async function actOnPayAccount(
  accounts: SimulatedPayAccounts,
  id: string,
  act: string,
  { balance, verify }: Readonly<Record<string, unknown>>,
): Promise<SimulatedPayAccount> {
  switch (act) {
    case 'link':
    case 'expire':
    case 'unlink':
      return await accounts[act](id)
    case 'set': {
      if (balance !== undefined && !(Number.isSafeInteger(balance) && Number(balance) >= 0))
        throw invalidRequest([{ field: 'balance', reason: 'must be whole rupiah' }])
      if (verify !== undefined && typeof verify !== 'boolean')
        throw invalidRequest([{ field: 'verify', reason: 'must be true or false' }])
      return await accounts.set(id, {
        ...(balance === undefined ? {} : { balance: Number(balance) }),
        ...(verify === undefined ? {} : { verify }),
      })
    }
    default:
      throw new BayarError('not_found', `Simulator: there is no action “${act}”.`)
  }
}

export function wirePayAccount(account: SimulatedPayAccount): Record<string, unknown> {
  return {
    account_id: account.id,
    account_status: account.status,
    phone_number: account.phone,
    link_id: account.linkId,
    redirect_url: account.redirectUrl,
    payment_options: account.options,
    verify: account.verify,
  }
}
