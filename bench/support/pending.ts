/** Numbers of the payments that still wait for their settlement, drawn in a mixed order: customers do not pay in the order in which they were charged. */
import type pg from 'pg'
import { seedPayments, settle } from './seed.ts'

export class Pending {
  readonly #pool: pg.Pool
  #numbers: number[] = []
  #next = 0
  #random = 20_261_120

  constructor(pool: pg.Pool) {
    this.#pool = pool
  }

  /** Until there are `count` of them. */
  async fill(count: number): Promise<void> {
    const to = this.#next + Math.max(0, count - this.#numbers.length)
    await seedPayments(this.#pool, this.#next, to)
    for (; this.#next < to; this.#next++) this.#numbers.push(this.#next)
    this.#mix()
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
  #mix(): void {
    const numbers = this.#numbers
    const W = Number(process.env.WINDOW ?? 1e9)
    for (let last = numbers.length - 1; last > 0; last--) {
      this.#random = (this.#random * 48_271) % 2_147_483_647
      const low = Math.max(0, last - W)
      const other = low + this.#random % (last + 1 - low)
      const kept = numbers[last]!
      numbers[last] = numbers[other]!
      numbers[other] = kept
    }
  }
}
