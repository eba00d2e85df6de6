import { randomBytes, randomUUID } from 'node:crypto'

const POOL_BYTES = 4096
let pool = Buffer.alloc(0)
let at = 0
let lastMs = 0
let counter = 0

/**
 * UUID version 7 (RFC 9562), made in this process. Time-ordered ids keep the newest rows together on disk and make "sorted
 * by creation" a walk along the primary key. The 12 bits after the time count up within a millisecond, so that ids
 * made by one process sort in the order in which they were made.
 */
export function uuidv7(nowMs: number = Date.now()): string {
  if (nowMs > lastMs) {
    lastMs = nowMs
    counter = 0
  } else if (++counter > 0xfff) {
    lastMs++
    counter = 0
  }
  if (at + 8 > pool.length) {
    pool = randomBytes(POOL_BYTES)
    at = 0
  }
  const random = pool.toString('hex', at, at + 8)
  at += 8
  const time = lastMs.toString(16).padStart(12, '0')
  const variant = ((Number.parseInt(random[0]!, 16) & 0x3) | 0x8).toString(16)
  return `${time.slice(0, 8)}-${time.slice(8)}-7${counter.toString(16).padStart(3, '0')}-${variant}${random.slice(1, 4)}-${random.slice(4)}`
}

/** For keys that leave the house (Idempotency-Key): nothing to read from it. */
export function randomKey(): string {
  return randomUUID()
}

const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/i

export function isUuid(text: string): boolean {
  return UUID.test(text)
}
