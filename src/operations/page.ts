/** Keyset pages, in both directions: a page is found by the row that it follows or precedes, so that rows arriving meanwhile shift nothing, and page 10,000 costs what page 1 does. */
export interface Page<T> {
  readonly results: readonly T[]
  /** Give it as `after` for the next page; null at the end. */
  readonly next: string | null
  /** Give it as `before` for the page before; null at the beginning. */
  readonly previous: string | null
}

export interface PageAsked {
  readonly after?: string | null
  readonly before?: string | null
  readonly limit?: number
}

/** What a statement needs to know: one row more than `limit` tells whether there is another page. */
export interface RowsAsked {
  readonly position: string | null
  /** Against the list's own order. */
  readonly isBackward: boolean
  readonly limit: number
}

const LIMIT_DEFAULT = 50
const LIMIT_MAX = 200

export async function readPage<Row>(
  asked: PageAsked,
  cursorOf: (row: Row) => string,
  read: (rows: RowsAsked) => Promise<readonly Row[]>,
): Promise<Page<Row>> {
  const limit = Math.min(Math.max(1, Math.trunc(asked.limit ?? LIMIT_DEFAULT)), LIMIT_MAX)
  const before = asked.before ?? null
  const after = before === null ? (asked.after ?? null) : null
  const isBackward = before !== null
  const rows = await read({ position: before ?? after, isBackward, limit })
  const isMore = rows.length > limit
  const results = isBackward ? rows.slice(0, limit).reverse() : rows.slice(0, limit)
  const [first, last] = [results[0], results.at(-1)]
  return {
    results,
    next: last !== undefined && (isBackward || isMore) ? cursorOf(last) : null,
    previous: first !== undefined && (isBackward ? isMore : after !== null) ? cursorOf(first) : null,
  }
}

export function mapPage<From, To>(page: Page<From>, to: (row: From) => To): Page<To> {
  return { ...page, results: page.results.map(to) }
}
