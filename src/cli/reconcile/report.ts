/** The differences as people and programs read them. Row by row, so that a report of any length is written in flat memory. */
import { DIFFERENCE_KINDS, type DifferenceKind } from '../../domain/differences.ts'
import { toSnake } from '../../http/wire-case.ts'
import type { Difference, ShownStanding } from '../../operations/reconciliations/difference.ts'
import { printable } from '../output.ts'

export const FORMATS = ['table', 'json', 'csv'] as const
export type Format = (typeof FORMATS)[number]

type Rows = () => AsyncIterable<Difference>

export async function* writeReport(format: Format, rows: Rows, isFixing: boolean): AsyncGenerator<string> {
  if (format === 'json') {
    for await (const row of rows()) yield `${JSON.stringify(toSnake(row))}\n`
  } else if (format === 'csv') {
    yield `${CSV.map(([name]) => name).join(',')}\n`
    for await (const row of rows()) yield `${CSV.map(([, read]) => quoted(read(row))).join(',')}\n`
  } else {
    yield* tableOf(rows, isFixing)
  }
}

type Column = readonly [name: string, read: (row: Difference) => string | number | boolean | null]

// biome-ignore format: a table is read in columns
const CSV: readonly Column[] = [
  ['kind',             (row) => row.kind],
  ['merchant',         (row) => row.merchant],
  ['order_id',         (row) => row.orderId],
  ['payment_id',       (row) => row.paymentId],
  ['transaction_id',   (row) => row.transactionId],
  ['here_status',      (row) => row.here?.status ?? null],
  ['here_amount',      (row) => row.here?.amount ?? null],
  ['here_given_back',  (row) => row.here?.givenBack ?? null],
  ['there_status',     (row) => row.there?.status ?? null],
  ['there_amount',     (row) => row.there?.amount ?? null],
  ['there_given_back', (row) => row.there?.givenBack ?? null],
  ['after_status',     (row) => row.after?.status ?? null],
  ['after_amount',     (row) => row.after?.amount ?? null],
  ['after_given_back', (row) => row.after?.givenBack ?? null],
  ['is_fixed',         (row) => row.isFixed],
  ['note',             (row) => row.note],
]

/** A spreadsheet takes a cell that begins like a formula for one, and an order id comes from outside. */
function quoted(value: string | number | boolean | null): string {
  if (typeof value !== 'string') return value === null ? '' : String(value)
  const harmless = /^[=+\-@\t\r]/.test(value) ? `'${value}` : value
  return /[",\n\r]/.test(harmless) ? `"${harmless.replaceAll('"', '""')}"` : harmless
}

async function* tableOf(rows: Rows, isFixing: boolean): AsyncGenerator<string> {
  const columns: readonly Column[] = [
    ['difference', (row) => row.kind],
    ['order', (row) => row.orderId ?? '-'],
    ['here', (row) => standing(row.here)],
    ['Midtrans', (row) => standing(row.there)],
    ...(isFixing
      ? [['now', (row) => `${standing(row.after)}${row.isFixed ? '' : ' (not repaired)'}`] as Column]
      : []),
    ['note', (row) => row.note ?? ''],
  ]
  const widths = columns.map(([name]) => name.length)
  const counts = new Map<DifferenceKind, number>()
  let fixed = 0
  for await (const row of rows()) {
    counts.set(row.kind, (counts.get(row.kind) ?? 0) + 1)
    if (row.isFixed) fixed++
    columns.forEach(([, read], index) => {
      widths[index] = Math.max(widths[index]!, printable(String(read(row))).length)
    })
  }
  const line = (cells: readonly string[]) =>
    `${cells
      .map((cell, index) => cell.padEnd(widths[index]!))
      .join('  ')
      .trimEnd()}\n`
  if (counts.size === 0) {
    yield 'No differences.\n'
    return
  }
  yield line(columns.map(([name]) => name))
  for await (const row of rows()) yield line(columns.map(([, read]) => printable(String(read(row)))))
  yield '\n'
  for (const [kind, count] of counts)
    yield `${String(count).padStart(6)}  ${kind}: ${DIFFERENCE_KINDS[kind]}\n`
  if (isFixing) yield `${String(fixed).padStart(6)}  repaired\n`
}

function standing(shown: ShownStanding | null): string {
  if (shown === null) return '-'
  const words = [
    shown.status,
    shown.amount === null ? null : shown.amount.toLocaleString('en'),
    shown.givenBack === 0 ? null : `${shown.givenBack.toLocaleString('en')} given back`,
  ]
  return words.filter((word) => word !== null).join(' ')
}
