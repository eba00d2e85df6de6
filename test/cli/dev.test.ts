import { chmodSync, existsSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { join } from 'node:path'
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest'
import { type Running, runToEnd } from '../support/processes.ts'
import { bayar, buildCli, eventually, freePort, makeFolder, startBayar } from './built-cli.ts'

/* `npm start` as it is: embedded PostgreSQL, simulator, app and worker in one process. The first test makes the home that the others find. */

interface DevFile {
  readonly server_key: string
  readonly api_key: string
  readonly app_url: string
  readonly simulator_url: string
  readonly database_url: string
}

const folder = makeFolder()
const home = join(folder.path, 'home')
const lines = join(folder.path, 'handled.jsonl')
let env: NodeJS.ProcessEnv
const running: Running[] = []

beforeAll(async () => {
  await buildCli()
  // PostgreSQL does not run as root but as somebody who must get in; elsewhere the data would lie outside of this folder.
  chmodSync(folder.path, 0o755)
  env = { BAYAR_HOME: home, PORT: String(await freePort()), SIMULATOR_PORT: String(await freePort()) }
}, 120_000)
afterEach(async () => {
  for (const one of running.splice(0))
    if (one.child.exitCode === null && one.child.signalCode === null) await one.end('SIGTERM')
})
afterAll(() => folder.remove())

async function start(extra: NodeJS.ProcessEnv = {}, cwd = folder.path, flags = ['--json']) {
  const started = await startBayar(['dev', ...flags], { cwd, env: { ...env, ...extra } })
  running.push(started)
  return started
}

const devFile = () => JSON.parse(readFileSync(join(home, 'dev.json'), 'utf8')) as DevFile

async function call(dev: DevFile, path: string, body?: unknown) {
  const response = await fetch(dev.app_url + path, {
    ...(body === undefined ? {} : { method: 'POST', body: JSON.stringify(body) }),
    headers: { authorization: `Bearer ${dev.api_key}`, 'content-type': 'application/json' },
  })
  const answer = (await response.json()) as Record<string, unknown> & { results: { status: string }[] }
  return { http: response.status, ...answer }
}

async function chargeAndPay(dev: DevFile, orderId: string): Promise<void> {
  const charged = await call(dev, '/midtrans/api/charge/', {
    order_id: orderId,
    gross_amount: 150_000,
    payment_type: 'bank_transfer',
    bank: 'bca',
  })
  expect(charged).toMatchObject({ http: 201, transaction_status: 'pending', va_number: expect.any(String) })
  const paid = await fetch(`${dev.simulator_url}/_simulator/transactions/${orderId}/pay`, { method: 'POST' })
  expect(paid.status).toBe(200)
  await eventually(`${orderId} is settled`, async () => {
    const found = await call(dev, `/midtrans/api/payments/?order_id=${orderId}`)
    return found.results[0]?.status === 'settled' || undefined
  })
}

const handled = () => {
  const text = existsSync(lines) ? readFileSync(lines, 'utf8') : ''
  expect(text === '' || text.endsWith('\n')).toBe(true)
  return text
    .split('\n')
    .filter(Boolean)
    .map((line) => JSON.parse(line) as { event: string; order_id: string; event_id: string })
}
const handledOf = (orderId: string) =>
  handled()
    .filter((line) => line.order_id === orderId)
    .map((line) => line.event)

test('a restart forgets neither the payment nor what it is paid with', async () => {
  const first = await start()
  const dev = devFile()
  await call(dev, '/midtrans/api/charge/', {
    order_id: 'ORDER-OVER-NIGHT',
    gross_amount: 150_000,
    payment_type: 'bank_transfer',
    bank: 'bca',
  })
  await first.end('SIGKILL')
  await start()
  const again = devFile()
  const paid = await fetch(`${again.simulator_url}/_simulator/transactions/ORDER-OVER-NIGHT/pay`, {
    method: 'POST',
  })
  expect(paid.status).toBe(200)
  await eventually('it is settled', async () => {
    const found = await call(again, '/midtrans/api/payments/?order_id=ORDER-OVER-NIGHT')
    return found.results[0]?.status === 'settled' || undefined
  })
})

test('the whole story: charge, pay, the handler runs; a second one shows the first; Ctrl-C ends everything', async () => {
  const first = await start({ BAYAR_DEV_HANDLERS: lines })
  const dev = devFile()
  expect(JSON.parse(first.firstLine)).toMatchObject({
    app_url: dev.app_url,
    simulator_url: dev.simulator_url,
    dev_file: join(home, 'dev.json'),
  })
  expect(Object.keys(dev).sort()).toEqual([
    'api_key',
    'app_url',
    'client_key',
    'database_url',
    'merchant_id',
    'server_key',
    'simulator_url',
  ])
  expect(statSync(join(home, 'dev.json')).mode & 0o777).toBe(0o600)
  expect(dev.server_key).toMatch(/^SB-Mid-server-/)
  expect((await fetch(`${dev.app_url}/readyz`)).status).toBe(200)
  const page = await (await fetch(`${dev.app_url}/`)).text()
  expect(page).toContain(dev.simulator_url)
  expect(page, 'a page that anybody may open shows no key').not.toContain(dev.api_key)
  expect((await fetch(`${dev.app_url}/docs`)).status).toBe(200)

  await chargeAndPay(dev, 'ORDER-1')
  await eventually('the handler has run', () => handledOf('ORDER-1').includes('payment.settled') || undefined)
  expect(handledOf('ORDER-1')).toEqual(['payment.received', 'payment.settled'])
  expect(handled()[0]!.event_id).toMatch(/^[0-9a-f-]{36}$/)

  const second = await bayar(['dev'], { cwd: folder.path, env })
  expect(second.code).toBe(3)
  expect(second.stdout).toContain(dev.app_url)
  expect(second.stdout).toContain(dev.simulator_url)
  expect((await fetch(`${dev.app_url}/readyz`)).status).toBe(200)

  expect(await first.end('SIGINT')).toMatchObject({ code: 0, signal: null })
  expect(readdirSync(home).sort()).toEqual(['.gitignore', 'keys.json', 'postgres', 'simulator.jsonl'])
  await expect(fetch(dev.app_url)).rejects.toThrow()
  await expect(fetch(dev.simulator_url)).rejects.toThrow()
}, 120_000)

test('when its PostgreSQL ends by itself it is said once, and it runs again with everything that was there', async () => {
  const first = await start({}, folder.path, [])
  const dev = devFile()
  const [cluster] = readdirSync(join(home, 'postgres'), { recursive: true, encoding: 'utf8' }).filter(
    (file) => file.endsWith('postmaster.pid'),
  )
  const before = Number(readFileSync(join(home, 'postgres', cluster!), 'utf8').split('\n')[0])
  process.kill(before, 'SIGKILL')
  await eventually('it runs again', () => first.stderr().includes('PostgreSQL runs again.') || undefined)
  expect(first.stderr().match(/has ended by itself/g)).toHaveLength(1)
  expect((await fetch(`${dev.app_url}/readyz`)).status).toBe(200)
  await chargeAndPay(dev, 'ORDER-AFTER-DATABASE')
}, 120_000)

test('after a kill -9 it starts again, with keys and data as they were, and owes nothing', async () => {
  const first = await start({ BAYAR_DEV_HANDLERS: lines })
  const before = devFile()
  await chargeAndPay(before, 'ORDER-2')
  await first.end('SIGKILL')
  expect(existsSync(join(home, 'dev.json'))).toBe(true)

  await start({ BAYAR_DEV_HANDLERS: lines })
  const dev = devFile()
  expect(dev).toEqual(before)
  expect(await call(dev, '/midtrans/api/payments/?order_id=ORDER-2')).toMatchObject({
    results: [{ status: 'settled', net_amount: 150_000 }],
  })
  await eventually(
    'what the killed one owed was delivered',
    () => handledOf('ORDER-2').includes('payment.settled') || undefined,
    60,
  )
  await chargeAndPay(dev, 'ORDER-3')
}, 120_000)

test('without BAYAR_DEV_HANDLERS its handler is retired, and nothing waits for it', async () => {
  const first = await start()
  const dev = devFile()
  await chargeAndPay(dev, 'ORDER-4')
  const shell = {
    cwd: folder.path,
    env: { DATABASE_URL: dev.database_url, MIDTRANS_SERVER_KEY: dev.server_key },
  }
  const { stdout } = await bayar(['handlers', 'list', '--json'], shell)
  expect(JSON.parse(stdout).results).toMatchObject([
    { name: 'dev-handlers-file', retired_at: expect.any(String) },
  ])
  expect(handledOf('ORDER-4')).toEqual([])
  const status = JSON.parse((await bayar(['status', '--json'], shell)).stdout)
  expect(status.backlog.waiting_deliveries).toBe(0)
  expect(await first.end('SIGTERM')).toMatchObject({ code: 0 })
}, 120_000)

test('commands beside it are about it, and never mix its parts with others', async () => {
  await start()
  const dev = devFile()
  await chargeAndPay(dev, 'ORDER-BESIDE')
  const beside = (args: readonly string[], extra: NodeJS.ProcessEnv = {}) =>
    bayar(args, { cwd: folder.path, env: { BAYAR_HOME: home, ...extra } })

  const shown = await beside(['payments', 'show', 'ORDER-BESIDE'])
  expect(shown).toMatchObject({
    code: 0,
    stderr: expect.stringMatching(/^No other key .*home.dev\.json\.\n$/),
  })
  expect(shown.stdout).toContain('settled')
  const doctor = await beside(['doctor'])
  expect(doctor.stdout).toContain(`${dev.simulator_url} answers, and accepts the server key`)
  expect(doctor.code).toBe(0)

  const file = join(folder.path, 'beside.config.mjs')
  const library = JSON.stringify(new URL('../../dist/index.js', import.meta.url).href)
  const configured = (options: string) =>
    writeFileSync(
      file,
      `import { createBayar, fromEnv } from ${library}\nexport default createBayar({ ...fromEnv(), ${options} })\n`,
    )
  configured('')
  expect((await beside(['status', '--config', file])).code).toBe(0)
  for (const own of [`serverKey: 'SB-Mid-server-of-another'`, 'isProduction: true']) {
    configured(own)
    const refused = await beside(['status', '--config', file])
    expect(refused.code).not.toBe(0)
    expect(refused.stderr).not.toContain('No other key')
  }
  expect((await beside(['status'], { MIDTRANS_SERVER_KEY: 'SB-Mid-server-of-another' })).code).not.toBe(0)
}, 120_000)

test('an outcome that is not known says who was asked', async () => {
  await start()
  const dev = devFile()
  await call(dev, '/midtrans/api/charge/', {
    order_id: 'ORDER-SILENCE',
    gross_amount: 150_000,
    payment_type: 'bank_transfer',
    bank: 'bca',
  })
  // Takes the request and breaks off: it may have been carried out.
  const silent = createServer((request) => request.socket.destroy())
  await new Promise<void>((resolve) => silent.listen(0, '127.0.0.1', resolve))
  const address = `http://127.0.0.1:${(silent.address() as AddressInfo).port}`
  try {
    const cancelled = await bayar(['payments', 'cancel', 'ORDER-SILENCE'], {
      cwd: folder.path,
      env: {
        DATABASE_URL: dev.database_url,
        MIDTRANS_SERVER_KEY: dev.server_key,
        MIDTRANS_BASE_URL: address,
      },
    })
    expect(cancelled.code).toBe(6)
    expect(cancelled.stderr).toContain(`Midtrans was asked at ${address}.`)
  } finally {
    silent.close()
  }
}, 120_000)

test('the page at / shows no key, and lines to paste that find it', async () => {
  await start()
  const dev = devFile()
  const page = await (await fetch(`${dev.app_url}/`)).text()
  expect(page).not.toContain(dev.api_key)
  const shown = /<pre>([^<]*)<\/pre>/.exec(page)![1]!
  const lines = shown.replace(/&#(\d+);/g, (_, code) => String.fromCharCode(Number(code)))
  const { stdout } = await runToEnd('sh', ['-c', lines], { cwd: folder.path })
  expect(JSON.parse(stdout)).toMatchObject({ order_id: 'TRY-1', va_number: expect.any(String) })
}, 120_000)

test('a person is shown the addresses and two commands to paste, which work', async () => {
  const first = await start({}, folder.path, [])
  expect(first.firstLine).toBe('bayar runs.')
  const { app_url, simulator_url } = await eventually('dev.json', () =>
    existsSync(join(home, 'dev.json')) ? devFile() : undefined,
  )
  const second = await bayar(['dev'], { cwd: folder.path, env })
  expect(second.stdout).toBe(
    `bayar already runs here:\n\n  app        ${app_url}\n  simulator  ${simulator_url}\n`,
  )
  const { stdout } = await first.end('SIGTERM')
  expect(stdout).toContain(`${app_url}/docs`)
  expect(stdout).toContain(join(home, 'dev.json'))
  expect(stdout).toMatch(
    /curl -s \S+\/midtrans\/api\/charge\/ -H "Authorization: Bearer \w{32}" .*"order_id":"(TRY-\w+)"/,
  )
  expect(stdout).toMatch(/curl -s -X POST \S+\/_simulator\/transactions\/TRY-\w+\/pay/)
}, 120_000)

test('a config file brings its handlers and its basePath, and is pointed at the simulator by the environment', async () => {
  const shop = makeFolder()
  const source = join(import.meta.dirname, '..', '..', 'dist', 'index.js')
  const config = (options: string) =>
    writeFileSync(
      join(shop.path, 'bayar.config.ts'),
      `import { appendFileSync } from 'node:fs'
      import { createBayar, fromEnv } from ${JSON.stringify(source)}
      const bayar = createBayar({ ...fromEnv(), ${options} })
      bayar.on('payment.settled', 'shop-handler', ({ payment }) => appendFileSync('shop.txt', payment.orderId + '\\n'))
      export default bayar`,
    )
  config(`basePath: '/api/bayar'`)
  const first = await start({}, shop.path)
  const dev = devFile()
  expect(dev.app_url).toMatch(/\/api\/bayar$/)
  expect((await fetch(`${dev.app_url}/readyz`)).status).toBe(200)
  await chargeAndPay(dev, 'ORDER-5')
  await eventually(
    'the shop’s own handler has run',
    () => existsSync(join(shop.path, 'shop.txt')) || undefined,
  )
  expect(readFileSync(join(shop.path, 'shop.txt'), 'utf8')).toBe('ORDER-5\n')
  await first.end('SIGTERM')

  config(`baseUrl: 'https://api.sandbox.midtrans.com', serverKey: 'SB-Mid-server-mine'`)
  const { code, stdout, stderr } = await bayar(['dev'], { cwd: shop.path, env })
  expect({ code, stdout }).toEqual({ code: 2, stdout: '' })
  expect(stderr).toContain('baseUrl is not the one of MIDTRANS_BASE_URL')
  expect(stderr).toContain('serverKey is not the one of MIDTRANS_SERVER_KEY')
  config(`isProduction: true, serverKey: 'Mid-server-real', clientKey: undefined`)
  expect(await bayar(['dev'], { cwd: shop.path, env })).toMatchObject({
    code: 2,
    stderr: expect.stringContaining('refuses to run in production'),
  })
  shop.remove()
}, 120_000)

// biome-ignore format: a table is read in columns
const REFUSALS = [
  ['NODE_ENV=production',              { NODE_ENV: 'production' },                          2, 'NODE_ENV is production'],
  ['MIDTRANS_IS_PRODUCTION=true',      { MIDTRANS_IS_PRODUCTION: 'true' },                  2, 'MIDTRANS_IS_PRODUCTION is true'],
  ['a production server key',          { MIDTRANS_SERVER_KEY: 'Mid-server-real' },          2, 'MIDTRANS_SERVER_KEY looks like a production key'],
  ['keys in each other’s place',       { MIDTRANS_CLIENT_KEY: 'SB-Mid-server-x' },          2, 'clientKey is a server key'],
  ['a handlers file in no folder',     { BAYAR_DEV_HANDLERS: '/nowhere/handled.jsonl' },    2, 'BAYAR_DEV_HANDLERS'],
  ['an API key that can be guessed',   { BAYAR_API_KEY: 'short' },                          2, 'apiKey must be at least 16 characters'],
] as const

test.each(REFUSALS)('refuses %s', async (_, extra, code, sentence) => {
  const refused = await bayar(['dev'], { cwd: folder.path, env: { ...env, ...extra } })
  expect(refused.stderr).toContain(sentence)
  expect(refused).toMatchObject({ code, stdout: '' })
})

test('the sandbox needs keys of one’s own', async () => {
  expect(await bayar(['dev', '--gateway', 'sandbox'], { cwd: folder.path, env })).toMatchObject({
    code: 2,
    stderr: expect.stringContaining('needs the keys of your own sandbox account'),
  })
})
