import fc from 'fast-check'
import { expect, test } from 'vitest'
import { credit, debit, type Movement, takeBack, type WalletMoney } from './wallet.ts'

const money = (balance: number, shortfall = 0): WalletMoney => ({
  balance: BigInt(balance),
  shortfall: BigInt(shortfall),
})
const shown = (movements: readonly Movement[] | null) =>
  movements?.map(({ amount, balance, owed, shortfall }) => [amount, balance, owed, shortfall].map(Number)) ??
  null

// biome-ignore format: a table is read in columns
test.each([
  //                                         amount  balance   owed  shortfall
  ['credit',   money(0),          100, [[   100,     100,      0,     0]]],
  ['credit',   money(0, 70),       50, [[    50,      50,      0,    70], [-50, 0, -50, 20]]],
  ['credit',   money(0, 20),       50, [[    50,      50,      0,    20], [-20, 30, -20, 0]]],
  ['debit',    money(100),        100, [[  -100,       0,      0,     0]]],
  ['debit',    money(100),        101, null],
  ['takeBack', money(30),         100, [[   -30,       0,     70,    70]]],
  ['takeBack', money(0, 10),      100, [[     0,       0,    100,   110]]],
  ['takeBack', money(100),        100, [[  -100,       0,      0,     0]]],
] as const)('%s of %o by %i', (verb, wallet, amount, expected) => {
  expect(shown({ credit, debit, takeBack }[verb](wallet, BigInt(amount)))).toEqual(expected)
})

test('whatever happens: the entries add up, nothing is below zero, and what came and went is what is there', () => {
  const steps = fc.array(
    fc.record({ verb: fc.constantFrom('credit', 'debit', 'takeBack'), amount: fc.bigInt(1n, 1_000n) }),
  )
  fc.assert(
    fc.property(steps, (all) => {
      let wallet = money(0)
      let [entries, owed, truth] = [0n, 0n, 0n]
      for (const { verb, amount } of all) {
        const movements = { credit, debit, takeBack }[verb](wallet, amount)
        if (movements === null) continue
        truth += verb === 'credit' ? amount : -amount
        for (const movement of movements) {
          entries += movement.amount
          owed += movement.owed
          wallet = movement
          expect(wallet.balance).toBe(entries)
          expect(wallet.shortfall).toBe(owed)
          expect(wallet.balance >= 0n && wallet.shortfall >= 0n).toBe(true)
        }
        expect(wallet.balance - wallet.shortfall).toBe(truth)
      }
    }),
  )
})
