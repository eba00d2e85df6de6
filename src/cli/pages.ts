import type { Page } from '../operations/page.ts'
import type { Call } from './call.ts'

const LIMIT = 50
const PAGE = 200

/** As many as `--limit` asks for, however small the pages are that they come in. */
export async function pagesOf<T>(
  call: Call,
  read: (page: { after: string | null; limit: number }) => Promise<Page<T>>,
): Promise<Pick<Page<T>, 'results' | 'next'>> {
  const limit = call.whole('limit') ?? LIMIT
  const results: T[] = []
  let next: string | null = null
  while (results.length < limit) {
    const page: Page<T> = await read({ after: next, limit: Math.min(PAGE, limit - results.length) })
    results.push(...page.results)
    next = page.next
    if (next === null) break
  }
  return { results, next }
}
