/**
 * Reads a request's body under two limits, size and time, wherever the request came from. Under Node's own server the bytes are taken from the socket's stream directly: the detour through a
 * web stream costs more than the verification of the signature does.
 */
import type { IncomingMessage } from 'node:http'
import { BayarError } from '../errors.ts'
import type { Limits } from './limits.ts'

/** As much of a request as the arrival of a notification looks at. */
export interface Arriving {
  readonly headers: { get(name: string): string | null }
  readonly body?: Request['body']
}

/** What our own Node adapter passes as `env`: nobody else reads this message's body. It can stand for the request itself, for whom making a web `Request` would only cost time. */
export class NodeConnection implements Arriving {
  readonly incoming: IncomingMessage

  constructor(incoming: IncomingMessage) {
    this.incoming = incoming
  }

  get headers(): Arriving['headers'] {
    return this
  }

  get(name: string): string | null {
    const value = this.incoming.headers[name]
    return typeof value === 'string' ? value : (value?.join(', ') ?? null)
  }
}

/** The sender went away in the middle: there is nobody to answer, and nothing to count. */
export class SenderGone extends Error {}

export async function readBody(request: Arriving, env: unknown, limits: Limits): Promise<Uint8Array> {
  // Refused before a byte of it is read.
  const announced = request.headers.get('content-length')
  if (announced !== null && Number(announced) > limits.bodyBytesMax) throw tooLarge(limits)
  return env instanceof NodeConnection ? readIncoming(env.incoming, limits) : readStream(request, limits)
}

function tooLarge(limits: Limits): BayarError {
  return new BayarError('too_large', `At most ${limits.bodyBytesMax} bytes are read.`)
}

function tooSlow(limits: Limits): BayarError {
  return new BayarError('too_slow', `It must be complete within ${limits.bodyDeadlineMs / 1000} seconds.`)
}

function readIncoming(incoming: IncomingMessage, limits: Limits): Promise<Uint8Array> {
  if (incoming.readableDidRead || incoming.readableEnded) return Promise.resolve(readByHost(incoming, limits))
  return new Promise((resolve, reject) => {
    const chunks: Buffer[] = []
    let size = 0
    const onData = (chunk: Buffer) => {
      size += chunk.length
      if (size > limits.bodyBytesMax) {
        incoming.pause()
        end()
        reject(tooLarge(limits))
      } else {
        chunks.push(chunk)
      }
    }
    const onEnd = () => {
      end()
      resolve(chunks.length === 1 ? chunks[0]! : Buffer.concat(chunks, size))
    }
    const onGone = () => {
      end()
      reject(new SenderGone())
    }
    const timer = setTimeout(() => {
      incoming.pause()
      end()
      reject(tooSlow(limits))
    }, limits.bodyDeadlineMs)
    const end = () => {
      clearTimeout(timer)
      incoming.off('data', onData).off('end', onEnd).off('error', onGone).off('close', onGone)
    }
    incoming.on('data', onData).on('end', onEnd).on('error', onGone).on('close', onGone)
  })
}

/**
 * A host's body parser was there first. Its raw bytes are as good as ours; its parsed object is written out again, which is enough because Midtrans signs fields and not bytes.
 */
function readByHost(
  incoming: IncomingMessage & { rawBody?: unknown; body?: unknown },
  limits: Limits,
): Uint8Array {
  const { rawBody, body } = incoming
  const bytes =
    rawBody instanceof Uint8Array ? rawBody : Buffer.from(body === undefined ? '' : JSON.stringify(body))
  if (bytes.length > limits.bodyBytesMax) throw tooLarge(limits)
  return bytes
}

async function readStream(request: Arriving, limits: Limits): Promise<Uint8Array> {
  const reader = request.body?.getReader()
  if (!reader) return new Uint8Array()
  let timer: NodeJS.Timeout | undefined
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(tooSlow(limits)), limits.bodyDeadlineMs)
  })
  const chunks: Uint8Array[] = []
  let size = 0
  try {
    for (;;) {
      const { done, value } = await Promise.race([orGone(reader.read()), late])
      if (done) return chunks.length === 1 ? chunks[0]! : Buffer.concat(chunks, size)
      size += value.length
      if (size > limits.bodyBytesMax) throw tooLarge(limits)
      chunks.push(value)
    }
  } catch (error) {
    reader.cancel().catch(() => {})
    throw error
  } finally {
    clearTimeout(timer)
  }
}

async function orGone<T>(reading: Promise<T>): Promise<T> {
  try {
    return await reading
  } catch {
    throw new SenderGone()
  }
}
