import { ANSWER_DEADLINE_SECONDS, FOLLOWED_REDIRECTS, HOPS_MAX } from './retry-policy.ts'

/** How a notification travels: the global fetch, or in tests the product's own `fetch`. */
export type Deliver = (request: Request) => Promise<Response>

export interface Delivered {
  /** Undefined when no answer came. */
  readonly httpStatus: number | undefined
  /** Why no answer came, or what the merchant wrote beside a refusal. */
  readonly says: string | null
  /** Redirects that were followed. */
  readonly hops: number
  readonly durationMs: number
}

const EXCERPT_BYTES = 300

/** One attempt: POST, at most five redirects that keep the method, fifteen seconds. Never throws. */
export async function deliverNotification(body: string, url: string, deliver: Deliver): Promise<Delivered> {
  const startedMs = performance.now()
  const patience = new AbortController()
  // Put away afterwards: `AbortSignal.timeout` would keep every delivered request in memory until its fifteen seconds are over.
  const timer = setTimeout(() => patience.abort(), ANSWER_DEADLINE_SECONDS * 1000).unref()
  const deadline = patience.signal
  let hops = 0
  const done = (httpStatus: number | undefined, says: string | null): Delivered => ({
    httpStatus,
    says,
    hops,
    durationMs: Math.round(performance.now() - startedMs),
  })
  try {
    for (let address = url; ; hops++) {
      const response = await inTime(deliver(requestTo(address, body, deadline)), deadline)
      const next =
        FOLLOWED_REDIRECTS.has(response.status) && hops < HOPS_MAX ? response.headers.get('location') : null
      if (next === null) return done(response.status, await excerptOf(response, deadline))
      await response.body?.cancel()
      address = new URL(next, address).href
    }
  } catch (error) {
    return done(
      undefined,
      deadline.aborted ? `no answer within ${ANSWER_DEADLINE_SECONDS} s` : reasonOf(error),
    )
  } finally {
    clearTimeout(timer)
  }
}

function requestTo(url: string, body: string, signal: AbortSignal): Request {
  return new Request(url, {
    method: 'POST',
    body,
    redirect: 'manual',
    signal,
    headers: { 'Content-Type': 'application/json', Accept: 'application/json', 'User-Agent': 'Veritrans' },
  })
}

/** A receiver that ignores its abort signal must not hold the simulator up. */
function inTime<T>(work: Promise<T>, deadline: AbortSignal): Promise<T> {
  return new Promise<T>((resolve, reject) => {
    const giveUp = () => reject(deadline.reason)
    deadline.addEventListener('abort', giveUp, { once: true })
    work.then(resolve, reject).finally(() => deadline.removeEventListener('abort', giveUp))
  })
}

/** What the merchant's server wrote is the quickest way to its mistake; of a 2xx nobody asks. */
async function excerptOf(response: Response, deadline: AbortSignal): Promise<string | null> {
  if (response.ok || !response.body) {
    await response.body?.cancel()
    return null
  }
  const reader = response.body.getReader()
  const { value } = await inTime(reader.read(), deadline)
  await reader.cancel()
  return value ? new TextDecoder().decode(value.subarray(0, EXCERPT_BYTES)) : null
}

function reasonOf(error: unknown): string {
  const cause = error instanceof Error && error.cause instanceof Error ? error.cause : error
  if (!(cause instanceof Error)) return String(cause)
  const code = 'code' in cause ? String(cause.code) : ''
  return cause.message && code ? `${code}: ${cause.message}` : cause.message || code || cause.name
}
