import { statusDocument } from '../documents.ts'
import type { Transaction } from '../transaction.ts'
import { viewOf } from '../view.ts'
import type { World } from '../world.ts'
import type { Checkout } from './checkouts.ts'

/** What `onSuccess`, `onPending` and `onError` are given. It comes through the customer's browser, so it proves nothing. */
export function resultOf(
  world: World,
  { orderId }: Checkout,
  one: Transaction | undefined,
): Record<string, unknown> {
  if (!one) return { status_code: '407', status_message: ['The payment page has ended.'], order_id: orderId }
  const { signature_key: _, merchant_id: __, ...document } = statusDocument(viewOf(one), world.merchant)
  return document
}
