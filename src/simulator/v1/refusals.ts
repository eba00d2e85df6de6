import type { V1Api } from './endpoints.ts'

/** What goes back: HTTP tells the truth here, unlike in Core v2 (docs/midtrans/protocol.md §5). */
export interface Answer {
  readonly http: number
  readonly body: unknown
}

interface RefusalRow {
  readonly http: number
  readonly message: string
}

/**
 * The recorded refusals of test/wire/errors.other_apis.json, and beside them those that protocol.md only names: their wording, and the HTTP status of `token_*`, `in_progress` and
 * `subscription_ended`, are our own (unconfirmed).
 */
// biome-ignore format: a table is read in columns
export const V1_REFUSALS = {
  wrong_key:            { http: 401, message: 'Access denied, please check client or server key' },
  malformed:            { http: 400, message: 'The request body is not valid JSON' },
  too_many:             { http: 429, message: 'Too many requests' },
  internal:             { http: 500, message: 'Sorry, we encountered internal server error. We will fix this soon.' },
  not_found:            { http: 404, message: 'Not Found' },
  still_running:        { http: 409, message: 'The request with the same idempotency key is still being processed' },
  order_paid:           { http: 400, message: 'transaction_details.order_id has been paid and utilized, please use another order ID' },
  order_used:           { http: 400, message: 'transaction_details.order_id sudah digunakan' },
  token_not_found:      { http: 404, message: 'token not found' },
  token_cancelled:      { http: 400, message: 'token already canceled' },
  token_expired:        { http: 400, message: 'token is expired' },
  in_progress:          { http: 400, message: 'Transaction is on progress' },
  no_subscription:      { http: 404, message: "Subscription doesn't exist." },
  subscription_ended:   { http: 412, message: 'Subscription has ended.' },
  invoice_taken:        { http: 409, message: 'Duplicate order id' },
  quotation_not_convertible: { http: 409, message: 'Only a published quotation can be converted' },
  invoice_not_voidable: { http: 409, message: 'Invoice cannot be canceled' },
} as const satisfies Record<string, RefusalRow>

export type V1RefusalName = keyof typeof V1_REFUSALS

export function refuseV1(api: V1Api, name: V1RefusalName): Answer {
  const { http, message } = V1_REFUSALS[name]
  return { http, body: api === 'subscription' ? { status_message: message } : { error_messages: [message] } }
}

/** Every mistake at once. Subscriptions have a sentence of their own above the list. */
export function refuseFields(api: V1Api, problems: readonly string[]): Answer {
  if (api === 'subscription')
    return { http: 400, body: { status_message: 'Invalid parameter.', validation_messages: problems } }
  return { http: 400, body: { error_messages: problems } }
}
