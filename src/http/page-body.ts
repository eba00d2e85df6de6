import type { Page } from '../operations/page.ts'
import { pathOf } from './addresses.ts'

/** In an address the cursor says its direction, so that `next` and `previous` are both just addresses to follow. */
export function readCursorParameter(
  cursor: string | undefined,
): { after: string } | { before: string } | Record<never, never> {
  if (cursor === undefined) return {}
  return cursor.startsWith('before:')
    ? { before: cursor.slice('before:'.length) }
    : { after: cursor.replace(/^after:/, '') }
}

export function pageBody<Entry, Body>(page: Page<Entry>, url: string, toBody: (entry: Entry) => Body) {
  return {
    results: page.results.map(toBody),
    next: page.next === null ? null : withCursor(url, `after:${page.next}`),
    previous: page.previous === null ? null : withCursor(url, `before:${page.previous}`),
  }
}

/** The same list, elsewhere: a path with its query, which works behind any proxy. */
function withCursor(url: string, cursor: string): string {
  const query = new URL(url).searchParams
  query.set('cursor', cursor)
  return `${pathOf(url)}?${query}`
}
