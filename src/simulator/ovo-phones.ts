/**
 * The sandbox's OVO phones: docs/midtrans/protocol.md §17. Any other phone waits for somebody to pay. A push that is not answered in time
 * simply expires, after 65 seconds.
 */
type Fate = 'not_registered' | 'refuse' | 'waits'

// biome-ignore format: a table is read in columns
const FATES: Readonly<Record<string, Fate>> = {
  '8249134000':  'not_registered',
  // The customer cancels.
  '8271939753':  'refuse',
  // The push fails.
  '8242014881':  'refuse',
  '8237435829':  'refuse',
  // Times out, and no reaction.
  '8215023424':  'waits',
  '8242974268':  'waits',
}

/** How long it takes until a phone that refuses has done so. */
export const REFUSES_AFTER_SECONDS = 10

export function ovoFate(phone: string): Fate {
  return FATES[phone.replace(/^(\+?62|0)/, '')] ?? 'waits'
}
