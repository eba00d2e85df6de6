import { BayarError, invalidRequest } from '../errors.ts'

/** "https://one.example/a, https://two.example/b", as the dashboard takes it. */
export function readUrls(given: string | readonly string[] | undefined): string[] {
  const list = typeof given === 'string' ? given.split(',') : (given ?? [])
  return list
    .map((url) => url.trim())
    .filter((url) => url !== '')
    .map(readUrl)
}

export function readUrl(url: string): string {
  if (!isHttpUrl(url))
    throw new BayarError(
      'invalid_request',
      `Simulator: “${url}” is not an http or https address for notifications.`,
    )
  return url
}

/** One address; a comma in it is its own. */
export function readFinishUrl(given: string | null | undefined): string | null {
  if (!given) return null
  if (!isHttpUrl(given))
    throw invalidRequest([{ field: 'finish_url', reason: `“${given}” is not an http or https address` }])
  return given
}

export function isHttpUrl(url: string): boolean {
  return /^https?:\/\//i.test(url) && URL.canParse(url)
}
