import type { Asked } from './meddled-shop.ts'

/** As docs/architecture.md has it. */
const ORDER = ['payments', 'refunds', 'obligations', 'subscriptions', 'wallets', 'invoices'] as const
const LOCKS = /from bayar\.(\w+)\b.* for (?:no key )?update/s

/**
 * Every transaction that passes by is watched: whoever asks for a row that comes before one that they hold is written down. Two such transactions wait for each other one day, and which of them the database ends is
 * chance; here it is found without that chance.
 */
export function watchLockOrder() {
  const held = new Map<object, { highest: number; rows: Set<string>; story: string[] }>()
  const broken: string[] = []
  const seen = new Set<string>()
  return {
    /** Empty, or the order in which a transaction took its locks. */
    broken: broken as readonly string[],
    /** The tables that were locked together, in the order in which they were. */
    seen: () => [...seen].toSorted(),
    watch(statement: string, { values, connection }: Asked): void {
      const text = statement.trim().toLowerCase()
      if (/^(begin|start|commit|rollback(?! to))/.test(text)) {
        const ended = held.get(connection)
        if (ended && ended.story.length > 1) seen.add(ended.story.join(' → '))
        held.delete(connection)
        return
      }
      const table = LOCKS.exec(text)?.[1]
      const rank = ORDER.indexOf(table as (typeof ORDER)[number])
      if (rank < 0 || text.includes('skip locked')) return
      const own = held.get(connection) ?? { highest: -1, rows: new Set<string>(), story: [] }
      held.set(connection, own)
      const row = `${table} ${JSON.stringify(values)}`
      // Asked for once more, it is theirs already.
      if (own.rows.has(row)) return
      own.rows.add(row)
      if (own.story.at(-1) !== table) own.story.push(table!)
      if (rank < own.highest) broken.push(own.story.join(' → '))
      own.highest = Math.max(own.highest, rank)
    },
  }
}
