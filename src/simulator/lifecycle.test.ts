import { describe, expect, test } from 'vitest'
import { type Bench, bench } from '../../test/support/simulated-merchant.ts'
import { MOVES } from './acts.ts'
import { LIFECYCLE } from './lifecycle.ts'

/*
 * docs/midtrans/lifecycle.md §2, as the test reads it: what may happen in each state, and what comes of it. Everything absent is tried too, and
 * must be refused. A capture under challenge is written `challenge`.
 */
type Move = keyof typeof MOVES
type Legal = Readonly<Record<string, Readonly<Partial<Record<Move, string>>>>>
interface Family {
  readonly charge: (m: Bench) => Promise<object> | object
  /** How each state is reached: another charge, then moves. */
  readonly paths: Readonly<Record<string, readonly Move[]>>
  readonly legal: Legal
}

const BASKET = {
  item_details: [{ name: 'Shoes', price: 275_000, quantity: 1 }],
  customer_details: { first_name: 'Budi' },
}

const PART = { amount: 1000, key: 'part' }
const WAITING = { pay: 'settlement', cancel: 'cancel', expire: 'expire', fail: 'failure' } as const
const REFUNDABLE = { refund: 'refund' } as const
const ENDINGS = { cancel: {}, expire: {}, failure: {}, deny: {} }
const WALLET_PATHS = {
  pending: [],
  settlement: ['pay'],
  partial_refund: ['pay', 'refund'],
  refund: ['pay', 'refund', 'refund'],
  deny: ['refuse'],
  cancel: ['cancel'],
  expire: ['expire'],
  failure: ['fail'],
} as const
const WALLET_LEGAL: Legal = {
  pending: { ...WAITING, refuse: 'deny', deny: 'deny' },
  settlement: REFUNDABLE,
  partial_refund: REFUNDABLE,
  refund: {},
  ...ENDINGS,
}
const COUNTER_PATHS = {
  pending: [],
  settlement: ['pay'],
  cancel: ['cancel'],
  expire: ['expire'],
  failure: ['fail'],
} as const
const COUNTER_LEGAL: Legal = { pending: WAITING, settlement: {}, cancel: {}, expire: {}, failure: {} }
const REVERSIBLE_PATHS = { ...COUNTER_PATHS, deny: ['pay', 'reverse'] } as const
const REVERSIBLE_LEGAL: Legal = { ...COUNTER_LEGAL, settlement: { reverse: 'deny' }, deny: {} }

const FAMILIES: Readonly<Record<string, Family>> = {
  'a card asked for its OTP': {
    charge: (m) => m.card('4811111111111114', { authentication: true }),
    paths: {
      pending: [],
      capture: ['pay'],
      settlement: ['pay', 'settle'],
      partial_refund: ['pay', 'settle', 'refund'],
      refund: ['pay', 'settle', 'refund', 'refund'],
      chargeback: ['pay', 'settle', 'chargeback'],
      partial_chargeback: ['pay', 'settle', 'partial_chargeback'],
      deny: ['refuse'],
      cancel: ['cancel'],
      expire: ['expire'],
      failure: ['fail'],
    },
    legal: {
      pending: { ...WAITING, pay: 'capture', authenticate: 'deny', refuse: 'deny', deny: 'deny' },
      capture: { settle: 'settlement', cancel: 'cancel' },
      settlement: { ...REFUNDABLE, chargeback: 'chargeback', partial_chargeback: 'partial_chargeback' },
      partial_refund: REFUNDABLE,
      refund: {},
      chargeback: {},
      partial_chargeback: { chargeback: 'chargeback' },
      ...ENDINGS,
    },
  },
  'a card under challenge': {
    charge: (m) => m.card('4511111111111117'),
    paths: { challenge: [], capture: ['approve'], deny: ['deny'], cancel: ['close'] },
    legal: {
      challenge: { approve: 'capture', deny: 'deny', cancel: 'cancel', close: 'cancel' },
      capture: { settle: 'settlement', cancel: 'cancel' },
      deny: {},
      cancel: {},
    },
  },
  'a reservation on a card': {
    charge: (m) => m.card('4811111111111114', { type: 'authorize' }),
    paths: { authorize: [], capture: ['capture'], cancel: ['cancel'], expire: ['release'], deny: ['refuse'] },
    legal: {
      authorize: { capture: 'capture', cancel: 'cancel', release: 'expire', refuse: 'deny', deny: 'deny' },
      capture: { settle: 'settlement', cancel: 'cancel' },
      cancel: {},
      expire: {},
      deny: {},
    },
  },
  'a reservation of GoPay': {
    charge: (m) => linkedGopay(m, { pre_auth: true }),
    paths: { authorize: [], settlement: ['capture'], cancel: ['cancel'], expire: ['release'] },
    legal: {
      authorize: { capture: 'settlement', cancel: 'cancel', release: 'expire' },
      settlement: REFUNDABLE,
      cancel: {},
      expire: {},
    },
  },
  'linked GoPay': {
    charge: (m) => linkedGopay(m),
    paths: { settlement: [], partial_refund: ['refund'] },
    legal: { settlement: REFUNDABLE, partial_refund: REFUNDABLE },
  },
  gopay: { charge: () => ({ payment_type: 'gopay' }), paths: WALLET_PATHS, legal: WALLET_LEGAL },
  shopeepay: { charge: () => ({ payment_type: 'shopeepay' }), paths: WALLET_PATHS, legal: WALLET_LEGAL },
  qris: { charge: () => ({ payment_type: 'qris' }), paths: WALLET_PATHS, legal: WALLET_LEGAL },
  dana: { charge: () => ({ payment_type: 'dana' }), paths: WALLET_PATHS, legal: WALLET_LEGAL },
  akulaku: {
    charge: () => ({ payment_type: 'akulaku', ...BASKET }),
    paths: WALLET_PATHS,
    legal: WALLET_LEGAL,
  },
  kredivo: {
    charge: () => ({ payment_type: 'kredivo', ...BASKET }),
    paths: WALLET_PATHS,
    legal: WALLET_LEGAL,
  },
  bca: { charge: () => ({}), paths: COUNTER_PATHS, legal: COUNTER_LEGAL },
  permata: {
    charge: () => ({ bank_transfer: { bank: 'permata' } }),
    paths: REVERSIBLE_PATHS,
    legal: REVERSIBLE_LEGAL,
  },
  'mandiri bill': {
    charge: () => ({ payment_type: 'echannel', echannel: { bill_info1: 'For', bill_info2: 'shoes' } }),
    paths: REVERSIBLE_PATHS,
    legal: REVERSIBLE_LEGAL,
  },
  indomaret: {
    charge: () => ({ payment_type: 'cstore', cstore: { store: 'indomaret' } }),
    paths: REVERSIBLE_PATHS,
    legal: REVERSIBLE_LEGAL,
  },
  alfamart: {
    charge: () => ({ payment_type: 'cstore', cstore: { store: 'alfamart' } }),
    paths: COUNTER_PATHS,
    legal: COUNTER_LEGAL,
  },
}

async function linkedGopay(m: Bench, more: object = {}, verify = false): Promise<object> {
  const gopay_partner = {
    phone_number: '81234567890',
    country_code: '62',
    redirect_url: 'https://shop.example/',
  }
  const { body } = await m.call('POST', '/v2/pay/account', { payment_type: 'gopay', gopay_partner })
  const { id, options } = await m.simulator.payAccounts.link(String(body.account_id))
  if (verify) await m.simulator.payAccounts.set(id, { verify })
  return {
    payment_type: 'gopay',
    gopay: { account_id: id, payment_option_token: options[0]!.token, ...more },
    // The sandbox reserves no more.
    transaction_details: { order_id: 'order-1', gross_amount: 100_000 },
  }
}

/** A refund on the way is of a part; the one being tried is of the rest. */
async function reach(m: Bench, { charge, paths }: Family, state: string): Promise<string> {
  const charged = await m.charge('order-1', { ...(await charge(m)) })
  const path = paths[state]!
  for (const [at, move] of path.entries()) {
    const isLast = state === 'refund' && at === path.length - 1
    await doMove(m, move, move === 'refund' && !isLast ? PART : {})
  }
  return String(charged.body.transaction_id)
}

async function doMove(m: Bench, move: Move, options: object = {}): Promise<string> {
  const act: (id: string, options?: object) => Promise<{ status: string; fraudStatus: string | null }> =
    m.simulator[MOVES[move]]
  return stateOf(await act('order-1', options))
}

function stateOf({ status, fraudStatus }: { status: string; fraudStatus: string | null }): string {
  return status === 'capture' && fraudStatus === 'challenge' ? 'challenge' : status
}

const ALL_MOVES = (Object.keys(MOVES) as Move[]).filter((move) => move !== 'confirm_refund')

describe.each(Object.entries(FAMILIES))('%s', (_, family) => {
  test.each(Object.keys(family.legal))('%s: what may happen, and nothing else', async (state) => {
    for (const move of ALL_MOVES) {
      const m = bench()
      await reach(m, family, state)
      await m.simulator.idle()
      expect(stateOf(m.simulator.transaction('order-1'))).toBe(state)
      const told = m.received.length
      const to = family.legal[state]![move]
      const does = doMove(m, move)
      if (to === undefined) await expect(does, move).rejects.toMatchObject({ code: 'command_not_possible' })
      else expect(await does, move).toBe(to)
      await m.simulator.idle()
      const status = to === 'challenge' ? 'capture' : to
      expect(m.received.slice(told).map(({ body }) => body.transaction_status)).toEqual(
        status === undefined ? [] : [status],
      )
    }
  })

  // What a merchant may ask over HTTP is less than what happens by itself: its bank refuses nothing on its request.
  const ASKED: readonly (readonly [verb: string, move: Move, code: string])[] = [
    ['cancel', 'cancel', '200'],
    ['expire', 'expire', '407'],
    ['approve', 'approve', '200'],
    ['deny', 'deny', '200'],
    ['refund', 'refund', '200'],
    ['refund/online/direct', 'refund', '200'],
  ]

  test.each(Object.keys(family.legal))('%s: what may be asked over HTTP', async (state) => {
    for (const [verb, move, code] of ASKED) {
      const m = bench()
      const id = await reach(m, family, state)
      const isLegal = family.legal[state]![move] !== undefined && (move !== 'deny' || state === 'challenge')
      const answer = await m.call(
        'POST',
        `/v2/${id}/${verb}`,
        verb.startsWith('refund') ? { refund_key: 'r1' } : undefined,
      )
      expect([verb, answer.body.status_code]).toEqual([verb, isLegal ? code : '412'])
    }
    const m = bench()
    const id = await reach(m, family, state)
    const captured = await m.call('POST', '/v2/capture', { transaction_id: id })
    expect(captured.body.status_code).toBe(family.legal[state]!.capture === undefined ? '412' : '200')
  })
})

test('every cause of the table can be brought about by hand, or is a deadline', () => {
  const causes = new Set(Object.values(LIFECYCLE).flatMap((moves) => moves.map(({ cause }) => cause)))
  causes.delete('deadline')
  const byHand = (Object.keys(MOVES) as Move[]).filter(
    (move) => move !== 'authenticate' && move !== 'confirm_refund',
  )
  expect([...causes].sort()).toEqual(byHand.sort())
})

describe('by the clock', () => {
  const day = 86_400
  // charge → seconds → status; within a minute, as the batch runs
  // biome-ignore format: a table is read in columns
  const DUE: readonly (readonly [what: string, charge: (m: Bench) => Promise<object> | object, seconds: number, state: string])[] = [
    ['an abandoned 3DS page',   (m) => m.card('4811111111111114', { authentication: true }), 600,                     'expire'],
    ['a captured card',         (m) => m.card('4811111111111114'),                          day + 7 * 3600 + 341,    'settlement'],
    ['a challenge',             (m) => m.card('4511111111111117'),                          day + 7 * 3600 + 341,    'cancel'],
    ['a reservation on a card', (m) => m.card('4811111111111114', { type: 'authorize' }),   7 * day,                 'expire'],
    ['a card accepted later',   (m) => m.card('4024007176265022'),                          60,                      'capture'],
    ['a reservation of GoPay',  (m) => linkedGopay(m, { pre_auth: true }),                  15 * 60,                 'expire'],
    ['linked GoPay to be confirmed', (m) => linkedGopay(m, {}, true),                       5 * 60,                  'expire'],
    ['gopay',                   () => ({ payment_type: 'gopay' }),                          15 * 60,                 'expire'],
    ['shopeepay',               () => ({ payment_type: 'shopeepay' }),                      15 * 60,                 'expire'],
    ['qris',                    () => ({ payment_type: 'qris' }),                           15 * 60,                 'expire'],
    ['dana',                    () => ({ payment_type: 'dana' }),                           15 * 60,                 'expire'],
    ['ovo',                     () => ovo('081234567890'),                                  65,                      'expire'],
    ['ovo without reaction',    () => ovo('+628242974268'),                                 65,                      'expire'],
    ['ovo cancelled',           () => ovo('+628271939753'),                                 10,                      'deny'],
    ['akulaku',                 () => ({ payment_type: 'akulaku', ...BASKET }),             2 * 3600,                'expire'],
    ['kredivo',                 () => ({ payment_type: 'kredivo', ...BASKET }),             day,                     'expire'],
    ['alfamart',                () => ({ payment_type: 'cstore', cstore: { store: 'alfamart' } }), day,              'expire'],
    ['a wish of three minutes', () => ({ payment_type: 'gopay', custom_expiry: { expiry_duration: 3 } }), 180,       'expire'],
  ]

  test.each(DUE)('%s', async (_, charge, seconds, state) => {
    const m = bench()
    await m.charge('order-1', { ...(await charge(m)) })
    const begins = m.simulator.transaction('order-1').status
    await m.simulator.clock.advance(seconds - 1)
    expect(m.simulator.transaction('order-1').status).toBe(begins)
    await m.simulator.clock.advance(61)
    expect(m.simulator.transaction('order-1').status).toBe(state)
    expect(m.received.at(-1)!.body.transaction_status).toBe(state)
  })
})

function ovo(phone: string): object {
  return { payment_type: 'ovo', ovo: { payer_phone_number: phone } }
}
