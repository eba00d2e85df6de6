import type { Text } from '../pages/words.ts'

/**
 * The ways to pay that a hosted page offers, under the names of Snap's `enabled_payments` (docs/midtrans/protocol.md §14). Each is paid by an ordinary charge, so a row says what that charge asks
 * for.
 */
export interface Choice {
  readonly name: string
  readonly title: Text
  /** Core's own words for it. */
  readonly paymentType: string
  readonly part: Readonly<Record<string, unknown>>
  /** The object of the Snap request that may carry more for this method, such as `bca_va.va_number`. */
  readonly options: string
  /** What the page asks the customer for. */
  readonly asks: 'card' | 'phone' | null
  readonly takesExpiry: boolean
}

const row = (
  name: string,
  title: string | Text,
  paymentType: string,
  part: Choice['part'] = {},
  more: Partial<Choice> = {},
): Choice => ({
  name,
  title: typeof title === 'string' ? { en: title, id: title } : title,
  paymentType,
  part,
  options: name,
  asks: null,
  takesExpiry: true,
  ...more,
})

export const CHOICES: readonly Choice[] = [
  row(
    'credit_card',
    { en: 'Credit or debit card', id: 'Kartu kredit/debit' },
    'credit_card',
    {},
    { asks: 'card', takesExpiry: false },
  ),
  row('gopay', 'GoPay', 'gopay'),
  row('shopeepay', 'ShopeePay', 'shopeepay'),
  row('dana', 'DANA', 'dana'),
  row('ovo', 'OVO', 'ovo', {}, { asks: 'phone', takesExpiry: false }),
  row('other_qris', 'QRIS', 'qris', { acquirer: 'gopay' }),
  row('bca_va', 'BCA Virtual Account', 'bank_transfer', { bank: 'bca' }),
  row('bni_va', 'BNI Virtual Account', 'bank_transfer', { bank: 'bni' }),
  row('bri_va', 'BRI Virtual Account', 'bank_transfer', { bank: 'bri' }),
  row('cimb_va', 'CIMB Niaga Virtual Account', 'bank_transfer', { bank: 'cimb' }),
  row('permata_va', 'Permata Virtual Account', 'bank_transfer', { bank: 'permata' }),
  row('danamon_va', 'Danamon Virtual Account', 'bank_transfer', { bank: 'danamon' }),
  row('bsi_va', 'BSI Virtual Account', 'bank_transfer', { bank: 'bsi' }),
  row('seabank_va', 'SeaBank Virtual Account', 'bank_transfer', { bank: 'seabank' }),
  row('saqu_va', 'Bank Saqu Virtual Account', 'bank_transfer', { bank: 'saqu' }),
  // Any other bank pays it as an interbank transfer to Permata.
  row(
    'other_va',
    { en: 'Other banks (ATM Bersama, Prima, Alto)', id: 'Bank lain (ATM Bersama, Prima, Alto)' },
    'bank_transfer',
    { bank: 'permata' },
  ),
  row('echannel', 'Mandiri Bill', 'echannel', { bill_info1: 'Payment:', bill_info2: 'Online purchase' }),
  row('indomaret', 'Indomaret', 'cstore', { store: 'indomaret' }),
  row('alfamart', 'Alfamart', 'cstore', { store: 'alfamart' }),
  row('akulaku', 'Akulaku', 'akulaku'),
  row('kredivo', 'Kredivo', 'kredivo'),
]

/** Names that stand for several. */
const ALIASES: Readonly<Record<string, readonly string[]>> = {
  bank_transfer: CHOICES.filter((one) => one.paymentType === 'bank_transfer').map((one) => one.name),
  cstore: ['indomaret', 'alfamart'],
  qris: ['other_qris'],
  mandiri_bill: ['echannel'],
}

export function choiceOf(name: string): Choice | undefined {
  return CHOICES.find((choice) => choice.name === name)
}

/** Names that Midtrans has and this table has not are left out, as a merchant's account leaves out what it is not enabled for. */
export function choicesOf(enabled: readonly unknown[] | undefined): readonly Choice[] {
  if (!enabled) return CHOICES
  const names = new Set(enabled.flatMap((name) => ALIASES[String(name)] ?? [String(name)]))
  return CHOICES.filter((choice) => names.has(choice.name))
}
