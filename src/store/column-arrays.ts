/**
 * Many rows as parameters of one statement: an array for each column. The first is unnested and counted, the others are reached by their position: to unnest them all, the server would build
 * a store for every column, which for a batch of a few rows costs more than the rows. A column with the same value in every row travels once, as element 0, and one that is null in every
 * row as a bare null.
 */
type ColumnType = 'uuid' | 'integer' | 'bigint' | 'boolean' | 'text' | 'timestamptz' | 'jsonb'
type Cell = string | number | bigint | boolean | Date | object | null

/** Name, type, and where the value is found. */
export type Column<Row> = readonly [name: string, type: ColumnType, of: (row: Row) => Cell]

/** The rows as a source of the statement, from parameter `first` on; with `ordinality` as the name of a column that counts them from one. */
export function sourceOf<Row>(
  columns: readonly Column<Row>[],
  alias: string,
  first: number,
  ordinality?: string,
): string {
  const [[key, keyType], ...others] = columns as [Column<Row>, ...Column<Row>[]]
  const cells = others.map(([name, type], index) => {
    const array = `($${first + 1 + index}::${type}[])`
    return `coalesce(${array}[r.at], ${array}[0]) as ${name}`
  })
  const selected = [
    `r.value as ${key}`,
    ...cells,
    ...(ordinality === undefined ? [] : [`r.at as ${ordinality}`]),
  ]
  // Behind a select the planner does not count the array: one plan then serves batches of any size, instead of a new one being made for each small one.
  return `(select ${selected.join(', ')}
      from (select value, at::integer as at from unnest((select $${first}::${keyType}[])) with ordinality as one(value, at)) r) as ${alias}`
}

export function arraysOf<Row>(
  columns: readonly Column<Row>[],
  rows: readonly Row[],
): readonly (string | null)[] {
  return columns.map(([, type, of], index) => (index === 0 ? whole(type, of, rows) : arrayOf(type, of, rows)))
}

function arrayOf<Row>(type: ColumnType, of: (row: Row) => Cell, rows: readonly Row[]): string | null {
  if (rows.length === 0) return null
  const first = of(rows[0]!)
  let isSame = true
  for (let at = 1; isSame && at < rows.length; at++) isSame = areSame(first, of(rows[at]!))
  if (!isSame) return whole(type, of, rows)
  return first === null ? null : `[0:0]={${literalOf(type, first)}}`
}

function areSame(left: Cell, right: Cell): boolean {
  return (
    left === right || (left instanceof Date && right instanceof Date && left.getTime() === right.getTime())
  )
}

function whole<Row>(type: ColumnType, of: (row: Row) => Cell, rows: readonly Row[]): string {
  let text = ''
  for (const row of rows) {
    const cell = of(row)
    if (text !== '') text += ','
    text += cell === null ? 'NULL' : literalOf(type, cell)
  }
  return `{${text}}`
}

function literalOf(type: ColumnType, cell: Exclude<Cell, null>): string {
  switch (type) {
    case 'text':
      return quoted(cell as string)
    case 'timestamptz':
      return (cell as Date).toISOString()
    case 'jsonb':
      return quoted(JSON.stringify(cell))
    default:
      // Ids and numbers hold nothing that an array literal would read as its own.
      return String(cell)
  }
}

const SPECIAL = /["\\]/
const ALL_SPECIAL = /["\\]/g

/** Quoted always: bare, `null` would be no text. */
function quoted(text: string): string {
  return SPECIAL.test(text) ? `"${text.replace(ALL_SPECIAL, '\\$&')}"` : `"${text}"`
}
