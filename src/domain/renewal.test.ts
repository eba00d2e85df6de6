import { expect, it } from 'vitest'
import { type RenewalKnown, renewalOf } from './renewal.ts'

const CARD: RenewalKnown = {
  collection: 'charge',
  paymentType: 'credit_card',
  cancelAtPeriodEnd: false,
  isLastCycle: false,
  amount: 90_000n,
  available: 0n,
}
const WALLET = { ...CARD, collection: 'wallet', paymentType: 'wallet' } as const

// biome-ignore format: a table is read in columns
it.each([
  ['a saved card',                            CARD,                                                'automatic'],
  ['what Midtrans charges by its own clock',  { ...CARD, collection: 'native', paymentType: 'gopay' }, 'automatic'],
  ['a number that the customer pays',         { ...CARD, paymentType: 'bank_transfer' },           'to_pay'],
  ['a wallet with just enough',               { ...WALLET, available: 90_000n },                   'from_wallet'],
  ['a wallet with one rupiah too little',     { ...WALLET, available: 89_999n },                   'wallet_short'],
  ['cancelled for the end',                   { ...CARD, cancelAtPeriodEnd: true },                'ends'],
  ['charged as often as was agreed',          { ...WALLET, available: 90_000n, isLastCycle: true }, 'ends'],
] as const)('%s', (_, known, renewal) => expect(renewalOf(known)).toBe(renewal))
