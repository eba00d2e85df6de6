import type { Transaction } from '../transaction.ts'
import type { World } from '../world.ts'

/** Where the customer goes from the page of a wallet, a lender or the bank, as the merchant asked. Nothing in it proves anything: anybody can open such an address. */
export interface WayBack {
  readonly href: string
  /** A web address is gone to; that of an app is only shown, because on this machine nobody may answer to it. */
  readonly isFollowed: boolean
}

/** `asked` is what the page's own address names: `MidtransNew3ds.redirect` does that. A lender has only the finish address of the dashboard (docs/midtrans/protocol.md §7.10). */
export function wayBack(world: World, one: Transaction, asked: string | null): WayBack | null {
  const { method, extras } = one
  const to = asked ?? (method.family === 'paylater' ? world.settings.finishUrl : extras?.callbackUrl) ?? null
  return linkTo(to, method.comesBackWith?.(one) ?? {})
}

export function linkTo(to: unknown, query: Readonly<Record<string, string>>): WayBack | null {
  if (typeof to !== 'string' || !URL.canParse(to)) return null
  const url = new URL(to)
  // Judged after parsing, which takes away the line breaks that would hide such a scheme.
  if (RUNS_OR_READS.has(url.protocol)) return null
  for (const [name, value] of Object.entries(query)) url.searchParams.set(name, value)
  return { href: url.href, isFollowed: url.protocol === 'http:' || url.protocol === 'https:' }
}

/** Addresses that run something in the page, or show a file: no shop lives there. */
const RUNS_OR_READS: ReadonlySet<string> = new Set([
  'javascript:',
  'data:',
  'vbscript:',
  'blob:',
  'file:',
  'filesystem:',
  'view-source:',
  'about:',
])
