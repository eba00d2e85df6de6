/** A wallet's book: every movement is an entry, entries are never changed, and their sum is the balance. */
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { isBayarError } from '../../../src/errors.ts'
import type { Context } from '../../../src/operations/context.ts'
import { HandlerRegistry } from '../../../src/operations/events/handler-registry.ts'
import { debitWallet } from '../../../src/operations/wallets/move-wallet.ts'
import { openDatabase } from '../../../src/store/database.ts'
import { type Kit, kit } from '../../support/kit.ts'

const codeOf = (error: unknown) => (isBayarError(error) ? error.code : error)
const adjust = (test: Kit, amount: number, key?: string) =>
  test.bayar.wallets.adjust('user-1', { amount, reason: 'Because.', ...(key !== undefined && { key }) })

test('50 connections debit one wallet: never below zero, nothing lost', async () => {
  await using shop = await kit({ options: { connections: 50 } })
  await adjust(shop, 100_000)
  const outcomes = await Promise.allSettled(Array.from({ length: 50 }, () => adjust(shop, -3_000)))
  const paid = outcomes.filter(({ status }) => status === 'fulfilled')
  const refused = outcomes.flatMap((one) => (one.status === 'rejected' ? [codeOf(one.reason)] : []))
  expect(paid).toHaveLength(33)
  expect(new Set(refused)).toEqual(new Set(['insufficient_balance']))
  expect(await shop.bayar.wallets.get('user-1')).toMatchObject({ balance: 1_000, version: 34 })
  await shop.idle()
  const told = shop.events.map(({ type, sequence }) => `${sequence} ${type}`)
  expect(told.toSorted()).toEqual(
    Array.from({ length: 34 }, (_, n) =>
      n === 0 ? '1 wallet.credited' : `${n + 1} wallet.debited`,
    ).toSorted(),
  )
})

test('50 connections open one wallet and credit it under 10 keys: each key once', async () => {
  await using shop = await kit({ options: { connections: 50 } })
  const made = await Promise.all(Array.from({ length: 50 }, (_, n) => adjust(shop, 1_000, `gift-${n % 10}`)))
  expect(made.filter(({ created }) => created)).toHaveLength(10)
  expect(await shop.bayar.wallets.get('user-1')).toMatchObject({ balance: 10_000, version: 10 })
})

test('whatever is asked, in whatever order: the entries add up to the balance', async () => {
  await using shop = await kit()
  const { wallets } = shop.bayar
  const asked = fc.array(
    fc.record({
      user: fc.constantFrom('a', 'b'),
      amount: fc.integer({ min: -5_000, max: 5_000 }).filter((amount) => amount !== 0),
      key: fc.constantFrom(...'stuvwxyz'),
    }),
    { minLength: 1, maxLength: 8 },
  )
  await fc.assert(
    fc.asyncProperty(asked, fc.uuid(), async (all, story) => {
      const truth = new Map<string, Map<string, number>>()
      const sumOf = (user: string) => [...(truth.get(user)?.values() ?? [])].reduce((a, b) => a + b, 0)
      for (const { user, amount, key } of all) {
        const outcome = await wallets
          .adjust(`${user}-${story}`, { amount, reason: 'Because.', key })
          .then((adjusted) => (adjusted.created ? 'new' : 'known'), codeOf)
        const known = truth.get(user)?.get(key)
        const isEnough = sumOf(user) + amount >= 0
        expect(outcome).toBe(
          known !== undefined
            ? known === amount
              ? 'known'
              : 'wallet_key_taken'
            : isEnough
              ? 'new'
              : 'insufficient_balance',
        )
        if (outcome !== 'new') continue
        truth.set(user, (truth.get(user) ?? new Map()).set(key, amount))
        const { results } = await wallets.entries(`${user}-${story}`, { limit: 200 })
        expect(results.reduce((sum, entry) => sum + entry.amount, 0)).toBe(sumOf(user))
        expect(results[0]!.balanceAfter).toBe(sumOf(user))
      }
    }),
    { numRuns: 15 },
  )
})

test('entries are never changed, not even by hand', async () => {
  await using shop = await kit()
  await adjust(shop, 5_000)
  for (const statement of [
    'update bayar.wallet_entries set amount = 1',
    'delete from bayar.wallet_entries',
    'truncate bayar.wallet_entries',
  ])
    await expect(shop.rows(statement)).rejects.toThrow('never changed')
  await expect(shop.rows('update bayar.wallets set balance = -1')).rejects.toThrow('wallets_balance_check')
})

test('a frozen wallet takes money and gives none, until it is free again', async () => {
  await using shop = await kit()
  const { wallets } = shop.bayar
  expect(await wallets.find('user-1')).toBeUndefined()
  expect(await wallets.get('user-1')).toMatchObject({ balance: 0, status: 'active', shortfall: 0 })
  await adjust(shop, 5_000)
  await expect(wallets.freeze('nobody', { reason: 'Why' })).rejects.toThrow('no wallet')
  expect(await wallets.freeze('user-1', { reason: 'A stolen card' })).toMatchObject({
    status: 'frozen',
    frozenReason: 'A stolen card',
  })
  // Staff may put it right.
  await adjust(shop, -1_000)
  expect(await wallets.unfreeze('user-1')).toMatchObject({
    status: 'active',
    frozenReason: null,
    balance: 4_000,
  })
  const { results } = await wallets.entries('user-1')
  expect(results).toMatchObject([
    { kind: 'adjustment', amount: -1_000, balanceAfter: 4_000, note: 'Because.', by: 'host', sequence: 3 },
    { kind: 'adjustment', amount: 5_000, balanceAfter: 5_000, sequence: 1 },
  ])
})

test('what is refused has written nothing, and its transaction goes on', async () => {
  await using shop = await kit()
  await adjust(shop, 5_000)
  await shop.bayar.wallets.freeze('user-1', { reason: 'A stolen card' })
  const database = openDatabase({ database: shop.databaseUrl, connections: 2 })
  const context = {
    database,
    clock: shop.simulator.clock,
    handlers: new HandlerRegistry(),
  } as unknown as Context
  const move = { merchant: 'default', amount: 5_000n, cause: { kind: 'obligation', id: 'period-1' } } as const
  await database.transaction(async (tx) => {
    const debits = (userId: string, amount = 5_000n) =>
      debitWallet(context, tx, { ...move, userId, amount }).then(({ created }) => created, codeOf)
    expect(await debits('user-1')).toBe('wallet_frozen')
    expect(await debits('stranger')).toBe('insufficient_balance')
    await tx.query("update bayar.wallets set status = 'active', frozen_reason = null")
    expect(await debits('user-1', 5_001n)).toBe('insufficient_balance')
    expect([await debits('user-1'), await debits('user-1')]).toEqual([true, false])
    expect(await debits('user-1', 4_999n)).toBe('wallet_key_taken')
  })
  await database.close()
  const { balance, version } = await shop.bayar.wallets.get('user-1')
  expect([balance, version]).toEqual([0, 3])
})

test('what was changed past bayar is found, page by page', async () => {
  await using shop = await kit()
  const { wallets } = shop.bayar
  expect(await wallets.audit()).toMatchObject({ wallets: 0, wrong: [], wrongCount: 0, topups: 0 })
  for (const amount of [5_000, -2_000, 1]) await adjust(shop, amount)
  // More than a page of others, made past bayar, too: each with a balance and an entry.
  await shop.rows(`with made as (
      insert into bayar.wallets (id, merchant, user_id, version, balance, created_at, updated_at)
      select gen_random_uuid(), 'default', 'many-' || n, 1, n, now(), now() from generate_series(1, 1200) n returning id, balance)
    insert into bayar.wallet_entries (id, wallet_id, sequence, kind, cause_kind, cause_id, amount, balance, owed, shortfall, made_by, occurred_at)
    select gen_random_uuid(), id, 1, 'adjustment', 'adjustment', 'x', balance, balance, 0, 0, 'x', now() from made`)
  const seen: number[] = []
  expect(await wallets.audit((count) => void seen.push(count))).toMatchObject({
    wallets: 1_201,
    wrongCount: 0,
  })
  expect(seen).toEqual([500, 1_000, 1_201])
  await shop.rows(`update bayar.wallets set balance = balance + 7 where user_id in ('user-1', 'many-9')`)
  const audit = await wallets.audit()
  expect(audit.wrongCount).toBe(2)
  expect(audit.wrong.find(({ userId }) => userId === 'user-1')).toMatchObject({
    balance: 3_008,
    entriesSum: 3_001,
  })
  await shop.rows(`update bayar.wallets set balance = balance - 7 where user_id in ('user-1', 'many-9')`)
})

test('entries come in pages that hold while more are made', async () => {
  await using shop = await kit()
  const { wallets } = shop.bayar
  for (let n = 1; n <= 5; n++) await adjust(shop, n)
  const first = await wallets.entries('user-1', { limit: 2 })
  await adjust(shop, 6)
  const second = await wallets.entries('user-1', { limit: 2, after: first.next! })
  const back = await wallets.entries('user-1', { limit: 2, before: second.previous! })
  const amounts = (page: { results: readonly { amount: number }[] }) =>
    page.results.map(({ amount }) => amount)
  expect([first, second, back].map(amounts)).toEqual([
    [5, 4],
    [3, 2],
    [5, 4],
  ])
  await expect(wallets.entries('user-1', { after: "'" })).rejects.toThrow('cursor')
})

// biome-ignore format: a table is read in columns
const MISTAKES = [
  [{ amount: 0, reason: 'x' },                'amount'],
  [{ amount: 1.5, reason: 'x' },              'amount'],
  [{ amount: '5', reason: 'x' },              'amount'],
  [{ amount: 2e12, reason: 'x' },             'amount'],
  [{ amount: 5 },                             'reason'],
  [{ amount: 5, reason: ' ' },                'reason'],
  [{ amount: 5, reason: '\u0000' },           'reason'],
  [{ amount: 5, reason: 'x', key: '' },       'key'],
  [{ amount: 5, reason: 'x', kee: 'y' },      'kee'],
  [null,                                      'amount'],
] as const

test('what cannot be adjusted is refused by name, and opens no wallet', async () => {
  await using shop = await kit()
  for (const [input, field] of MISTAKES) {
    const adjusting = shop.bayar.wallets.adjust('user-1', input as never)
    await expect(adjusting).rejects.toMatchObject({
      code: 'invalid_request',
      message: expect.stringContaining(field),
    })
  }
  for (const user of ['', 'x'.repeat(256), '\u0000', 7 as never, { userId: 'a', merchant: 'other' }])
    await expect(shop.bayar.wallets.get(user)).rejects.toMatchObject({ code: 'invalid_request' })
  expect(await shop.rows('select * from bayar.wallets')).toEqual([])
})

test('a handler of a movement has the wallet as it was after it', async () => {
  const seen: unknown[] = []
  await using shop = await kit({
    handlers: (bayar) => {
      bayar.on(['wallet.credited', 'wallet.debited'], 'book', ({ event, wallet, entry, payment }) => {
        seen.push([event.type, wallet.balance, entry.amount, payment])
      })
      bayar.within('wallet.debited', 'limit', ({ entry }) => {
        if (entry.amount < -500) throw new Error('too much')
      })
    },
  })
  await adjust(shop, 1_000)
  await adjust(shop, -400)
  // What a handler within refuses has not happened.
  await expect(adjust(shop, -501)).rejects.toThrow('too much')
  await shop.idle()
  expect(seen).toEqual([
    ['wallet.credited', 1_000, 1_000, null],
    ['wallet.debited', 600, -400, null],
  ])
})
