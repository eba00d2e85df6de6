/** A top-up is a payment whose money goes into a wallet. It is written with its payment and its intent, in one transaction; then Midtrans is asked. */
import { createHash, randomBytes } from 'node:crypto'
import type { MethodCharge } from '../../domain/charge-methods.ts'
import { uuidv7 } from '../../domain/uuid.ts'
import { assert, BayarError, invalidRequest, isBayarError } from '../../errors.ts'
import { findTopupByOrder, type TopupRow } from '../../store/topups.ts'
import type { Context } from '../context.ts'
import { type ChargeCommon, type ChargeInput, readerOf, recordOf } from '../payments/charge-input.ts'
import { chargePayment } from '../payments/charge-payment.ts'
import type { Payment } from '../payments/payment-view.ts'
import { type WalletName, walletName } from '../wallets/wallet-input.ts'
import { OWNER } from './topup-owner.ts'
import { type Topup, toTopup } from './topup-view.ts'

interface TopupCommon
  extends Pick<ChargeCommon, 'customer' | 'customExpiry' | 'metadata' | 'notificationUrl' | 'merchant'> {
  /** Whose wallet. */
  readonly userId: string
  /** Whole rupiah. */
  readonly amount: number
  /** Your own name for it, one for each user: asked again under it, it is the same top-up. */
  readonly reference?: string
}

export type CreateTopupInput = TopupCommon & MethodCharge

export interface CreatedTopup {
  readonly topup: Topup
  /** How to pay it. */
  readonly payment: Payment
  /** False when it had been made before under its reference. */
  readonly created: boolean
}

const REFERENCE_MAX = 255

export async function createTopup(
  context: Context,
  input: CreateTopupInput,
  requestedBy: string,
): Promise<CreatedTopup> {
  const { reference, amount, ...charge } = recordOf(input) as unknown as CreateTopupInput
  const name = check(context, input)
  const { topup, orderId } = await orderOf(context, name, reference ?? null)
  const ownerId = topup?.id ?? uuidv7()
  const asked = {
    ...charge,
    ...name,
    orderId,
    grossAmount: amount,
    items: [{ id: 'topup', name: 'Top-up', price: amount, quantity: 1 }],
  } as ChargeInput
  const charged = await chargePayment(context, asked, requestedBy, { name: OWNER, id: ownerId }).catch(
    (error: unknown) => {
      if (!isBayarError(error, 'order_id_taken')) throw error
      throw new BayarError('topup_reference_taken', '', { details: { order_id: orderId } })
    },
  )
  const row = await findTopupByOrder(context.database, name.merchant, orderId)
  assert(row, 'a top-up that was written is gone')
  return { ...charged, topup: toTopup(row) }
}

function check(context: Context, input: CreateTopupInput): WalletName {
  const { userId, amount, reference, merchant, ...others } = recordOf(input)
  const { min, max } = context.rules.topups
  const problems: { field: string; reason: string }[] = []
  const read = readerOf(problems)
  const isWithin = Number.isSafeInteger(amount) && (amount as number) >= min && (amount as number) <= max
  if (!isWithin) read.wrong('amount', `must be whole rupiah, from ${min} to ${max}`)
  const text = read.text('reference', reference)
  if (text !== undefined && (text === '' || text.length > REFERENCE_MAX))
    read.wrong('reference', `must be 1 to ${REFERENCE_MAX} characters`)
  // What makes the charge is not the caller's to say.
  for (const field of ['orderId', 'grossAmount', 'items', 'newAttempt'])
    if (others[field] !== undefined) read.wrong(field, 'is not a field of a top-up')
  if (problems.length > 0) throw invalidRequest(problems)
  return walletName({ userId, merchant: merchant ?? undefined } as never, context.rules)
}

/**
 * Under a reference always the same order id, so that a request whose first answer was lost meets the same payment. Twelve digits are few enough that two could meet some day: the next one is taken then,
 * because an order of somebody else would be paid into their wallet.
 */
async function orderOf(
  context: Context,
  { merchant, userId }: WalletName,
  reference: string | null,
): Promise<{ topup: TopupRow | undefined; orderId: string }> {
  for (let n = 1; ; n++) {
    const bytes =
      reference === null
        ? randomBytes(6)
        : createHash('sha256')
            .update(JSON.stringify([merchant, userId, reference, n]))
            .digest()
            .subarray(0, 6)
    const orderId = `TOPUP-${bytes.toString('hex').toUpperCase()}`
    const topup = await findTopupByOrder(context.database, merchant, orderId)
    if (!topup || (reference !== null && topup.user_id === userId)) return { topup, orderId }
  }
}
