/** The samples of the guides to invoices, events, messages and webhooks of subscriptions, as they are written: run one after the other in front of the simulator, and what they do is looked at. */
import { spawnSync } from 'node:child_process'
import { mkdirSync, mkdtempSync, realpathSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { afterAll, beforeAll, expect, inject, test } from 'vitest'
import { repository } from './support/clone.ts'
import { readDocuments, samplesOf, shellOf } from './support/documents.ts'
import { runToEnd } from './support/processes.ts'
import { READERS_OWN } from './support/readers-own.ts'

const ENTRIES = {
  bayar: 'src/index.ts',
  'bayar/midtrans': 'src/gateway/index.ts',
  'bayar/node': 'src/adapters/node.ts',
  'bayar/testing': 'src/testing/index.ts',
}

/** In place of the reader's own instance: one whose Midtrans is the simulator. Samples that make an instance are their own. */
const instance = ({
  imports = '',
  options = '',
  more = '',
}) => `import { createTestBayar } from 'bayar/testing'
${imports}
export const shop = await createTestBayar({ options: { invoiceIssuer: { name: 'Toko Melati' }${options} }${more} })
export const bayar = shop.bayar
export default bayar
`

/** What an instance of this guide has beside. */
const INSTANCES: Readonly<Record<string, Parameters<typeof instance>[0]>> = {
  // Its days count from the reader's today.
  'docs/guides/invoices.md': { more: ', now: new Date()' },
  // It sends by the guide's own function, in the guide's own words.
  'docs/guides/messages.md': {
    imports: `import { sendMessage } from './messages-2.ts'
import { templates } from './messages-3.ts'`,
    options: ', messages: { channel: sendMessage, templates }',
  },
}

const STORIES: Readonly<Record<string, string>> = {
  'docs/guides/invoices.md': `
    expect((await bayar.invoices.find('cart-7'))).toMatchObject({ totalAmount: 183_150, status: 'sent', userId: 'user-42' })
    expect((await bayar.invoices.find('cart-8'))?.virtualAccounts).toHaveLength(2)
    expect((await bayar.invoices.payments('cart-9')).map(({ status }) => status)).toEqual(['cancelled', 'created'])
    expect((await bayar.invoices.find('cart-10'))).toMatchObject({ status: 'void', dueDate: dayFromNow(30) })
    expect(readFileSync('invoice.pdf', 'latin1').slice(0, 5)).toBe('%PDF-')
  `,
  'docs/guides/events.md': `
    const { registerHandlers } = modules.find((one) => 'registerHandlers' in one)
    registerHandlers(bayar)
    await bayar.ready()
    const charge = (orderId, method) => bayar.payments.charge({ orderId, grossAmount: 150_000, customer: { email: 'budi@example.com' }, ...method })
    await charge('ORDER-1', { paymentType: 'gopay' })
    await shop.pay('ORDER-1')
    await bayar.payments.refund('ORDER-1', { amount: 50_000 })
    await charge('ORDER-2', { paymentType: 'bank_transfer', bank: 'bca' })
    await shop.advance(2 * 86_400)
    await charge('ORDER-3', { paymentType: 'gopay' })
    await shop.simulator.deny('ORDER-3')
    await shop.idle()
    const invoice = { channel: 'local', customerName: 'Budi', customerEmail: 'budi@example.com', dueDate: '2026-03-31', items: [{ description: 'Kemeja', price: 75_000 }] }
    await bayar.invoices.create({ ...invoice, orderId: 'cart-1' })
    await bayar.invoices.pay('cart-1', { paymentType: 'qris' })
    await shop.pay('cart-1-1')
    await bayar.invoices.create({ ...invoice, orderId: 'cart-2' })
    await shop.advance(40 * 86_400)
    await bayar.tasks.checkOverdueInvoices()
    await bayar.invoices.void('cart-2', { reason: 'Dipesan dua kali.' })
    await shop.idle()
    expect(done.toSorted()).toEqual([
      'ORDER-1 marked as paid',
      'ORDER-1 saved as paid',
      'ORDER-2 released',
      'cart-1-1 marked as paid',
      'cart-1-1 saved as paid',
      'confirmation ORDER-1',
      'confirmation cart-1-1',
      'denied budi@example.com',
      'invoice budi@example.com without link %PDF-',
      'invoice budi@example.com without link %PDF-',
      'receipt budi@example.com INV-000001, qris',
      'refund budi@example.com 50000',
      'reminder budi@example.com 2026-03-31',
    ])
    expect(said).toEqual(expect.arrayContaining([expect.stringContaining('New payment: ORDER-1'), 'written: INV-000001', 'void: Dipesan dua kali.']))
  `,
  'docs/guides/messages.md': `
    const [jane] = (await bayar.subscriptions.list()).results
    await shop.idle()
    expect(done).toEqual(['user-42 Pro: Rp90.000 to pay'])
    const [message] = (await bayar.messages.list()).results
    expect(message).toMatchObject({ type: 'payment_pending', language: 'en', status: 'sent', channel: 'host', customerEmail: 'jane@example.com' })
    expect(message.body).toMatch(/^Please send Rp90.000 to \\d+.\\nYou have until .* WIB.$/)
    await shop.pay((await bayar.payments.list()).results[0].orderId)
    await shop.advance(28 * 86_400)
    expect(await bayar.tasks.sendExpiryReminders()).toEqual({ reminded: 1 })
    await shop.idle()
    expect(done.slice(1)).toEqual(['user-42 We received Rp90.000 for Pro', 'user-42 Pro renews in 3 days'])
    expect((await bayar.subscriptions.find(jane.id)).status).toBe('active')
  `,
  'docs/guides/webhooks-subscriptions.md': `
    await shop.idle()
    expect(said).toEqual(expect.arrayContaining(['valid: false', '200 processed', '200 duplicate', 'active', 'TOPUP- pending', 'SUB- settlement duplicate', 'user-7 may come in']))
    // The mounted function is the endpoint: what is not signed is refused.
    const { POST } = modules.find((one) => 'POST' in one)
    const unsigned = new Request('http://shop.example/api/subscriptions/webhook/notification/', { method: 'POST', body: '{}' })
    expect((await POST(unsigned)).status).toBe(403)
    const [topup] = (await bayar.topups.list()).results
    await shop.pay(topup.orderId)
    expect((await bayar.wallets.get('user-7')).balance).toBe(50_000)
    if (process.env.HAS_CURL) {
      const server = await serve(bayar, { port: 0 })
      const recipe = shell.find((text) => text.includes('curl -X POST'))
      const { payment } = await bayar.subscriptions.subscribe({ user: 'user-8', name: 'Basic', amount: 49_000, paymentType: 'qris' })
      const env = { ...process.env, BAYAR_URL: 'http://127.0.0.1:' + server.port, MIDTRANS_SERVER_KEY: bayar.settings.serverKey }
      try {
        // As it is written, and for an order of the reader's, of which it then waits for a person: that transaction is not Midtrans's.
        expect(JSON.parse((await run('sh', ['-c', recipe], { env })).stdout)).toMatchObject({ status: 'foreign' })
        const told = JSON.parse((await run('sh', ['-c', recipe], { env: { ...env, ORDER_ID: payment.orderId } })).stdout)
        expect(['processed', 'received', 'review']).toContain(told.status)
        const wrong = await run('sh', ['-c', recipe], { env: { ...env, MIDTRANS_SERVER_KEY: 'SB-Mid-server-another' } })
        expect(JSON.parse(wrong.stdout)).toMatchObject({ status: 403, code: 'notification_unsigned' })
      } finally {
        await server.close()
      }
      expect((await bayar.notifications.list({ filter: { orderId: 'SUB-TEST123' } })).results.map(({ sender }) => sender)).toContain('127.0.0.1')
    }
  `,
}

const hasCurl = spawnSync('curl', ['--version']).status === 0
if (!hasCurl) console.warn('curl is not installed, so the curl recipe of the guides is not run.')

let folder: string
beforeAll(() => {
  folder = realpathSync(mkdtempSync(join(tmpdir(), 'bayar-guides-')))
})
afterAll(() => rmSync(folder, { recursive: true, force: true }))

test.each(Object.keys(STORIES))(
  '%s',
  async (path) => {
    const document = readDocuments(repository).find((one) => one.path === path)!
    const samples = samplesOf(document)
    const home = join(folder, path.replaceAll(/\W/g, '-'))
    const write = (name: string, text: string) => {
      mkdirSync(dirname(join(home, name)), { recursive: true })
      writeFileSync(join(home, name), text)
    }
    write('package.json', '{ "private": true, "type": "module" }')
    symlinkSync(join(repository, 'node_modules'), join(home, 'node_modules'))
    for (const [name, text] of Object.entries(READERS_OWN)) write(name, text)
    write('bayar.config.ts', instance(INSTANCES[path] ?? {}))
    for (const { name, code } of samples) write(name, code)
    const alias = Object.entries(ENTRIES).map(([name, file]) => ({ name, file: join(repository, file) }))
    write(
      'vitest.config.mjs',
      `const alias = ${JSON.stringify(alias)}.map(({ name, file }) => ({ find: new RegExp('^' + name + '$'), replacement: file }))
       export default { resolve: { alias }, test: { include: ['*.test.ts'], testTimeout: 60_000, hookTimeout: 60_000 } }`,
    )
    write(
      'guide.test.ts',
      `import { execFile } from 'node:child_process'
       import { readFileSync } from 'node:fs'
       import { promisify } from 'node:util'
       import { serve } from 'bayar/node'
       import { expect, test } from 'vitest'
       import { bayar, shop } from './bayar.config.ts'
       import { dayFromNow } from './src/days.ts'
       import { done } from './src/done.ts'
       const run = promisify(execFile)
       const shell = ${JSON.stringify(shellOf(document))}
       test('as written', async () => {
         const said = []
         const log = console.log
         console.log = (...words) => void said.push(words.join(' '))
         try {
           const modules = []
           for (const name of ${JSON.stringify(samples.map(({ name }) => name))}) modules.push(await import('./' + name))
           ${STORIES[path]}
         } finally {
           console.log = log
           await shop.close()
         }
       })`,
    )
    const vitest = join(repository, 'node_modules', 'vitest', 'vitest.mjs')
    const { code, stdout, stderr } = await runToEnd(process.execPath, [vitest, 'run', '--root', home], {
      cwd: home,
      env: {
        ...process.env,
        BAYAR_TEST_DATABASE_URL: inject('testServerUrl'),
        NO_COLOR: '1',
        ...(hasCurl && { HAS_CURL: '1' }),
      },
    })
    expect(code, stdout + stderr).toBe(0)
    expect(samples.length).toBeGreaterThan(5)
  },
  120_000,
)
