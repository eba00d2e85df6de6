/** The largest true answers are a few kilobytes; whatever is larger must not fill the memory of the one who asked. */
const ANSWER_BYTES_MAX = 1024 * 1024

export interface Arrived {
  readonly httpStatus: number
  readonly contentType: string
  /** Undefined when it was too large to be an answer. */
  readonly body: Uint8Array | undefined
}

/** One request and its whole answer. */
export async function exchange(send: typeof fetch, url: string, init: RequestInit): Promise<Arrived> {
  const response = await send(url, init)
  return {
    httpStatus: response.status,
    contentType: response.headers.get('content-type') ?? 'no content type',
    body: await readBounded(response),
  }
}

async function readBounded(response: Response): Promise<Uint8Array | undefined> {
  const reader = response.body?.getReader()
  if (!reader) return new Uint8Array()
  const chunks: Uint8Array[] = []
  let length = 0
  for (;;) {
    const { done, value } = await reader.read()
    if (done) break
    length += value.length
    if (length > ANSWER_BYTES_MAX) {
      await reader.cancel()
      return undefined
    }
    chunks.push(value)
  }
  const whole = new Uint8Array(length)
  let at = 0
  for (const chunk of chunks) {
    whole.set(chunk, at)
    at += chunk.length
  }
  return whole
}

/** A `fetch` that does not listen to its signal must not hold an intent for ever. */
export function orAborted<T>(signal: AbortSignal, work: Promise<T>): Promise<T> {
  return new Promise((resolve, reject) => {
    const giveUp = () => reject(signal.reason)
    if (signal.aborted) giveUp()
    signal.addEventListener('abort', giveUp, { once: true })
    work.then(resolve, reject).finally(() => signal.removeEventListener('abort', giveUp))
  })
}
