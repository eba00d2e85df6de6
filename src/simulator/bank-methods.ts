import { writeLongId } from './long-ids.ts'
import { DAY, EXPIRY_TOLD, EXPIRY_TOLD_EVERYWHERE } from './method-columns.ts'
import type { Method } from './methods.ts'
import { settledMsIn, type View } from './view.ts'
import { toWib } from './wib-time.ts'

/** Virtual accounts and the Mandiri bill: docs/midtrans/protocol.md §7.2 and §7.3. */
const vaAsked = { part: 'bank_transfer', field: 'va_number' }

const virtualAccount = {
  paymentType: 'bank_transfer',
  family: 'over_the_counter',
  lifetimeSeconds: DAY,
  customExpirySeconds: { least: 20, most: 180 * DAY },
  reversible: false,
  takesIdempotencyKey: true,
  refund: null,
  tellsExpiry: EXPIRY_TOLD,
  chargeMessage: 'Success, Bank Transfer transaction is created',
  chargeFields: ({ transaction: { method, number } }: View) => ({
    va_numbers: [{ bank: method.variant, va_number: number }],
  }),
  // The recorded documents turn the two fields around here.
  fields: ({ transaction: { method, number } }: View) => ({
    va_numbers: [{ va_number: number, bank: method.variant }],
    payment_amounts: [],
  }),
} as const satisfies Partial<Method>

const permataNumber = ({ transaction: { number } }: View) => ({ permata_va_number: number })

export const BANK_METHODS: readonly Method[] = [
  {
    ...virtualAccount,
    name: 'bca_va',
    variant: 'bca',
    title: 'BCA Virtual Account',
    amount: { least: 10_000, most: 20_000_000_000 },
    tellsExpiry: EXPIRY_TOLD_EVERYWHERE,
    number: { company: '39001', least: 6, most: 18, drawn: 6, asked: vaAsked },
  },
  {
    ...virtualAccount,
    name: 'bni_va',
    variant: 'bni',
    title: 'BNI Virtual Account',
    // Not in the published list (unconfirmed).
    amount: { least: 1, most: null },
    number: { company: '8808', least: 12, most: 12, drawn: 12, asked: vaAsked },
    // The only bank that fills `payment_amounts`.
    fields: (view) => {
      const settledMs = settledMsIn(view)
      return {
        ...virtualAccount.fields(view),
        payment_amounts: settledMs ? [{ paid_at: toWib(settledMs - 1000), amount: `${view.amount}.00` }] : [],
      }
    },
  },
  {
    ...virtualAccount,
    name: 'bri_va',
    variant: 'bri',
    title: 'BRI Virtual Account',
    amount: { least: 1, most: 20_000_000_000 },
    number: { company: '26215', least: 13, most: 13, drawn: 13, asked: vaAsked },
  },
  {
    ...virtualAccount,
    name: 'cimb_va',
    variant: 'cimb',
    title: 'CIMB Niaga Virtual Account',
    amount: { least: 1, most: 250_000_000 },
    number: { company: '5919', least: 12, most: 12, drawn: 12, asked: vaAsked },
  },
  {
    ...virtualAccount,
    name: 'permata_va',
    variant: 'permata',
    title: 'Permata Virtual Account',
    amount: { least: 1, most: 9_999_999_999 },
    reversible: true,
    takesIdempotencyKey: false,
    chargeMessage: 'Success, PERMATA VA transaction is successful',
    number: { company: '8562', least: 12, most: 12, drawn: 12, asked: vaAsked },
    chargeFields: permataNumber,
    fields: permataNumber,
  },
  // Virtual accounts like the others, on Snap's page only.
  ...(
    [
      ['danamon', 'Danamon Virtual Account', '8922'],
      ['bsi', 'BSI Virtual Account', '9347'],
      ['seabank', 'SeaBank Virtual Account', '7703'],
      ['saqu', 'Bank Saqu Virtual Account', '4291'],
    ] as const
  ).map(
    ([bank, title, company]): Method => ({
      ...virtualAccount,
      name: `${bank}_va`,
      variant: bank,
      title,
      amount: { least: 1, most: null },
      snapOnly: true,
      ...(bank === 'bsi' ? { writesId: writeLongId } : {}),
      number: { company, least: 12, most: 12, drawn: 12, asked: vaAsked },
    }),
  ),
  {
    ...virtualAccount,
    name: 'echannel',
    paymentType: 'echannel',
    title: 'Mandiri Bill',
    amount: { least: 1, most: 50_000_000_000 },
    reversible: true,
    chargeMessage: 'OK, Mandiri Bill transaction is successful',
    number: {
      company: '70012',
      separate: true,
      least: 1,
      most: 12,
      drawn: 12,
      asked: { part: 'echannel', field: 'bill_key' },
    },
    chargeFields: ({ transaction: { method, number } }) => ({
      bill_key: number,
      biller_code: method.number?.company,
    }),
    fields: ({ transaction: { method, number } }) => ({
      biller_code: method.number?.company,
      bill_key: number,
    }),
  },
]
