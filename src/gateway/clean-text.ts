/**
 * Text from the wire, made fit for a column. PostgreSQL refuses U+0000 and lone surrogates, and the refusal would fail the whole batch in which
 * the notification travels. They become U+FFFD, never nothing: an id must not turn into another id by losing a character.
 */
export function cleanText(value: unknown, field: keyof typeof TEXT_MAX): string | null {
  if (typeof value !== 'string' || value === '') return null
  const max = TEXT_MAX[field]
  const text = value.length > max ? value.slice(0, max) : value
  return fitText(text)
}

/** However long. */
export function fitText(text: string): string {
  return UNFIT.test(text) ? text.replace(ALL_UNFIT, '\ufffd') : text
}

/** Text that names something. Cut short it could name something else, so whatever is too long names nothing that we know. */
export function fitsAsId(value: unknown, field: keyof typeof TEXT_MAX): boolean {
  return typeof value !== 'string' || value.length <= TEXT_MAX[field]
}

// biome-ignore format: a table is read in columns
export const TEXT_MAX = {
  order_id:               255,   // ours have 50; links and subscriptions add a suffix, test pings have 66
  transaction_id:         100,
  transaction_status:     50,
  fraud_status:           50,
  status_code:            10,
  gross_amount:           50,
  payment_type:           50,
  currency:               10,
  merchant_id:            100,
  account_id:             255,
  refund_key:             255,
  refund_chargeback_uuid: 100,
  refund_chargeback_id:   100,
  reason:                 255,
  va_number:              50,
  bank:                   50,
  bill_key:               50,
  biller_code:            50,
  payment_code:           100,
  store:                  50,
  qr_string:              4000,
  masked_card:            30,
  saved_token_id:         255,
  saved_token_id_expired_at: 30,
  url:                    4000,
} as const

const UNFIT = /[\u0000\p{Surrogate}]/u
const ALL_UNFIT = /[\u0000\p{Surrogate}]/gu
