import { DAY, EXPIRY_TOLD } from './method-columns.ts'
import type { Method } from './methods.ts'
import { settledMsIn, type View } from './view.ts'

/** Convenience stores: docs/midtrans/protocol.md §7.9. The code is read out at the counter. */
const store = {
  paymentType: 'cstore',
  family: 'over_the_counter',
  lifetimeSeconds: DAY,
  customExpirySeconds: { least: 20, most: 180 * DAY },
  reversible: false,
  takesIdempotencyKey: true,
  refund: null,
  tellsExpiry: EXPIRY_TOLD,
  chargeMessage: 'Success, cstore transaction is successful',
  chargeFields: ({ transaction: { method, number } }: View) => ({
    store: method.variant,
    payment_code: number,
  }),
  fields: ({ transaction: { method, number } }: View) => ({ store: method.variant, payment_code: number }),
} as const satisfies Partial<Method>

const code = (company: string) => ({ company, least: 14, most: 14, drawn: 14 })

export const STORE_METHODS: readonly Method[] = [
  {
    ...store,
    name: 'indomaret',
    variant: 'indomaret',
    title: 'Indomaret',
    amount: { least: 10_000, most: 5_000_000 },
    reversible: true,
    takesIdempotencyKey: false,
    hidesFraudIn: new Set(['settlement']),
    number: code('3000'),
    fields: (view) => ({
      ...store.fields(view),
      ...(settledMsIn(view) ? { approval_code: approvalOf(view) } : {}),
    }),
  },
  {
    ...store,
    name: 'alfamart',
    variant: 'alfamart',
    title: 'Alfamart',
    amount: { least: 1, most: 5_000_000 },
    number: code('0108'),
  },
]

/** Letters and digits, as the till prints them: "ABC0101BCA02". */
function approvalOf({ transaction }: View): string {
  const digits = String(transaction.sequence % 1_000_000).padStart(6, '0')
  return `SIM${digits.slice(0, 4)}TLR${digits.slice(4)}`
}
