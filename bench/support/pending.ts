import type pg from 'pg'
import { seedPayments, settle } from './seed.ts'

/** How far they are out of order: what a busy shop charges in the quarter of an hour in which most customers pay. */
export const RECENT = 20_000

/** Numbers of the payments that still wait for their settlement, in the order in which they will be paid. */
export class Pending {
  readonly #pool: pg.Pool
  #numbers: number[] = []
  #next = 0
  #random = 20_261_120

  constructor(pool: pg.Pool) {
    this.#pool = pool
  }

  /** Until there are `count` of them, each out of order by at most `within`. */
  async fill(count: number, within: number): Promise<void> {
    const to = this.#next + Math.max(0, count - this.#numbers.length)
    await seedPayments(this.#pool, this.#next, to)
    for (; this.#next < to; this.#next++) this.#numbers.push(this.#next)
    this.#mix(within)
    await settle(this.#pool)
  }

  /** The next so many, or as many as there are. They stay until `used`. */
  draw(count: number): number[] {
    return this.#numbers.slice(0, count)
  }

  used(count: number): void {
    this.#numbers.splice(0, count)
  }

  /** Fisher and Yates, by a generator of Park and Miller: the same order in every run. */
  #mix(within: number): void {
    const numbers = this.#numbers
    for (let last = numbers.length - 1; last > 0; last--) {
      this.#random = (this.#random * 48_271) % 2_147_483_647
      const first = Math.max(0, last - within)
      const other = first + (this.#random % (last + 1 - first))
      const kept = numbers[last]!
      numbers[last] = numbers[other]!
      numbers[other] = kept
    }
  }
}
