import { type Outcome, refused } from './outcome.ts'
import { type PayAccount, REFUSED_PHONES } from './pay-accounts.ts'
import { isObject, Reader, WrongShape } from './reader.ts'
import type { World } from './world.ts'

/** Linking a customer's GoPay account: docs/midtrans/protocol.md §10. */
export function createPayAccount(world: World, body: unknown, origin: string): Outcome {
  if (!isObject(body)) return refused('malformed')
  const problems: string[] = []
  let partner: { phone: string | undefined; redirectUrl: string | undefined }
  try {
    const request = new Reader(body, problems)
    request.text('payment_type', { required: true, pattern: /^gopay$/, says: 'must be gopay' })
    const part = request.object('gopay_partner', true)
    part?.text('country_code', { required: true, pattern: /^\+?\d{1,4}$/, says: 'must be digits' })
    partner = {
      phone: part?.text('phone_number', { required: true }),
      redirectUrl: part?.text('redirect_url', { most: 255 }),
    }
  } catch (error) {
    if (error instanceof WrongShape) return refused('malformed')
    throw error
  }
  const { phone } = partner
  if (problems.length || phone === undefined) return refused('invalid', problems)
  if (!/^[1-9]\d{5,14}$/.test(phone))
    return refused('malformed_field', ['gopay_partner.phone_number is invalid'])
  const why = REFUSED_PHONES[phone]
  if (why !== undefined)
    return document({
      status_code: '202',
      payment_type: 'gopay',
      account_status: 'PENDING',
      channel_response_code: '105',
      channel_response_message: why,
    })
  const account = world.payAccounts.create(phone, partner.redirectUrl ?? '')
  return document(account.status === 'ENABLED' ? shown(account) : created(account, origin))
}

export function showPayAccount(world: World, id: string): Outcome {
  const account = world.payAccounts.find(id)
  return account ? document(shown(account)) : refused('account_not_found')
}

export function unbindPayAccount(world: World, id: string): Outcome {
  const account = world.payAccounts.find(id)
  if (!account) return refused('account_not_found')
  if (account.status !== 'ENABLED') return refused('status_is_final')
  world.payAccounts.unlink(id)
  return document({
    ...shown(account),
    channel_response_code: '0',
    channel_response_message: 'Process service request successfully.',
  })
}

const CODES = { PENDING: '201', ENABLED: '200', DISABLED: '204', EXPIRED: '204' } as const

function created(account: PayAccount, origin: string): Record<string, unknown> {
  const link = `${origin}/v2/pay/account/${account.linkId}/link`
  return {
    ...shown(account),
    actions: [
      { name: 'activation-deeplink', method: 'GET', url: link },
      { name: 'activation-link-url', method: 'GET', url: link },
      {
        name: 'activation-link-app',
        method: 'GET',
        url: `${origin}/gopay/partner/web/otp?id=${account.otpId}`,
      },
    ],
    metadata: { reference_id: account.referenceId },
  }
}

function shown(account: PayAccount): Record<string, unknown> {
  const options = account.options.map(({ name, active, balance, token }) => ({
    name,
    active,
    balance: { value: `${balance}.00`, currency: 'IDR' },
    metadata: {},
    token,
  }))
  return {
    status_code: CODES[account.status],
    payment_type: 'gopay',
    account_id: account.id,
    account_status: account.status,
    ...(options.length ? { metadata: { payment_options: options } } : {}),
  }
}

function document(fields: object): Outcome {
  return { kind: 'document', http: 200, document: fields }
}
