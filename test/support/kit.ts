import { openDatabase } from '../../src/store/database.ts'
import { createTestBayar, type TestBayar, type TestBayarOptions } from '../../src/testing/index.ts'
import { checkBooks } from './books.ts'
import { cloneDatabase } from './database.ts'

export interface Kit extends TestBayar {
  /** Looks into the database. */
  rows<R = Record<string, unknown>>(text: string, params?: readonly unknown[]): Promise<R[]>
  /** Every event's type of one order, in order. */
  told(orderId: string): string[]
}

/** The kit that users have, on a clone of this run's migrated template, and checked when it ends: the books must be right after every test. */
export async function kit(options: TestBayarOptions = {}): Promise<Kit> {
  const database = await cloneDatabase()
  const test = await createTestBayar({ ...options, database: database.url })
  const direct = openDatabase({ database: database.url, connections: 2 })
  const made: Kit = {
    ...test,
    rows: async <R>(text: string, params: readonly unknown[] = []) =>
      (await direct.query<R>(text, params)).rows,
    told: (orderId) => test.events.filter((event) => event.orderId === orderId).map((event) => event.type),
    async close() {
      await checkBooks(direct)
      await direct.close()
      await test.close()
      await database.drop()
    },
    [Symbol.asyncDispose]: () => made.close(),
  }
  return made
}
