/** One period that waits for its charge, by whoever has claimed it. */
import { BayarError, isBayarError } from '../../errors.ts'
import { findIntent } from '../../store/intents.ts'
import { findPaymentByOrder } from '../../store/payments.ts'
import type { Context } from '../context.ts'
import type { Payment } from '../payments/payment-view.ts'
import { askFor } from './ask-for.ts'
import { isIll, patienceOf } from './patience.ts'

/** A charge that Midtrans refuses is not the caller's failure: it is written down, and the subscription is past due. Throws where nobody knows what became of it, or where the next one will fare no better. */
export async function chargeDue(
  context: Context,
  id: string,
  by: string,
  { replace = false }: { readonly replace?: boolean } = {},
): Promise<boolean> {
  try {
    const payment = await askFor(context, id, { by, replace })
    if (payment !== null) await assertHeard(context, payment)
    return true
  } catch (error) {
    if (isBayarError(error) && WRITTEN_DOWN.has(error.code) && !isIll(error)) return true
    throw error
  }
}

const WRITTEN_DOWN: ReadonlySet<string> = new Set([
  'gateway_rejected',
  'invalid_request',
  'method_not_enabled',
  'method_unknown',
  'keys_missing',
  // Somebody else was quicker.
  'period_not_open',
  'charge_in_progress',
])

/** The charge is written either way, and its intent finds out what became of it; but the next hundred thousand had better wait. */
async function assertHeard(context: Context, { merchant, orderId, status }: Payment): Promise<void> {
  const row = status === 'created' ? await findPaymentByOrder(context.database, merchant, orderId) : undefined
  const intent = row?.open_intent_id ? await findIntent(context.database, row.open_intent_id) : undefined
  if (!intent) {
    patienceOf(context).heard(merchant)
    return
  }
  throw new BayarError('gateway_unknown', intent.answer_message ?? '', {
    details: { order_id: orderId, gateway_code: intent.answer_code },
  })
}
