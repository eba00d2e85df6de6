/**
 * Transactions of DANA and BSI have ids of another shape than a UUID (docs/midtrans/protocol.md §7): whoever keeps ids must not expect one. "A1", the instant in UTC, and letters: the id that every
 * transaction has, written otherwise.
 */
export function writeLongId(uuid: string, createdMs: number): string {
  const at = new Date(createdMs)
    .toISOString()
    .replaceAll(/[^0-9]/g, '')
    .slice(0, 14)
  return `A1${at}${lettersOf(uuid)}`
}

const HEX = '0123456789abcdef'
const LETTERS = 'AbCdEfGhJkLmNpQr'
const LONG_ID = /^A1\d{14}([A-Za-z]{15})$/

function lettersOf(uuid: string): string {
  return [...uuid.replaceAll('-', '').slice(0, 15)].map((digit) => LETTERS[HEX.indexOf(digit)]).join('')
}

/** The first eight hex digits of the id behind a long one: enough to find its transaction, which is then compared. */
export function startOfLongId(id: string): string | undefined {
  const letters = LONG_ID.exec(id)?.[1]
  return letters && [...letters.slice(0, 8)].map((letter) => HEX[LETTERS.indexOf(letter)]).join('')
}
