/** For a name that is no field: the one that was probably meant. */
import { nearest } from '../domain/nearest.ts'

/** No typing slip, but what other gateways, Midtrans's own answers or our library call it. The first that the request has. */
const OTHER_NAMES: Readonly<Record<string, readonly string[]>> = {
  items: ['item_details'],
  item: ['item_details'],
  line_items: ['item_details'],
  products: ['item_details'],
  customer: ['customer_details'],
  customer_detail: ['customer_details'],
  buyer: ['customer_details'],
  amount: ['gross_amount'],
  total: ['gross_amount'],
  total_amount: ['gross_amount'],
  gross: ['gross_amount'],
  net_amount: ['amount', 'gross_amount'],
  refund_amount: ['amount'],
  gross_amount: ['amount'],
  method: ['payment_type'],
  payment_method: ['payment_type'],
  payment_methods: ['enabled_payments'],
  enabled_methods: ['enabled_payments'],
  id: ['order_id'],
  order: ['order_id'],
  order_number: ['order_id'],
  reference: ['order_id'],
  external_id: ['order_id'],
  transaction_details: ['order_id'],
  bank_transfer: ['bank'],
  bank_code: ['bank'],
  va: ['va_number'],
  virtual_account: ['va_number'],
  credit_card: ['token_id', 'card'],
  card_token: ['token_id'],
  token: ['token_id'],
  expiry: ['custom_expiry'],
  expires_in: ['custom_expiry'],
  expiry_duration: ['duration', 'custom_expiry'],
  webhook_url: ['notification_url'],
  notify_url: ['notification_url'],
  return_url: ['finish_url', 'callback_url'],
  redirect_url: ['finish_url', 'callback_url'],
  user: ['user_id'],
  customer_id: ['user_id'],
  merchant_id: ['merchant'],
  name: ['first_name'],
  phone_number: ['phone', 'payer_phone_number'],
  qty: ['quantity'],
  key: ['refund_key'],
  because: ['reason'],
}

/** No field is longer, and a stranger's long word costs time to compare. */
const NAME_CHARACTERS_MAX = 40

export function meantField(typed: string, known: readonly string[]): string {
  if (typed.length > NAME_CHARACTERS_MAX) return ''
  // As the library writes it: itemDetails.
  const name = typed.replace(/[A-Z]/g, (letter, at) => `${at === 0 ? '' : '_'}${letter.toLowerCase()}`)
  const others = Object.hasOwn(OTHER_NAMES, name) ? OTHER_NAMES[name]! : undefined
  const meant = known.includes(name)
    ? name
    : (others?.find((other) => known.includes(other)) ?? nearest(name, known))
  return meant === undefined ? '' : `; did you mean ${meant}?`
}
