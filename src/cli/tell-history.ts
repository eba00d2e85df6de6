import type { HistoryEntry } from '../operations/payments/index.ts'
import { table } from './output.ts'

/** What became of an invoice or a subscription, step by step. */
export function tellHistory(history: readonly HistoryEntry[]): string {
  return table(
    ['#', 'when', 'event', 'status', 'news from'],
    history.map((row) => [row.sequence, row.at, row.event, `${row.previous} > ${row.status}`, row.source]),
  )
}
