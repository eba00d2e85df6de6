import type { PaymentType } from '../gateway/wire.ts'
import type { Fields, Reader } from './reader.ts'
import { passesLuhn } from './test-cards.ts'

/** What only one payment type asks for: docs/midtrans/protocol.md §7, a function each. Faults are noted by the reader. */
export interface Parts {
  readonly card?: CardAsked
  readonly linked?: LinkedAsked
  readonly ovoPhone?: string
  /** Where the wallet's page sends the customer afterwards: a web address, or that of an app. */
  readonly callbackUrl?: string
}

export interface CardAsked {
  /** A token of either kind; undefined where the number itself was sent. */
  readonly token: string | undefined
  readonly number: string | undefined
  readonly authenticate: boolean
  readonly save: boolean
  readonly bank: string | null
  readonly channel: string | null
  readonly installmentTerm: number | null
  readonly bins: readonly string[] | null
  readonly authorizeOnly: boolean
  readonly pointsRedeemed: number | null
}

export interface LinkedAsked {
  readonly accountId: string
  readonly optionToken: string
  readonly preAuth: boolean
}

type ReadPart = (charge: Reader, body: Fields) => Parts

const NO_PARTS: Parts = {}

export const READ_PARTS: Readonly<Record<PaymentType, ReadPart>> = {
  credit_card: (charge) => ({ card: readCard(charge.object('credit_card', true)) }),
  bank_transfer: (charge) => {
    readFreeText(charge.object('bank_transfer', true))
    return NO_PARTS
  },
  echannel: (charge) => {
    const part = charge.object('echannel', true)
    // Texts too long are cut by Midtrans, not refused.
    for (const field of ['bill_info1', 'bill_info2']) part?.text(field, { required: true })
    for (const number of [3, 4, 5, 6, 7, 8]) part?.text(`bill_info${number}`, {})
    return NO_PARTS
  },
  gopay: (charge) => readGopay(charge.object('gopay', false)),
  shopeepay: (charge) => readCallback(charge.object('shopeepay', false)),
  dana: (charge) => readCallback(charge.object('dana', false)),
  qris: (charge) => {
    charge.object('qris', false)
    return NO_PARTS
  },
  ovo: (charge) => {
    const phone = charge.object('ovo', true)?.text('payer_phone_number', {
      required: true,
      pattern: /^\+?\d{8,15}$/,
      says: 'is not a phone number',
    })
    return phone === undefined ? NO_PARTS : { ovoPhone: phone }
  },
  cstore: (charge) => {
    const part = charge.object('cstore', true)
    part?.text('message', { most: 255 })
    for (const line of [1, 2, 3]) part?.text(`alfamart_free_text_${line}`, { most: 40 })
    return NO_PARTS
  },
  akulaku: () => NO_PARTS,
  kredivo: () => NO_PARTS,
}

function readCallback(part: Reader | undefined): Parts {
  const callbackUrl = part?.text('callback_url', { most: 255 })
  return callbackUrl === undefined ? NO_PARTS : { callbackUrl }
}

function readGopay(part: Reader | undefined): Parts {
  const callback = readCallback(part)
  const comesBack = part?.flag('enable_callback') ? callback : NO_PARTS
  part?.flag('recurring')
  part?.texts('promotion_ids')
  const preAuth = part?.flag('pre_auth') ?? false
  const accountId = part?.text('account_id', {})
  const optionToken = part?.text('payment_option_token', { required: accountId !== undefined })
  return accountId === undefined || optionToken === undefined
    ? comesBack
    : { ...callback, linked: { accountId, optionToken, preAuth } }
}

const ACQUIRERS = ['mandiri', 'bni', 'cimb', 'bca', 'maybank', 'bri', 'mega', 'danamon']
const CHANNELS = ['dragon', 'mti', 'migs', 'cybersource', 'braintree', 'mpgs']

function readCard(part: Reader | undefined): CardAsked {
  const card = part?.object('card', false)
  const number = card ? readNumber(card, 'number') : undefined
  for (const field of ['expiry_month', 'expiry_year']) card?.text(field, { required: true, pattern: /^\d+$/ })
  card?.text('cvv', { pattern: /^\d{3,4}$/ })
  part?.text('callback_type', { pattern: /^(js_event|form)$/, says: 'must be one of js_event, form' })
  part?.text('initiated_by', { pattern: /^(customer|merchant)$/, says: 'must be one of customer, merchant' })
  return {
    token: part?.text('token_id', { required: card === undefined, most: 255 }),
    number,
    authenticate: part?.flag('authentication') ?? false,
    save: part?.flag('save_token_id') ?? false,
    bank:
      part?.text('bank', { pattern: oneOf(ACQUIRERS), says: `must be one of ${ACQUIRERS.join(', ')}` }) ??
      null,
    channel:
      part?.text('channel', { pattern: oneOf(CHANNELS), says: `must be one of ${CHANNELS.join(', ')}` }) ??
      null,
    installmentTerm: part?.whole('installment_term', { least: 1 }) ?? null,
    bins: part?.texts('bins') ?? null,
    authorizeOnly: part?.text('type', { pattern: /^authorize$/, says: 'must be authorize' }) !== undefined,
    pointsRedeemed: part?.whole('point_redeem_amount', { least: 1 }) ?? null,
  }
}

export function readNumber(part: Reader, field: string): string | undefined {
  const number = part.text(field, { required: true, pattern: /^\d{13,19}$/, says: 'must be 13 to 19 digits' })
  if (number === undefined || passesLuhn(number)) return number
  part.note(field, 'does not match with luhn algorithm')
  return undefined
}

function oneOf(words: readonly string[]): RegExp {
  return new RegExp(`^(${words.join('|')})$`)
}

function readFreeText(part: Reader | undefined): void {
  const freeText = part?.object('free_text', false)
  for (const field of ['inquiry', 'payment']) {
    const lines = freeText?.list(field)
    if (lines && lines.length > 10) freeText?.note(field, 'has more than 10 entries')
    for (const line of lines ?? []) for (const language of ['id', 'en']) line.text(language, { most: 50 })
  }
}
