import { readNumber } from './charge-parts.ts'
import { type Outcome, refused } from './outcome.ts'
import { type Fields, Reader, WrongShape } from './reader.ts'
import { cardOfBin, masked, testCard } from './test-cards.ts'
import { toWib } from './wib-time.ts'
import type { World } from './world.ts'

/** What a browser asks about cards, and what a shop asks about tokens and BINs: docs/midtrans/protocol.md §9. */
export function makeToken(world: World, query: URLSearchParams): Outcome {
  const nowMs = world.clock.nowMs()
  const savedToken = query.get('token_id')
  if (savedToken !== null) {
    // Two clicks: the saved card, and its CVV once more.
    const { problems } = read(query, (card) => readCvv(card, true))
    if (problems.length) return refused('invalid_token', problems)
    const card = world.cards.saved(savedToken, nowMs)
    if (!card) return refused('token_gone')
    return token(world.cards.tokenFor(card, nowMs), card.number)
  }
  const { value, problems } = read(query, (card) => {
    readCvv(card, false)
    return readPlastic(card, nowMs)
  })
  if (!value || problems.length) return refused('invalid_token', problems)
  return token(world.cards.tokenFor(value, nowMs), value.number)
}

export function registerCard(world: World, query: URLSearchParams): Outcome {
  const { value, problems } = read(query, (card) => readPlastic(card, world.clock.nowMs()))
  if (!value || problems.length) return refused('invalid_token', problems)
  return document({
    status_code: '200',
    saved_token_id: world.cards.save(value),
    transaction_id: world.answerIds.uuid(),
    masked_card: masked(value.number),
  })
}

/** Which banks have points is not published: ours are these two, with as many for each card. */
const BANKS_WITH_POINTS: ReadonlySet<string> = new Set(['bni', 'mandiri'])
const POINTS = 10_000

export function inquirePoints(world: World, tokenId: string): Outcome {
  const nowMs = world.clock.nowMs()
  const card = world.cards.look(tokenId, nowMs)
  if (!card) return refused('token_gone')
  if (!BANKS_WITH_POINTS.has(testCard(card.number).bank)) return refused('no_points')
  return document({
    status_code: '200',
    status_message: 'Success, point balance is found',
    point_balance_amount: `${POINTS}.00`,
    point_balance: POINTS,
    transaction_time: toWib(nowMs),
  })
}

const BIN_CALLS_A_MINUTE = 100

export function showBin(world: World, bin: string): Outcome {
  if (!world.binRate.admits(world.clock.nowMs(), BIN_CALLS_A_MINUTE))
    return binError(409, 'Too many requests', 'Try again in a minute.')
  const card = /^\d{6,8}$/.test(bin) ? cardOfBin(bin) : undefined
  if (!card) return binError(404, 'BIN not found', `Nothing is known of the BIN ${bin.slice(0, 8)}.`)
  return document({
    data: {
      registration_required: false,
      country_name: 'INDONESIA',
      country_code: 'ID',
      channel: 'online_offline',
      brand: card.number.startsWith('4') ? 'VISA' : 'MASTERCARD',
      bin_type: 'CREDIT',
      bin_class: 'GOLD',
      bin,
      bank_code: card.bank.toUpperCase(),
      bank: card.bank.toUpperCase(),
    },
  })
}

function binError(http: number, title: string, message: string): Outcome {
  return { kind: 'document', http, document: { errors: [{ message_title: title, message }] } as object }
}

function token(tokenId: string, number: string): Outcome {
  return document({
    status_code: '200',
    status_message: 'Credit card token is created as Token ID.',
    token_id: tokenId,
    hash: `${masked(number)}-mami`,
  })
}

function document(fields: object): Outcome {
  return { kind: 'document', http: 200, document: fields }
}

function read<T>(
  query: URLSearchParams,
  readCard: (card: Reader) => T,
): { value: T | undefined; problems: string[] } {
  const fields: Fields = Object.fromEntries(query)
  const problems: string[] = []
  try {
    return { value: readCard(new Reader(fields, problems)), problems }
  } catch (error) {
    if (error instanceof WrongShape) return { value: undefined, problems: ['The request is malformed'] }
    throw error
  }
}

function readCvv(card: Reader, required: boolean): void {
  card.text('card_cvv', { required, pattern: /^\d{3,4}$/, says: 'must be 3 or 4 digits' })
}

function readPlastic(card: Reader, nowMs: number): { number: string; expiresMs: number } | undefined {
  const number = readNumber(card, 'card_number')
  const month = card.text('card_exp_month', {
    required: true,
    pattern: /^(0?[1-9]|1[0-2])$/,
    says: 'must be 01 to 12',
  })
  const year = card.text('card_exp_year', {
    required: true,
    pattern: /^20\d\d$/,
    says: 'must be four digits',
  })
  if (month === undefined || year === undefined) return undefined
  // The last day of the month, as the recorded answer tells it.
  const expiresMs = Date.UTC(Number(year), Number(month), 0)
  if (Date.UTC(Number(year), Number(month), 1) <= nowMs)
    card.note('card_exp_year', 'and card_exp_month are over')
  return number === undefined ? undefined : { number, expiresMs }
}
