import type { Random } from './random.ts'

/**
 * Transaction ids: shaped like UUID version 4, made from the number of the transaction and back. Kept as text in an index of their own, a
 * million of them would take a fifth of the simulator's memory.
 */
export class SequenceIds {
  readonly #salt: readonly [number, number, number, number]

  constructor(random: Random) {
    const word = () => random.whole(0, 2 ** 32 - 1)
    this.#salt = [word(), word(), word(), word()]
  }

  idOf(sequence: number): string {
    const [first, second, third, fourth] = this.#salt
    const head = hex(Math.imul(sequence ^ first, FACTOR) >>> 0)
    const tail = hex(mix(sequence ^ second)) + hex(mix(sequence ^ third)) + hex(mix(sequence ^ fourth))
    return `${head}-${tail.slice(0, 4)}-4${tail.slice(5, 8)}-${'89ab'[Number.parseInt(tail[8]!, 16) & 3]}${tail.slice(9, 12)}-${tail.slice(12)}`
  }

  /** 0 for what is none of these ids. */
  sequenceOf(id: string): number {
    if (!/^[0-9a-f]{8}-/.test(id)) return 0
    const sequence = this.sequenceOfStart(id.slice(0, 8))
    return this.idOf(sequence) === id ? sequence : 0
  }

  /** By the first eight digits of an id; whether the rest agrees, the caller must see. */
  sequenceOfStart(start: string): number {
    return (Math.imul(Number.parseInt(start, 16), INVERSE) ^ this.#salt[0]) >>> 0
  }
}

/** Odd, so that multiplying by it modulo 2³² loses nothing, and multiplying by its inverse leads back. */
const FACTOR = 0x9e3779b1
const INVERSE = inverseOf(FACTOR)

/** Newton's iteration: each round doubles the bits that are right. */
function inverseOf(factor: number): number {
  let inverse = factor
  for (let round = 0; round < 5; round++) inverse = Math.imul(inverse, 2 - Math.imul(factor, inverse))
  return inverse
}

/** Spreads every bit over all of them (the finish of MurmurHash3). */
function mix(value: number): number {
  let mixed = Math.imul(value ^ (value >>> 16), 0x85ebca6b)
  mixed = Math.imul(mixed ^ (mixed >>> 13), 0xc2b2ae35)
  return (mixed ^ (mixed >>> 16)) >>> 0
}

function hex(word: number): string {
  return word.toString(16).padStart(8, '0')
}
