import { randomBytes } from 'node:crypto'

/**
 * Everything accidental (ids, account numbers, the shift of a retry) is drawn from here, so that a run can be told again from its seed. Each
 * purpose draws from a stream of its own: how often a delivery failed must not change the number of the next virtual account.
 */
export interface Random {
  /** At least 0, below 1. */
  fraction(): number
  /** Shaped like UUID version 4. */
  uuid(): string
  digits(length: number): string
  /** Between `least` and `most`, both included. */
  whole(least: number, most: number): number
}

export type Stream =
  | 'keys'
  | 'transactions'
  | 'cards'
  | 'accounts'
  | 'answers'
  | 'retries'
  | 'tests'
  | 'checkouts'
  | 'subscriptions'
  | 'invoices'

/** Without a seed the world is different each time; with another epoch, the same seed goes on elsewhere. */
export function createRandom(seed: number | undefined, stream: Stream, epoch = 0): Random {
  const next =
    seed === undefined
      ? sfc32(unpredictable())
      : sfc32(spread(epoch === 0 ? `${seed}/${stream}` : `${seed}/${stream}/${epoch}`))
  const fraction = () => next() / 2 ** 32
  const whole = (least: number, most: number) => least + Math.floor(fraction() * (most - least + 1))
  return {
    fraction,
    whole,
    digits(length) {
      let text = ''
      while (text.length < length) text += String(next() % 10)
      return text
    },
    uuid() {
      const hex = word(next()) + word(next()) + word(next()) + word(next())
      const variant = '89ab'[next() & 3]
      return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-4${hex.slice(13, 16)}-${variant}${hex.slice(17, 20)}-${hex.slice(20)}`
    },
  }
}

type State = readonly [number, number, number, number]

function word(value: number): string {
  return value.toString(16).padStart(8, '0')
}

/** Chris Doty-Humphrey's small fast counter: 128 bits of state, so a million ids never meet. */
function sfc32([a0, b0, c0, d0]: State): () => number {
  let a = a0 | 0
  let b = b0 | 0
  let c = c0 | 0
  let counter = d0 | 0
  const next = () => {
    const sum = (((a + b) | 0) + counter) | 0
    counter = (counter + 1) | 0
    a = b ^ (b >>> 9)
    b = (c + (c << 3)) | 0
    c = ((c << 21) | (c >>> 11)) + sum
    c |= 0
    return sum >>> 0
  }
  // The first draws still resemble the seed.
  for (let round = 0; round < 15; round++) next()
  return next
}

function unpredictable(): State {
  const bytes = randomBytes(16)
  return [bytes.readUInt32LE(0), bytes.readUInt32LE(4), bytes.readUInt32LE(8), bytes.readUInt32LE(12)]
}

/** FNV-1a over the text, started four times. */
function spread(text: string): State {
  const hash = (start: number) => {
    let value = start
    for (let at = 0; at < text.length; at++) value = Math.imul(value ^ text.charCodeAt(at), 0x01000193)
    return value >>> 0
  }
  return [hash(0x811c9dc5), hash(0x9e3779b9), hash(0x85ebca6b), 1]
}
