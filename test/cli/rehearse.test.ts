import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { join } from 'node:path'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { VERBS } from '../../src/cli/verbs.ts'
import { verifySignature } from '../../src/gateway/signature.ts'
import { TRANSACTION_STATUSES } from '../../src/gateway/wire.ts'
import { CHOICES } from '../../src/simulator/checkout/choices.ts'
import { FAULT_KINDS } from '../../src/simulator/faults.ts'
import { makeNotification } from '../../src/simulator/index.ts'
import type { Running } from '../support/processes.ts'
import { basic } from '../support/simulated-merchant.ts'
import { bayar, buildCli, makeFolder, startBayar, told } from './built-cli.ts'

/* The verbs for rehearsals: a simulator that remembers, notices of any kind, and an ear for them. */

const KEY = 'SB-Mid-server-rehearsal'
const folder = makeFolder()
const env = { MIDTRANS_SERVER_KEY: KEY }
const shell = { cwd: folder.path, env }
const running: Running[] = []
let server: Server
let url: string
let received: Readonly<Record<string, unknown>>[]
let answer = 200

beforeAll(async () => {
  await buildCli()
  server = createServer((request, response) => {
    const chunks: Buffer[] = []
    request.on('data', (chunk: Buffer) => chunks.push(chunk))
    request.on('end', () => {
      received.push(JSON.parse(Buffer.concat(chunks).toString()))
      response.writeHead(answer).end()
    })
  })
  await new Promise<void>((listening) => server.listen(0, '127.0.0.1', listening))
  url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/notify`
}, 120_000)
beforeEach(() => {
  received = []
  answer = 200
})
afterEach(async () => {
  for (const one of running.splice(0))
    if (one.child.exitCode === null && one.child.signalCode === null) await one.end('SIGTERM')
})
afterAll(() => {
  server.close()
  folder.remove()
})

async function start(...args: string[]): Promise<Running> {
  const started = await startBayar([...args, '--json'], shell)
  running.push(started)
  return started
}

function isGenuine(notice: Readonly<Record<string, unknown>>): boolean {
  return verifySignature(
    {
      orderId: String(notice.order_id),
      statusCode: String(notice.status_code),
      grossAmount: String(notice.gross_amount),
      signatureKey: String(notice.signature_key),
    },
    KEY,
  )
}

describe('bayar simulator --data', () => {
  test('a killed one remembers what it answered', async () => {
    const file = join(folder.path, 'data')
    const flags = ['simulator', '--port', '0', '--data', file]
    const first = await start(...flags)
    const charge = async (at: string, orderId: string) => {
      const response = await fetch(`${at}/v2/charge`, {
        method: 'POST',
        headers: { authorization: basic(KEY), 'content-type': 'application/json' },
        body: JSON.stringify({
          payment_type: 'bank_transfer',
          transaction_details: { order_id: orderId, gross_amount: 10_000 },
          bank_transfer: { bank: 'bca' },
        }),
      })
      return (await response.json()) as Readonly<Record<string, unknown>>
    }
    const answers = await Promise.all(
      Array.from({ length: 50 }, (_, each) => charge(String(told(first).simulator_url), `order-${each}`)),
    )
    const taken = await bayar([...flags, '--json'], shell)
    expect(taken.code).toBe(2)
    expect(taken.stdout).toContain('Another simulator')
    await first.end('SIGKILL')

    const second = await start(...flags)
    const at = String(told(second).simulator_url)
    const listed = (await (await fetch(`${at}/_simulator/transactions?limit=100`)).json()) as {
      results: { order_id: string; transaction_id: string }[]
    }
    const known = new Map(listed.results.map((one) => [one.order_id, one.transaction_id]))
    expect(known).toEqual(new Map(answers.map((one) => [one.order_id, one.transaction_id])))
    expect((await charge(at, 'order-1')).status_code).toBe('406')
  })
})

describe('bayar simulator', () => {
  test('shows no production key on its page', async () => {
    const { code, stderr } = await bayar(['simulator', '--port', '0'], {
      ...shell,
      env: { MIDTRANS_SERVER_KEY: 'Mid-server-x' },
    })
    expect(code).toBe(2)
    expect(stderr).toMatch(/--allow-production-key/)
  })
})

describe('bayar fault', () => {
  test('is set, met, listed and cleared at the simulator on this machine', async () => {
    const at = String(told(await start('simulator', '--port', '0', '--rate-limit', '1000')).simulator_url)
    const fault = (...args: string[]) => bayar(['fault', ...args, '--url', at], shell)
    expect((await fault()).stdout).toContain('No faults')
    const set = await fault('http_error', '--endpoint', 'status', '--http', '503', '--times', '2')
    expect(set).toMatchObject({ code: 0, stdout: expect.stringContaining('http_error') })
    const status = await fetch(`${at}/v2/order-1/status`, { headers: { authorization: basic(KEY) } })
    expect(status.status).toBe(503)
    const listed = await fault('--json')
    expect(JSON.parse(listed.stdout)).toMatchObject([{ kind: 'http_error', left: 1, status: 503 }])
    expect((await fault('lose', '--clear', '--telling', 'settlement')).stdout).not.toContain('http_error')
    expect((await fault('--clear')).stdout).toContain('No faults')
  })

  // biome-ignore format: a table is read in columns
  test.each([
    ['an address that is not here',  ['lose', '--url', 'https://shop.example/'],   /--allow-remote/],
    ['a simulator that is not there', ['lose', '--url', 'http://127.0.0.1:9/'],    /No simulator answers/],
  ] as const)('refuses %s', async (_, args, says) => {
    const { code, stderr } = await bayar(['fault', ...args], shell)
    expect(code).toBe(2)
    expect(stderr).toMatch(says)
  })

  test('names every kind in its help', () => {
    const { about } = VERBS.find(({ name }) => name === 'fault')!
    const named = /^KIND is (.*);/m.exec(about!)![1]!.split(/, | or /)
    expect(named.sort()).toEqual([...FAULT_KINDS].sort())
  })

  test('says what it does not know', async () => {
    const at = String(told(await start('simulator', '--port', '0')).simulator_url)
    const { code, stderr } = await bayar(['fault', 'earthquake', '--url', at], shell)
    expect(code).toBe(2)
    expect(stderr).toMatch(/must be one of lose_answer/)
  })
})

describe('bayar trigger', () => {
  test('posts a signed notification', async () => {
    const { code } = await bayar(
      ['trigger', 'settlement', 'ORDER-1', '--url', url, '--amount', '150000'],
      shell,
    )
    expect(code).toBe(0)
    expect(received).toMatchObject([
      { order_id: 'ORDER-1', transaction_status: 'settlement', gross_amount: '150000.00' },
    ])
    expect(isGenuine(received[0]!)).toBe(true)
  })

  test('says what was answered', async () => {
    answer = 503
    const { code, stdout } = await bayar(
      ['trigger', 'expire', 'ORDER-1', '--url', url, '--copies', '3'],
      shell,
    )
    expect(code).toBe(1)
    expect(stdout.match(/HTTP 503/g)).toHaveLength(3)
    expect(received).toHaveLength(3)
  })

  test('can sign with another key', async () => {
    await bayar(['trigger', 'settlement', 'ORDER-1', '--url', url, '--wrong-signature'], shell)
    expect(isGenuine(received[0]!)).toBe(false)
  })

  // biome-ignore format: a table is read in columns
  test.each([
    ['an address that is not here',  ['settlement', 'A', '--url', 'https://shop.example/notify'],           {},                                           /--allow-remote/],
    ['a production key',             ['settlement', 'A', '--url', 'http://127.0.0.1:9/'],                   { MIDTRANS_SERVER_KEY: 'Mid-server-x' },      /--allow-production-key/],
    ['no key',                       ['settlement', 'A', '--url', 'http://127.0.0.1:9/'],                   { MIDTRANS_SERVER_KEY: '' },                  /No key to sign with/],
    ['a status that is none',        ['paid', 'A', '--url', 'http://127.0.0.1:9/'],                         {},                                           /must be one of pending/],
    ['a method that is none',        ['settlement', 'A', '--method', 'cash', '--print'],                    {},                                           /must be one of credit_card/],
    ['an order left out',            ['settlement'],                                                        {},                                           /Say which/],
  ] as const)('refuses %s', async (_, args, more, says) => {
    const { code, stderr } = await bayar(['trigger', ...args], { ...shell, env: { ...env, ...more } })
    expect(code).toBe(2)
    expect(stderr).toMatch(says)
    expect(received).toEqual([])
  })

  test('takes both when told so', async () => {
    const { code } = await bayar(
      ['trigger', 'settlement', 'A', '--url', url, '--allow-production-key', '--allow-remote'],
      { ...shell, env: { MIDTRANS_SERVER_KEY: 'Mid-server-x' } },
    )
    expect(code).toBe(0)
  })
})

describe('a notification made to order', () => {
  const STATUSES = [...TRANSACTION_STATUSES, 'challenge']

  test.each(CHOICES.map(({ name }) => name))('%s: any status, signed', (method) => {
    for (const status of STATUSES) {
      const made = makeNotification({ status, method, orderId: 'ORDER-1', serverKey: KEY, amount: 20_000 })
      expect(made.transaction_status).toBe(status === 'challenge' ? 'capture' : status)
      expect(made.gross_amount).toBe('20000.00')
      expect(isGenuine({ ...made })).toBe(true)
      expect(Object.keys(made)).toEqual(Object.keys(made).sort().reverse())
    }
  })

  test.each([
    ['qris', 'qris', 'gopay'],
    ['shopeepay_qris', 'qris', 'airpay shopee'],
    ['card', 'credit_card', undefined],
    ['mandiri_bill', 'echannel', undefined],
  ])('%s is known by that name, too', (method, payment_type, acquirer) => {
    const made = makeNotification({ status: 'settlement', method, orderId: 'A', serverKey: KEY })
    expect(made).toMatchObject({ payment_type, ...(acquirer ? { acquirer } : {}) })
  })

  test('tells what was given back', () => {
    const wish = { orderId: 'A', serverKey: KEY, amount: 20_000, method: 'gopay' }
    expect(makeNotification({ ...wish, status: 'refund' }).refund_amount).toBe('20000.00')
    expect(makeNotification({ ...wish, status: 'partial_refund', refundAmount: 500 })).toMatchObject({
      refund_amount: '500.00',
      refunds: [{ refund_amount: '500.00' }],
    })
  })
})

describe('bayar listen', () => {
  test('prints what arrives, and whether it is genuine', async () => {
    const listening = await start('listen', '--port', '0', '--count', '3')
    const to = `${String(told(listening).url)}/anywhere`
    await bayar(['trigger', 'settlement', 'ORDER-1', '--url', to], shell)
    await bayar(['trigger', 'settlement', 'ORDER-2', '--url', to, '--wrong-signature'], shell)
    await fetch(to, { method: 'POST', body: '{"id":"of a subscription"}' })
    await listening.closed
    const { stdout } = await listening.end('SIGTERM')
    const lines = stdout
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line) as object)
    expect(lines.slice(1)).toMatchObject([
      { path: '/anywhere', verdict: 'genuine', body: { order_id: 'ORDER-1' } },
      { path: '/anywhere', verdict: 'forged', body: { order_id: 'ORDER-2' } },
      { path: '/anywhere', verdict: 'unsigned', body: { id: 'of a subscription' } },
    ])
  })

  test.each([
    ['an address that others reach', ['--host', '0.0.0.0'], {}, /--allow-remote/],
    ['a production key', [], { MIDTRANS_SERVER_KEY: 'Mid-server-x' }, /--allow-production-key/],
  ] as const)('refuses %s', async (_, args, more, says) => {
    const { code, stderr } = await bayar(['listen', '--port', '0', ...args], {
      ...shell,
      env: { ...env, ...more },
    })
    expect(code).toBe(2)
    expect(stderr).toMatch(says)
  })
})
