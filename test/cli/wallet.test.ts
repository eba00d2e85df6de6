import { afterAll, beforeAll, expect, test } from 'vitest'
import { openDatabase } from '../../src/store/database.ts'
import { buildCli } from './built-cli.ts'
import { type DurableServer, durableServer } from './durable-server.ts'
import { openShop, type Shop } from './shop.ts'

let server: DurableServer
let shop: Shop
beforeAll(async () => {
  await buildCli()
  server = await durableServer()
  shop = await openShop(await server.database())
}, 120_000)
afterAll(async () => {
  await shop?.close()
  await server?.stop()
})

test('a wallet is credited, debited, frozen and shown; the doctor adds it up', async () => {
  const adjust = (...more: string[]) => shop.ask('wallet', 'adjust', 'dewi', ...more)
  expect((await shop.run('wallet', 'show', 'dewi')).code).not.toBe(0)
  const gift = ['--credit', '50000', '--because', 'A gift.', '--key', 'gift-1']
  expect((await adjust(...gift)).answer).toMatchObject({ created: true, wallet: { balance: 50_000 } })
  expect((await adjust(...gift)).answer).toMatchObject({ created: false, wallet: { balance: 50_000 } })
  expect((await adjust('--debit', '20000', '--because', 'A mistake.')).answer).toMatchObject({
    entry: { amount: -20_000, balance_after: 30_000, by: expect.stringMatching(/^cli/) },
  })
  const tooMuch = await shop.run('wallet', 'adjust', 'dewi', '--debit', '30001', '--because', 'x')
  expect(tooMuch.stderr).toContain('not enough')
  for (const wrong of [[], ['--credit', '1'], ['--credit', '1', '--debit', '1', '--because', 'x']])
    expect((await shop.run('wallet', 'adjust', 'dewi', ...wrong)).code).not.toBe(0)

  expect((await shop.run('wallet', 'freeze', 'dewi')).stderr).toContain('--because')
  expect((await shop.ask('wallet', 'freeze', 'dewi', '--because', 'Stolen.')).answer.wallet).toMatchObject({
    status: 'frozen',
    frozen_reason: 'Stolen.',
  })
  const shown = await shop.run('wallet', 'show', 'dewi')
  expect(shown.stdout).toMatch(/frozen[\s\S]*Stolen\.[\s\S]*Rp 30\.000[\s\S]*A mistake\.[\s\S]*A gift\./)
  expect((await shop.ask('wallet', 'unfreeze', 'dewi')).answer.wallet).toMatchObject({ status: 'active' })
  const entries = await shop.ask('wallet', 'entries', 'dewi', '--kind', 'adjustment', '--limit', '1')
  expect(entries.answer.results).toMatchObject([{ amount: -20_000 }])

  const checked = async () =>
    (await shop.ask('doctor')).answer.checks?.find(({ check }) => check === 'wallets')
  expect(await checked()).toMatchObject({ state: 'ok', says: expect.stringContaining('1 wallet,') })
  const database = openDatabase({ database: shop.env.DATABASE_URL!, connections: 2 })
  await database.query('update bayar.wallets set balance = balance + 1')
  await database.close()
  expect(await checked()).toMatchObject({
    state: 'problem',
    says: expect.stringContaining('dewi shows 30001, its entries add up to 30000'),
  })
})
