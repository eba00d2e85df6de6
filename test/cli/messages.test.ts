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

const ID = '01900000-0000-7000-8000-000000000001'

test('messages are listed, shown, and sent after all', async () => {
  expect((await shop.run('messages', 'list')).stdout).toContain('There is none.')
  const database = openDatabase({ database: shop.env.DATABASE_URL!, connections: 2 })
  await database.query(
    `insert into bayar.messages (id, merchant, type, user_id, customer_name, channel, language, facts, status, tries, error, dedupe_key, due_at, created_at, updated_at)
     values ($1, 'default', 'cancelled', 'dewi', 'Dewi', 'smtp', 'id', '{"title":"Pro"}', 'failed', 10, 'The mail server answered 450 (EENVELOPE).', 'one', now(), now(), now())`,
    [ID],
  )
  await database.close()

  const listed = await shop.run('messages', 'list', '--status', 'failed', '--user', 'dewi')
  expect(listed.stdout).toMatch(/cancelled +dewi +smtp +failed +10 +The mail server answered 450/)
  expect((await shop.ask('messages', 'list', '--type', 'refunded')).answer.results).toEqual([])
  expect((await shop.run('messages', 'list', '--type', 'spam')).code).toBe(2)
  expect((await shop.run('messages', 'show', 'nonsense')).stderr).toContain('There is no such message.')

  const checked = async () =>
    (await shop.ask('doctor')).answer.checks?.find(({ check }) => check === 'messages')
  expect(await checked()).toMatchObject({
    state: 'problem',
    says: expect.stringContaining('1 could not be sent'),
  })
  expect((await shop.run('messages', 'retry', ID)).stdout).toContain(`bayar messages show ${ID}`)
  const { stdout } = await shop.run('drain')
  expect(stdout).toMatch(/messages +1/)
  const shown = await shop.run('messages', 'show', ID)
  expect(shown.stdout).toMatch(
    /status +sent[\s\S]*channel +log[\s\S]*Langganan Pro dibatalkan[\s\S]*Halo Dewi,/,
  )
  expect(await checked()).toMatchObject({ state: 'ok', says: 'written to the log' })
  expect((await shop.run('messages', 'retry', ID)).stderr).toContain('It is sent.')
}, 120_000)
