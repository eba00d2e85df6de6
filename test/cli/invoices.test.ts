import { afterAll, beforeAll, expect, test } from 'vitest'
import { createBayar } from '../../src/bayar.ts'
import { silentLog } from '../../src/operations/log.ts'
import { LOCAL } from '../support/invoices.ts'
import { buildCli } from './built-cli.ts'
import { type DurableServer, durableServer } from './durable-server.ts'
import { openShop, type Shop } from './shop.ts'

/* Invoices from the terminal. */

let server: DurableServer
let shop: Shop

beforeAll(async () => {
  await buildCli()
  server = await durableServer()
  const url = await server.database()
  shop = await openShop(url)
  shop.configure('')
  const bayar = createBayar({ database: url, serverKey: 'SB-Mid-server-cli', log: silentLog })
  for (const orderId of ['cart-1', 'cart-2'])
    await bayar.invoices.create({ ...LOCAL, orderId, dueDate: '2030-03-31' })
  await bayar.close()
}, 120_000)
afterAll(async () => {
  await shop.close()
  await server.stop()
})

test('are listed, shown and withdrawn, for a person and for a program', async () => {
  const list = await shop.run('invoices', 'list', '--status', 'sent')
  expect(list.code, list.stderr).toBe(0)
  expect(list.stdout).toMatch(/INV-000002 +cart-2 +sent +Budi Santoso +Rp 150\.000 +Rp 0 +2030-03-31/)
  expect((await shop.ask('invoices', 'list', '--search', 'cart-1')).answer.results).toMatchObject([
    { invoice_number: 'INV-000001' },
  ])
  const show = await shop.run('invoices', 'show', 'INV-000001')
  expect(show.stdout).toContain('invoice.created')
  const gone = await shop.ask('invoices', 'void', 'cart-1', '--because', 'Twice.')
  expect(gone).toMatchObject({ code: 0, answer: { invoice: { status: 'void', void_reason: 'Twice.' } } })
  const none = await shop.run('invoices', 'show', 'INV-9')
  expect([none.code, none.stderr.includes('There is no such invoice.')]).toEqual([1, true])
}, 60_000)
