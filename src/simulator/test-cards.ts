/**
 * The sandbox's test cards and what becomes of them: docs/midtrans/protocol.md §17. Any future expiry, CVV 123, OTP 112233. A card that is
 * not here is asked for its OTP and accepted.
 */
export interface TestCard {
  readonly number: string
  readonly threeDs: 'otp' | 'frictionless' | 'none'
  readonly outcome: CardOutcome
  /** The bank that issued it: what instalments and BIN filters look at. */
  readonly bank: string
}

export type CardOutcome = 'accept' | 'challenge' | 'fraud' | 'do_not_honour' | 'no_funds' | 'accept_later'

export const OTP = '112233'

// biome-ignore format: a table is read in columns
export const TEST_CARDS: readonly TestCard[] = [
  row('4811111111111114', 'otp',          'accept'),
  row('5211111111111117', 'otp',          'accept'),
  row('4911111111111113', 'otp',          'do_not_honour'),
  row('5111111111111118', 'otp',          'do_not_honour'),
  row('4411111111111118', 'none',         'accept'),
  row('5410111111111116', 'none',         'accept'),
  row('4511111111111117', 'otp',          'challenge'),
  row('5510111111111115', 'otp',          'challenge'),
  // The fraud engine is asked first: no page, and no bank.
  row('4611111111111116', 'none',         'fraud'),
  row('5411111111111115', 'none',         'fraud'),
  row('4711111111111115', 'otp',          'do_not_honour'),
  row('5511111111111114', 'otp',          'do_not_honour'),
  row('4556557955726624', 'frictionless', 'accept'),
  row('5333259155643223', 'frictionless', 'accept'),
  row('4916994064252017', 'otp',          'accept'),
  row('5306889942833340', 'otp',          'accept'),
  row('4024007176265022', 'otp',          'accept_later'),
  row('5487971631330522', 'otp',          'accept_later'),
  row('4472429869996670', 'otp',          'no_funds'),
  row('4617006959746656', 'otp',          'accept', 'mandiri'),
  row('4105058689481467', 'otp',          'accept', 'bni'),
  row('4773776057051650', 'otp',          'accept', 'bca'),
  row('4365026335737199', 'otp',          'accept', 'bri'),
  row('4599207887122414', 'otp',          'accept', 'cimb'),
]

function row(number: string, threeDs: TestCard['threeDs'], outcome: CardOutcome, bank = 'bni'): TestCard {
  return { number, threeDs, outcome, bank }
}

const BY_NUMBER = new Map(TEST_CARDS.map((card) => [card.number, card]))

export function testCard(number: string): TestCard {
  return BY_NUMBER.get(number) ?? row(number, 'otp', 'accept')
}

/** The first card of that BIN, of six or eight digits. */
export function cardOfBin(bin: string): TestCard | undefined {
  return TEST_CARDS.find((card) => card.number.startsWith(bin))
}

export function passesLuhn(number: string): boolean {
  let sum = 0
  for (let at = number.length - 1, double = false; at >= 0; at--, double = !double) {
    const digit = Number(number[at]) * (double ? 2 : 1)
    sum += digit > 9 ? digit - 9 : digit
  }
  return sum % 10 === 0
}

/** `48111111-1114`: all of a card's number that may be shown. */
export function masked(number: string): string {
  return `${number.slice(0, 8)}-${number.slice(-4)}`
}
