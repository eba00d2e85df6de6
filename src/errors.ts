/**
 * Every error that bayar tells anyone about, as one table: the HTTP status, whether trying again helps,
 * and the sentence. `docs/reference/errors.md` is written from it.
 *
 * The question a caller of a payment API really has is "did the money move?". So *rejected* (Midtrans said
 * no) and *unknown* (nobody can say yet) are different codes, and nothing retries the second one blindly.
 */
export type Retry = 'never' | 'later' | 'after_check'

export interface ErrorSpec {
  readonly status: number
  readonly retry: Retry
  readonly says: string
}

export const ERRORS = {
  // configuration and start-up
  config_invalid: { status: 500, retry: 'never', says: 'The configuration has mistakes.' },
  database_missing: {
    status: 500,
    retry: 'never',
    says: 'No database is configured: set DATABASE_URL or pass `database`.',
  },
  database_unreachable: { status: 503, retry: 'later', says: 'The database does not answer.' },
  database_unsafe: {
    status: 500,
    retry: 'never',
    says: 'The database would lose or misjudge payments with its present settings.',
  },
  database_not_started: {
    status: 500,
    retry: 'never',
    says: 'The embedded PostgreSQL could not be started.',
  },
  port_taken: { status: 500, retry: 'later', says: 'Another program listens where this one should.' },
  migrations_pending: {
    status: 503,
    retry: 'later',
    says: 'The database schema is older than this version of bayar: run `npx bayar migrate`.',
  },
  migrations_ahead: {
    status: 503,
    retry: 'later',
    says: 'The database schema was made by a newer version of bayar: deploy that version.',
  },
  migrations_differ: {
    status: 503,
    retry: 'never',
    says: 'The database was migrated from files that read differently in this version of bayar.',
  },
  migration_failed: {
    status: 500,
    retry: 'never',
    says: 'A migration could not be applied; the database is as it was before it.',
  },
  keys_missing: {
    status: 500,
    retry: 'never',
    says: 'No Midtrans server key is configured: set MIDTRANS_SERVER_KEY.',
  },
  keys_mixed_up: {
    status: 500,
    retry: 'never',
    says: 'The Midtrans keys and the environment do not belong together.',
  },
  handlers_missing: {
    status: 503,
    retry: 'never',
    says: 'A registered `within` handler is missing from this code.',
  },
  handler_invalid: { status: 500, retry: 'never', says: 'A handler cannot be registered as it stands.' },
  refused_in_production: {
    status: 500,
    retry: 'never',
    says: 'This is a development command and refuses to run in production.',
  },

  // what a caller sent
  invalid_request: { status: 400, retry: 'never', says: 'The request has mistakes.' },
  not_authenticated: {
    status: 401,
    retry: 'never',
    says: 'Say who you are: send `Authorization: Bearer <api key or token>`.',
  },
  tokens_unverifiable: {
    status: 503,
    retry: 'later',
    says: 'The keys that users’ tokens are checked with cannot be read now.',
  },
  not_allowed: { status: 403, retry: 'never', says: 'This caller may not do that.' },
  not_found: { status: 404, retry: 'never', says: 'There is nothing here.' },
  method_not_allowed: { status: 405, retry: 'never', says: 'This address does not answer that method.' },
  too_slow: { status: 408, retry: 'later', says: 'The request body did not arrive in time.' },
  too_large: { status: 413, retry: 'never', says: 'The request body is too large.' },
  unsupported_media_type: {
    status: 415,
    retry: 'never',
    says: 'Send JSON with `Content-Type: application/json`.',
  },
  idempotency_key_in_use: {
    status: 409,
    retry: 'later',
    says: 'A request with this Idempotency-Key is still running.',
  },
  idempotency_key_reused: {
    status: 422,
    retry: 'never',
    says: 'This Idempotency-Key was used for a different request.',
  },

  // payments
  payment_not_found: { status: 404, retry: 'never', says: 'There is no such payment.' },
  order_id_reserved: {
    status: 400,
    retry: 'never',
    says: 'Order ids that begin with SUB- and TOPUP- are made by bayar itself.',
  },
  order_id_taken: {
    status: 409,
    retry: 'never',
    says: 'This order id belongs to a payment with other details.',
  },
  charge_in_progress: { status: 409, retry: 'later', says: 'This payment is being charged at this moment.' },
  command_in_progress: {
    status: 409,
    retry: 'later',
    says: 'A command about it is already running.',
  },
  command_not_possible: {
    status: 409,
    retry: 'never',
    says: 'It is not in a state in which this can be asked.',
  },
  method_unknown: { status: 400, retry: 'never', says: 'This payment method is not known.' },
  method_not_enabled: {
    status: 400,
    retry: 'never',
    says: 'This payment method is switched off in the configuration.',
  },
  method_not_refundable: {
    status: 409,
    retry: 'never',
    says: 'Money paid by this method cannot be sent back through Midtrans.',
  },
  refund_too_large: {
    status: 409,
    retry: 'never',
    says: 'More than what is left to be refunded of this payment.',
  },
  refund_key_taken: {
    status: 409,
    retry: 'never',
    says: 'This refund key belongs to another refund, or to one that was not made: use a new one.',
  },
  pay_account_not_found: { status: 404, retry: 'never', says: 'There is no such linked account.' },
  pay_account_taken: {
    status: 409,
    retry: 'never',
    says: 'This GoPay account is linked for another user.',
  },
  pay_account_unclear: {
    status: 503,
    retry: 'later',
    says: 'Midtrans gave no clear answer about the account. No money moves by linking: ask again.',
  },
  subscription_not_found: { status: 404, retry: 'never', says: 'There is no such subscription.' },
  subscription_reference_taken: {
    status: 409,
    retry: 'never',
    says: 'This reference belongs to a subscription with other details.',
  },
  plan_not_found: { status: 404, retry: 'never', says: 'There is no such plan.' },
  plan_taken: { status: 409, retry: 'never', says: 'This slug belongs to another plan.' },
  plan_not_sold: { status: 409, retry: 'never', says: 'This plan is not sold (any more).' },
  subscription_payment_open: {
    status: 409,
    retry: 'later',
    says: 'A payment of this subscription can still be paid, so another one is not begun.',
  },
  period_not_open: {
    status: 409,
    retry: 'never',
    says: 'Nothing is owed for this period: it was paid, or has ended.',
  },
  review_not_found: { status: 404, retry: 'never', says: 'The payment has no open review for this reason.' },

  // invoices
  invoice_not_found: { status: 404, retry: 'never', says: 'There is no such invoice.' },
  credit_note_not_found: {
    status: 404,
    retry: 'never',
    says: 'There is no such credit note of this invoice.',
  },
  invoice_taken: {
    status: 409,
    retry: 'never',
    says: 'This order id or number belongs to another invoice or payment.',
  },
  invoice_in_progress: {
    status: 409,
    retry: 'later',
    says: 'Midtrans is being asked about this invoice at this moment.',
  },
  invoice_not_issuable: {
    status: 409,
    retry: 'never',
    says: 'Only a draft can be issued.',
  },
  invoice_not_voidable: {
    status: 409,
    retry: 'never',
    says: 'Only an invoice of which nothing was received can be withdrawn.',
  },
  invoice_not_payable: {
    status: 409,
    retry: 'never',
    says: 'Only an invoice that was sent and is not fully paid can be paid here.',
  },
  invoice_payment_open: {
    status: 409,
    retry: 'later',
    says: 'A payment of this invoice is under way.',
  },
  pdf_missing: {
    status: 501,
    retry: 'never',
    says: 'PDFs of invoices need the package pdfkit: run `npm install pdfkit@0.20.2` where the app runs.',
  },

  // wallets
  wallet_not_found: { status: 404, retry: 'never', says: 'This user has no wallet yet.' },
  wallet_frozen: { status: 409, retry: 'never', says: 'The wallet is frozen: nothing is paid from it.' },
  insufficient_balance: {
    status: 409,
    retry: 'never',
    says: 'There is not enough in the wallet; nothing was taken.',
  },
  wallet_key_taken: {
    status: 409,
    retry: 'never',
    says: 'The wallet was moved under this key by another amount: use a new key.',
  },

  topup_not_found: { status: 404, retry: 'never', says: 'There is no such top-up.' },
  topup_reference_taken: {
    status: 409,
    retry: 'never',
    says: 'This reference belongs to a top-up with other details: use a new one.',
  },

  // the gateway
  gateway_rejected: { status: 422, retry: 'never', says: 'Midtrans refused the request; no money moved.' },
  gateway_denied_keys: { status: 502, retry: 'never', says: 'Midtrans refused the server key.' },
  gateway_unknown: {
    status: 202,
    retry: 'after_check',
    says: 'Midtrans gave no clear answer; the outcome is being looked up.',
  },
  gateway_unavailable: {
    status: 503,
    retry: 'later',
    says: 'Midtrans could not be asked; nothing was sent.',
  },
  gateway_in_transaction: {
    status: 500,
    retry: 'never',
    says: 'Midtrans was about to be called inside a database transaction.',
  },

  // notifications and events
  notification_malformed: { status: 400, retry: 'never', says: 'The notification is not a JSON object.' },
  notification_unsigned: {
    status: 403,
    retry: 'never',
    says: 'The notification is not signed with this merchant’s key.',
  },
  notification_not_stored: {
    status: 503,
    retry: 'later',
    says: 'The notification could not be stored now; send it again.',
  },
  notification_not_found: { status: 404, retry: 'never', says: 'There is no such notification.' },
  event_not_found: { status: 404, retry: 'never', says: 'There is no such event.' },
  handler_not_found: { status: 404, retry: 'never', says: 'There is no such handler.' },

  // messages
  message_not_found: { status: 404, retry: 'never', says: 'There is no such message.' },
  message_not_retryable: {
    status: 409,
    retry: 'never',
    says: 'Only a message that failed or was suppressed is sent again.',
  },
  mail_missing: {
    status: 501,
    retry: 'never',
    says: 'Mail by SMTP needs the package nodemailer: run `npm install nodemailer@10.6.0` where the worker runs.',
  },

  // tasks
  task_unknown: { status: 404, retry: 'never', says: 'There is no such task.' },
  task_not_found: { status: 404, retry: 'never', says: 'No task has this id.' },
  task_not_failed: { status: 409, retry: 'never', says: 'Only a failed task is tried again.' },
  task_not_finished: { status: 503, retry: 'later', says: 'The task has not ended yet.' },
  task_in_transaction: {
    status: 500,
    retry: 'never',
    says: 'A task was put off inside a transaction that it is not part of.',
  },
  overloaded: { status: 503, retry: 'later', says: 'Too much work is waiting; try again shortly.' },
  internal: { status: 500, retry: 'later', says: 'Something went wrong inside bayar.' },
} as const satisfies Record<string, ErrorSpec>

export type ErrorCode = keyof typeof ERRORS

/** One mistake in what was sent or configured: which field, what is wrong, and the way out. */
export interface Problem {
  readonly field: string
  readonly reason: string
}

/** `item_details[0].name` is about `item_details`. */
export function isAbout(field: string, whole: string): boolean {
  return field === whole || field.startsWith(`${whole}.`) || field.startsWith(`${whole}[`)
}

export interface ErrorDetails {
  readonly problems?: readonly Problem[]
  readonly [key: string]: unknown
}

const brand = Symbol.for('bayar.error')

export class BayarError extends Error {
  override readonly name = 'BayarError'
  readonly [brand] = true
  readonly code: ErrorCode
  readonly status: number
  readonly retry: Retry
  readonly details: ErrorDetails

  constructor(code: ErrorCode, because = '', options: { details?: ErrorDetails; cause?: unknown } = {}) {
    const spec = ERRORS[code]
    super(
      because ? `${spec.says} ${because}` : spec.says,
      options.cause === undefined ? {} : { cause: options.cause },
    )
    this.code = code
    this.status = spec.status
    this.retry = spec.retry
    this.details = options.details ?? {}
  }
}

/** True for a BayarError, also one thrown by a second copy of the package. */
export function isBayarError(error: unknown, code?: ErrorCode): error is BayarError {
  if (typeof error !== 'object' || error === null || !(brand in error)) return false
  return code === undefined || (error as BayarError).code === code
}

/** Several mistakes at once, because finding them one by one costs a deployment each. */
export function invalidRequest(problems: readonly Problem[]): BayarError {
  const sentence = problems.map((problem) => `${problem.field}: ${problem.reason}`).join('; ')
  return new BayarError('invalid_request', /[.?]$/.test(sentence) ? sentence : `${sentence}.`, {
    details: { problems },
  })
}

/**
 * For what cannot be unless this code is wrong. It is not a BayarError on purpose: the transaction aborts, and no
 * caller is told that the fault was theirs.
 */
export function assert(condition: unknown, sentence: string): asserts condition {
  if (!condition) throw new Error(`bayar is wrong: ${sentence}`)
}
