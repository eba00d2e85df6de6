import { BayarError, invalidRequest, type Problem } from '../errors.ts'
import { basesOf, checkKey, hintFor, type KeyAndPlace } from './account-key.ts'
import { classify, messagesOf } from './answer-codes.ts'
import type { Told } from './api-documents.ts'
import { fitText } from './clean-text.ts'
import { ENDPOINTS, pathOf, type Verb } from './endpoints.ts'
import { type Arrived, exchange, orAborted } from './exchange.ts'
import type { Answer } from './port.ts'
import { readDocument } from './read-document.ts'
import { redact } from './redact.ts'
import { HEADERS, IDEMPOTENCY_KEY_MAX, NOTIFICATION_URLS_MAX, type WireDocument } from './wire.ts'

/**
 * One question to Midtrans over `fetch`, and its answer. It throws only for what it refuses to send; whatever happens after that, a cut line included, is an answer of class `unknown`.
 *
 * It never repeats a request and never follows a redirect: the first could move money twice, the second would hand the key to whoever is named in `Location`.
 */
export interface MidtransClientOptions extends KeyAndPlace {
  /** For the few endpoints that a browser may call: card tokens. */
  readonly clientKey?: string | undefined
  readonly fetch?: typeof fetch | undefined
  /** Midtrans names no limit of its own; a card charge can wait tens of seconds for a bank. */
  readonly deadlineSeconds?: number | undefined
}

export interface AskOptions {
  /** Idempotency-Key: the same request with the same key within 5 minutes gets the first one's answer. */
  readonly key?: string | undefined
  readonly signal?: AbortSignal | undefined
}

/** An answer with its body read: what is documented, as far as it is there, and whatever Midtrans has added since. */
export interface MidtransAnswer<Body = WireDocument> extends Answer {
  readonly body: Told<Body> | null
}

export interface Asked extends AskOptions {
  readonly id?: string
  readonly query?: object
  readonly body?: object
  readonly headers?: Readonly<Record<string, string>>
}

export type AskMidtrans = <Body>(verb: Verb, asked: Asked) => Promise<MidtransAnswer<Body>>

const DEADLINE_SECONDS = 30

export function createAsk(options: MidtransClientOptions): AskMidtrans {
  checkKey(options)
  const { serverKey, deadlineSeconds = DEADLINE_SECONDS } = options
  const bases = basesOf(options)
  const authorization = `Basic ${btoa(`${serverKey}:`)}`

  return async <Body>(verb: Verb, asked: Asked) => {
    const { method, host, keyHeader, auth } = ENDPOINTS[verb]
    const isOurs = auth === 'server_key'
    const query = queryOf(isOurs ? asked.query : { client_key: clientKeyOf(options), ...asked.query })
    const url = `${bases[host]}${pathOf(verb, asked.id)}${query}`
    const headers: Record<string, string> = {
      Accept: 'application/json',
      ...(isOurs && { Authorization: authorization }),
      'User-Agent': 'bayar',
      ...(asked.body !== undefined || method === 'POST' ? { 'Content-Type': 'application/json' } : {}),
      ...(keyHeader !== null && headerOf(keyHeader, asked.key)),
      ...asked.headers,
    }
    const body = asked.body === undefined ? null : JSON.stringify(asked.body)
    // Not `AbortSignal.timeout`: its timer lives on after the answer, and a sweep over a million payments would carry tens of thousands of them.
    const { signal: deadline, stop } = deadlineIn(deadlineSeconds)
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
    } finally {
      stop()
    }
    return answerOf<Body>(verb, received, options)
  }
}

function deadlineIn(seconds: number): { readonly signal: AbortSignal; readonly stop: () => void } {
  const controller = new AbortController()
  const timer = setTimeout(
    () => controller.abort(new DOMException('The deadline is over.', 'TimeoutError')),
    seconds * 1000,
  )
  return { signal: controller.signal, stop: () => clearTimeout(timer) }
}

// ---------------------------------------------------------------- address and headers

function queryOf(query: object = {}): string {
  const given = Object.entries(query).filter(([, value]) => value !== undefined)
  return given.length === 0
    ? ''
    : `?${new URLSearchParams(given.map(([name, value]) => [name, String(value)] as [string, string]))}`
}

function clientKeyOf({ clientKey }: MidtransClientOptions): string {
  if (clientKey === undefined)
    throw new BayarError('keys_missing', 'Card tokens are made with the client key: pass `clientKey`.')
  return clientKey
}

function headerOf(name: string, key: string | undefined): Record<string, string> {
  if (key === undefined) return {}
  if (!/^[\x21-\x7e]+$/.test(key) || key.length > IDEMPOTENCY_KEY_MAX) {
    // Midtrans ignores such a key without a word, and the retry would be a second charge.
    throw invalidRequest([
      { field: 'key', reason: `takes 1 to ${IDEMPOTENCY_KEY_MAX} printable characters without spaces` },
    ])
  }
  return { [name]: key }
}

/** Up to three addresses in one of the notification headers. */
export function urlsHeader(
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

function answerOf<Body>(
  verb: Verb,
  { httpStatus, contentType, body }: Arrived,
  options: MidtransClientOptions,
): MidtransAnswer<Body> {
  const document = body && readDocument(body)
  const classified = classify(verb, { httpStatus, document })
  const isRefusal = classified.class === 'rejected'
  const { message, validationMessages } = messagesOf(document)
  const shown = (text: string) => fitText(redact(text, [options.serverKey, options.clientKey ?? '']))
  const fromMidtrans = document !== undefined && (message !== '' || classified.class !== 'unknown')
  return {
    ...classified,
    httpStatus,
    message:
      fromMidtrans || isRefusal
        ? sentence(shown(message), hintFor(classified.code, options))
        : `What answered was not Midtrans (HTTP ${httpStatus}, ${body ? shown(contentType) : 'more than 1 MiB'}).`,
    validationMessages: validationMessages.map(shown),
    document: fromMidtrans && body ? body : null,
    body: fromMidtrans ? (document as Told<Body>) : null,
  }
}

function sentence(message: string, hint: string): string {
  return hint === '' ? message : `${message} ${hint}`.trim()
}

/** Nothing came back: the request may have arrived all the same. */
function silence(message: string): MidtransAnswer<never> {
  return {
    class: 'unknown',
    code: null,
    httpStatus: null,
    message,
    validationMessages: [],
    document: null,
    body: null,
  }
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
