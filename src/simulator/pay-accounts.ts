import { BayarError } from '../errors.ts'
import type { Random } from './random.ts'

/**
 * Linked GoPay accounts: docs/midtrans/protocol.md §10.
 *
 *     PENDING ──the owner agrees──▶ ENABLED ──unbind──▶ DISABLED
 *        └──────────nobody did──────────▶ EXPIRED
 */
export type AccountStatus = 'PENDING' | 'ENABLED' | 'DISABLED' | 'EXPIRED'

export interface PayAccount {
  readonly id: string
  readonly phone: string
  readonly redirectUrl: string
  readonly referenceId: string
  /** In the address that the owner opens to agree. */
  readonly linkId: string
  readonly otpId: string
  status: AccountStatus
  options: readonly PaymentOption[]
  /** The next payments are to be confirmed in the app. */
  verify: boolean
}

export interface PaymentOption {
  readonly name: 'GOPAY_WALLET' | 'PAY_LATER'
  readonly balance: number
  readonly active: boolean
  readonly token: string
}

/** Sandbox phones that cannot be linked. */
export const REFUSED_PHONES: Readonly<Record<string, string>> = {
  '123450001': 'User not found',
  '123450002': 'User is blocked',
}

const BALANCES = { GOPAY_WALLET: 1_000_000, PAY_LATER: 350_000 } as const

export class PayAccounts {
  readonly #random: Random
  readonly #byId = new Map<string, PayAccount>()
  readonly #byLink = new Map<string, PayAccount>()
  /** Told when an account was linked or unlinked. */
  onChange: (account: PayAccount) => void = () => {}

  constructor(random: Random) {
    this.#random = random
  }

  /** Of a phone that is linked already, that one. */
  create(phone: string, redirectUrl: string): PayAccount {
    for (const account of this.#byId.values())
      if (account.phone === phone && account.status === 'ENABLED') return account
    const account: PayAccount = {
      id: this.#random.uuid(),
      phone,
      redirectUrl,
      referenceId: this.#random.uuid(),
      linkId: `gpar_${this.#random.uuid()}`,
      otpId: this.#random.uuid(),
      status: 'PENDING',
      options: [],
      verify: false,
    }
    this.#byId.set(account.id, account)
    for (const link of [account.linkId, account.otpId]) this.#byLink.set(link, account)
    return account
  }

  find(id: string): PayAccount | undefined {
    return this.#byId.get(id)
  }

  /** By what stands in an activation address. */
  findByLink(link: string): PayAccount | undefined {
    return this.#byLink.get(link)
  }

  list(): PayAccount[] {
    return [...this.#byId.values()].reverse()
  }

  /** The owner agrees. */
  link(id: string): PayAccount {
    const account = this.#must(id, 'PENDING')
    account.status = 'ENABLED'
    account.options = (['GOPAY_WALLET', 'PAY_LATER'] as const).map((name) => ({
      name,
      balance: BALANCES[name],
      active: true,
      token: this.#random.uuid(),
    }))
    this.onChange(account)
    return account
  }

  /** Nobody agreed in time. */
  expire(id: string): PayAccount {
    const account = this.#must(id, 'PENDING')
    account.status = 'EXPIRED'
    return account
  }

  /** By the merchant or by the owner. */
  unlink(id: string): PayAccount {
    const account = this.#must(id, 'ENABLED')
    account.status = 'DISABLED'
    account.options = []
    this.onChange(account)
    return account
  }

  set(id: string, { balance, verify }: { readonly balance?: number; readonly verify?: boolean }): PayAccount {
    const account = this.#must(id, 'ENABLED')
    if (balance !== undefined)
      account.options = account.options.map((option) =>
        option.name === 'GOPAY_WALLET' ? { ...option, balance } : option,
      )
    if (verify !== undefined) account.verify = verify
    return account
  }

  /** Undefined where the account or the token is not (or no longer) good. The balance stays what it was set to. */
  pay(
    id: string,
    token: string,
    amount: number,
  ): { option: string; verify: boolean; refused: { code: string; message: string } | null } | undefined {
    const account = this.#byId.get(id)
    const option = account?.options.find((one) => one.token === token && one.active)
    if (!account || !option) return undefined
    const answer = { option: option.name, verify: account.verify }
    if (option.balance < amount)
      return { ...answer, verify: false, refused: { code: '201', message: 'Insufficient balance' } }
    return { ...answer, refused: null }
  }

  #must(id: string, status: AccountStatus): PayAccount {
    const account = this.#byId.get(id)
    if (!account) throw new BayarError('payment_not_found', `Simulator: it knows no pay account “${id}”.`)
    if (account.status !== status)
      throw new BayarError(
        'command_not_possible',
        `Simulator: pay account ${id} is ${account.status}; that is possible only while it is ${status}.`,
      )
    return account
  }
}
