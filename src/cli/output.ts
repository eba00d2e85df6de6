/**
 * What a command says. Answers go to stdout: sentences and tables, or with `--json` one JSON document (long lists: one a line). What is said about the work
 * (progress, warnings) goes to stderr, so that answers can be piped.
 */
import { formatJakartaTime } from '../domain/jakarta-time.ts'
import { toSnake } from '../http/wire-case.ts'

export class Output {
  readonly isJson: boolean

  constructor(isJson: boolean) {
    this.isJson = isJson
  }

  /** The same answer for a program and for a person. */
  answer(value: unknown, text: () => string): void {
    process.stdout.write(`${this.isJson ? JSON.stringify(toSnake(value)) : text()}\n`)
  }

  /** For the person at the terminal; a program is not disturbed. */
  note(text: string): void {
    if (!this.isJson) process.stderr.write(`${text}\n`)
  }
}

export type Cell = string | number | boolean | Date | null | undefined

/** Columns as wide as their widest cell. */
export function table(head: readonly string[], rows: readonly (readonly Cell[])[]): string {
  const lines = [head, ...rows.map((row) => row.map(show))]
  const widths = head.map((_, column) => Math.max(...lines.map((line) => line[column]!.length)))
  return lines
    .map((line) =>
      line
        .map((cell, column) => cell.padEnd(widths[column]!))
        .join('  ')
        .trimEnd(),
    )
    .join('\n')
}

/** Names in front, their values behind; what is not there is left out. */
export function facts(pairs: readonly (readonly [string, Cell])[]): string {
  const told = pairs.filter(([, value]) => value !== null && value !== undefined && value !== '')
  const width = Math.max(...told.map(([name]) => name.length))
  return told.map(([name, value]) => `${name.padEnd(width)}  ${show(value)}`).join('\n')
}

function show(cell: Cell): string {
  if (cell === null || cell === undefined) return '-'
  if (cell instanceof Date) return formatJakartaTime(cell)
  return printable(String(cell))
}

export function rupiah(amount: number): string {
  return `Rp ${amount.toLocaleString('id-ID')}`
}

/** An order id from a forged notification must not steer the terminal that shows it. */
export function printable(text: string): string {
  return text.replace(/[\u0000-\u001f\u007f-\u009f]/g, '\ufffd')
}
