import { invalidRequest, type Problem } from '../errors.ts'
import { basesOf, checkKey, hintFor, type KeyAndPlace } from './account-key.ts'
import { classify, messagesOf } from './answer-codes.ts'
import { ENDPOINTS, pathOf, type Verb } from './endpoints.ts'
import { type Arrived, exchange, orAborted } from './exchange.ts'
import type { Answer } from './port.ts'
import { readDocument } from './read-document.ts'
import { redact } from './redact.ts'
import {
  type CaptureRequest,
  type ChargeRequest,
  HEADERS,
  IDEMPOTENCY_KEY_MAX,
  NOTIFICATION_URLS_MAX,
  type RefundRequest,
} from './wire.ts'

/**
 * Midtrans over `fetch`, alone: no database, nothing of Node's, so it runs on edge runtimes too. Each method answers an `Answer` and throws
 * only for what it refuses to send; whatever happens after that, a cut line included, is an answer of class `unknown`.
 *
 * It never repeats a request and never follows a redirect: the first could move money twice, the second would hand the key to whoever is
 * named in `Location`.
 */
export interface MidtransClientOptions extends KeyAndPlace {
  readonly fetch?: typeof fetch | undefined
  /** Midtrans names no limit of its own; a card charge can wait tens of seconds for a bank. */
  readonly deadlineSeconds?: number | undefined
}

export interface AskOptions {
  /** Idempotency-Key: the same request with the same key within 5 minutes gets the first one's answer. */
  readonly key?: string | undefined
  readonly signal?: AbortSignal | undefined
}

export interface ChargeOptions extends AskOptions {
  /** Notified instead of the address in the dashboard. */
  readonly overrideNotification?: readonly string[] | undefined
  /** Notified in addition to it. */
  readonly appendNotification?: readonly string[] | undefined
}

export interface MidtransClient {
  charge(request: ChargeRequest, options?: ChargeOptions): Promise<Answer>
  /** By transaction id wherever there is one: an order id may name several transactions. */
  status(id: string, options?: AskOptions): Promise<Answer>
  /** Every transaction of an order id, newest first. Pages count from 0. */
  statusB2b(
    id: string,
    options?: AskOptions & { readonly page?: number; readonly perPage?: number },
  ): Promise<Answer>
  cancel(id: string, options?: AskOptions): Promise<Answer>
  expire(id: string, options?: AskOptions): Promise<Answer>
  approve(id: string, options?: AskOptions): Promise<Answer>
  deny(id: string, options?: AskOptions): Promise<Answer>
  capture(request: CaptureRequest, options?: AskOptions): Promise<Answer>
  refund(id: string, request: RefundRequest, options?: AskOptions): Promise<Answer>
  directRefund(id: string, request: RefundRequest, options?: AskOptions): Promise<Answer>
}

const DEADLINE_SECONDS = 30

export function createMidtransClient(options: MidtransClientOptions): MidtransClient {
  checkKey(options)
  const { serverKey, deadlineSeconds = DEADLINE_SECONDS } = options
  const bases = basesOf(options)
  const authorization = `Basic ${btoa(`${serverKey}:`)}`

  const ask = async (verb: Verb, asked: Asked): Promise<Answer> => {
    const { method, host, takesKey } = ENDPOINTS[verb]
    const url = `${bases[host]}${pathOf(verb, asked.id)}${asked.query ?? ''}`
    const headers: Record<string, string> = {
      Accept: 'application/json',
      Authorization: authorization,
      'User-Agent': 'bayar',
      ...(method === 'POST' && { 'Content-Type': 'application/json' }),
      ...(takesKey && keyHeader(asked.key)),
      ...asked.headers,
    }
    const body = asked.body === undefined ? null : JSON.stringify(asked.body)
    const deadline = AbortSignal.timeout(deadlineSeconds * 1000)
    const signal = asked.signal ? AbortSignal.any([deadline, asked.signal]) : deadline
    const send = options.fetch ?? globalThis.fetch
    let received: Arrived
    try {
      signal.throwIfAborted()
      const init = { method, headers, body, signal, redirect: 'manual' } as const
      received = await orAborted(signal, exchange(send, url, init))
    } catch (cause) {
      const isLate = deadline.aborted
      return silence(
        isLate ? `Midtrans did not answer within ${deadlineSeconds} s.` : whatHappened(cause, signal),
      )
    }
    return answerOf(verb, received, options)
  }

  return {
    charge: async (request, { overrideNotification, appendNotification, ...options } = {}) =>
      ask('charge', {
        ...options,
        body: request,
        headers: {
          ...urlsHeader('overrideNotification', overrideNotification),
          ...urlsHeader('appendNotification', appendNotification),
        },
      }),
    status: (id, options) => ask('status', { ...options, id }),
    statusB2b: (id, { page = 0, perPage = 10, ...options } = {}) =>
      ask('statusB2b', {
        ...options,
        id,
        query: `?${new URLSearchParams({ page: `${page}`, per_page: `${perPage}` })}`,
      }),
    cancel: (id, options) => ask('cancel', { ...options, id }),
    expire: (id, options) => ask('expire', { ...options, id }),
    approve: (id, options) => ask('approve', { ...options, id }),
    deny: (id, options) => ask('deny', { ...options, id }),
    capture: (request, options) => ask('capture', { ...options, body: request }),
    refund: (id, request, options) => ask('refund', { ...options, id, body: request }),
    directRefund: (id, request, options) => ask('directRefund', { ...options, id, body: request }),
  }
}

interface Asked extends AskOptions {
  readonly id?: string
  readonly query?: string
  readonly body?: object
  readonly headers?: Readonly<Record<string, string>>
}

// ---------------------------------------------------------------- headers

function keyHeader(key: string | undefined): Record<string, string> {
  if (key === undefined) return {}
  if (!/^[\x21-\x7e]+$/.test(key) || key.length > IDEMPOTENCY_KEY_MAX) {
    // Midtrans ignores such a key without a word, and the retry would be a second charge.
    throw invalidRequest([
      { field: 'key', reason: `takes 1 to ${IDEMPOTENCY_KEY_MAX} printable characters without spaces` },
    ])
  }
  return { [HEADERS.idempotencyKey]: key }
}

function urlsHeader(
  field: 'overrideNotification' | 'appendNotification',
  urls: readonly string[] = [],
): Record<string, string> {
  if (urls.length === 0) return {}
  const problems: Problem[] = []
  if (urls.length > NOTIFICATION_URLS_MAX)
    problems.push({ field, reason: `takes ${NOTIFICATION_URLS_MAX} addresses at most` })
  for (const url of urls) {
    if (!/^https?:\/\/[\x21-\x2b\x2d-\x7e]+$/.test(url)) {
      problems.push({ field, reason: 'takes http and https addresses without commas and spaces' })
    }
  }
  if (problems.length > 0) throw invalidRequest(problems)
  return { [HEADERS[field]]: urls.join(',') }
}

// ---------------------------------------------------------------- the answer

function answerOf(
  verb: Verb,
  { httpStatus, contentType, body }: Arrived,
  options: MidtransClientOptions,
): Answer {
  const document = body && readDocument(body)
  const classified = classify(verb, { httpStatus, document })
  const { message, validationMessages } = messagesOf(document)
  const shown = (text: string) => redact(text, [options.serverKey])
  const fromMidtrans = document !== undefined && (message !== '' || classified.class !== 'unknown')
  return {
    ...classified,
    httpStatus,
    message: fromMidtrans
      ? sentence(shown(message), hintFor(classified.code, options))
      : `What answered was not Midtrans (HTTP ${httpStatus}, ${body ? shown(contentType) : 'more than 1 MiB'}).`,
    validationMessages: validationMessages.map(shown),
    document: fromMidtrans && body ? body : null,
  }
}

function sentence(message: string, hint: string): string {
  return hint === '' ? message : `${message} ${hint}`.trim()
}

/** Nothing came back: the request may have arrived all the same. */
function silence(message: string): Answer {
  return { class: 'unknown', code: null, httpStatus: null, message, validationMessages: [], document: null }
}

/** By the error's code alone: its message may carry an address, a header or a body (defect D25). */
function whatHappened(error: unknown, signal: AbortSignal): string {
  if (signal.aborted) return 'The question was given up before Midtrans answered.'
  const code = codeOf(error) ?? codeOf((error as { cause?: unknown } | null)?.cause)
  return code === undefined
    ? 'The connection to Midtrans failed.'
    : `The connection to Midtrans failed: ${code}.`
}

function codeOf(error: unknown): string | undefined {
  const code = typeof error === 'object' && error !== null ? (error as { code?: unknown }).code : undefined
  return typeof code === 'string' && /^[A-Z_]{3,40}$/.test(code) ? code : undefined
}
