/**
 * The simulator: charges per second over HTTP, in memory and with a data file, beside what the same server and the same load generator do with nothing behind them; and the memory of a million
 * transactions. The simulator is a process of its own, this file run as a child; the generator is this process.
 */
import { type ChildProcess, fork } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, rmSync, statSync } from 'node:fs'
import { connect } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import type { BenchOptions } from './main.ts'
import { built } from './support/ground.ts'
import { tableOf } from './support/table.ts'

type SimulatorModule = typeof import('../src/simulator/index.ts')

const KEY = 'SB-Mid-server-bench'
const AUTHORIZATION = `Basic ${Buffer.from(`${KEY}:`).toString('base64')}`
const CONNECTIONS = 64
const MILLION = 1_000_000
const WARM_UP_SECONDS = 2

const METHODS = [
  { payment_type: 'bank_transfer', bank_transfer: { bank: 'bca' } },
  { payment_type: 'bank_transfer', bank_transfer: { bank: 'permata' } },
  { payment_type: 'echannel', echannel: { bill_info1: 'Payment:', bill_info2: 'shirt' } },
  { payment_type: 'qris', qris: { acquirer: 'gopay' } },
  { payment_type: 'gopay' },
]

function chargeOf(number: number): string {
  return JSON.stringify({
    ...METHODS[number % METHODS.length],
    transaction_details: { order_id: `BENCH-${number}`, gross_amount: 100_000 },
  })
}

interface Row {
  readonly name: string
  readonly perSecond: number
  readonly p50Ms: number
  readonly p99Ms: number
}

export async function bench(options: BenchOptions): Promise<void> {
  const folder = mkdtempSync(join(tmpdir(), 'bayar-bench-'))
  try {
    const rows: Row[] = []
    rows.push(
      await rate('an empty answer', options.seconds, null, () => request('GET', '/_simulator/clock', '')),
    )
    let number = 0
    const charge = () => request('POST', '/v2/charge', chargeOf(number++))
    rows.push(await rate('charges, in memory', options.seconds, null, charge))
    const file = join(folder, 'data')
    const before = number
    rows.push(await rate('charges, with --data', options.seconds, file, charge))
    const bytesEach = Math.round(statSync(file).size / Math.max(1, number - before))
    const memory = await memoryOf(MILLION)
    if (options.json) {
      console.log(JSON.stringify({ rows, memory }, null, 2))
      return
    }
    console.log(
      tableOf(
        ['over HTTP, 64 connections', 'requests/s', 'p50 ms', 'p99 ms'],
        rows.map((row) => [row.name, Math.round(row.perSecond), row.p50Ms, row.p99Ms]),
      ),
    )
    console.log()
    console.log(
      tableOf(
        [
          'in one process',
          'transactions',
          'charges/s',
          'first 10k /s',
          'last 10k /s',
          'heap MB',
          'resident MB',
        ],
        [
          [
            'memory',
            MILLION,
            Math.round(memory.perSecond),
            Math.round(memory.firstPerSecond),
            Math.round(memory.lastPerSecond),
            Math.round(memory.heapMb),
            Math.round(memory.residentMb),
          ],
        ],
      ),
    )
    console.error(`\nThe data file takes about ${bytesEach} bytes a charge.`)
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
}

// ---------------------------------------------------------------- over HTTP

function request(method: string, path: string, body: string): string {
  return `${method} ${path} HTTP/1.1\r\nHost: 127.0.0.1\r\nAuthorization: ${AUTHORIZATION}\r\nContent-Type: application/json\r\nContent-Length: ${Buffer.byteLength(body)}\r\n\r\n${body}`
}

async function rate(name: string, seconds: number, data: string | null, next: () => string): Promise<Row> {
  const child = startChild({ mode: 'serve', data })
  try {
    const { port } = (await answerOf(child)) as { port: number }
    await load(port, WARM_UP_SECONDS, next)
    console.error(`${name} …`)
    return { name, ...(await load(port, seconds, next)) }
  } finally {
    await end(child)
  }
}

/** Keep-alive connections, each with one request under way; it understands just enough HTTP to know where an answer ends. */
async function load(port: number, seconds: number, next: () => string): Promise<Omit<Row, 'name'>> {
  const latencies: number[] = []
  const startedAt = performance.now()
  const endsAt = startedAt + seconds * 1000
  let lastAt = startedAt
  await Promise.all(
    Array.from(
      { length: CONNECTIONS },
      () =>
        new Promise<void>((done, failed) => {
          const socket = connect({ host: '127.0.0.1', port, noDelay: true })
          let sentAt = 0
          let pending = ''
          const send = () => {
            sentAt = performance.now()
            if (sentAt >= endsAt) return socket.destroy()
            return socket.write(next())
          }
          socket.on('connect', send)
          socket.on('data', (chunk: Buffer) => {
            pending += chunk.toString('latin1')
            const headerEnd = pending.indexOf('\r\n\r\n')
            if (headerEnd < 0) return
            const length = Number(/\r\ncontent-length: *(\d+)/i.exec(pending)?.[1])
            if (pending.length < headerEnd + 4 + length) return
            if (!pending.startsWith('HTTP/1.1 200')) return failed(new Error(pending.slice(0, 500)))
            lastAt = performance.now()
            latencies.push(lastAt - sentAt)
            pending = ''
            send()
          })
          socket.on('error', failed)
          socket.on('close', () => done())
        }),
    ),
  )
  latencies.sort((left, right) => left - right)
  const percentile = (share: number) => latencies[Math.floor(latencies.length * share)] ?? 0
  return {
    perSecond: latencies.length / ((lastAt - startedAt) / 1000),
    p50Ms: percentile(0.5),
    p99Ms: percentile(0.99),
  }
}

// ---------------------------------------------------------------- memory

interface Memory {
  readonly perSecond: number
  /** Flat when the last ten thousand cost what the first did. */
  readonly firstPerSecond: number
  readonly lastPerSecond: number
  readonly heapMb: number
  readonly residentMb: number
}

async function memoryOf(transactions: number): Promise<Memory> {
  console.error(`${transactions.toLocaleString('en')} transactions …`)
  const child = startChild({ mode: 'fill', transactions })
  try {
    return (await answerOf(child)) as Memory
  } finally {
    await end(child)
  }
}

// ---------------------------------------------------------------- the child

type Given =
  | { readonly mode: 'serve'; readonly data: string | null }
  | { readonly mode: 'fill'; readonly transactions: number }

function startChild(given: Given): ChildProcess {
  return fork(fileURLToPath(import.meta.url), [JSON.stringify(given)], {
    stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
    execArgv: ['--disable-warning=ExperimentalWarning', '--expose-gc'],
    env: { ...process.env, BAYAR_BENCH_CHILD: '1' },
  })
}

async function answerOf(child: ChildProcess): Promise<unknown> {
  const ended = once(child, 'close').then(() => {
    throw new Error('the simulator ended before it answered')
  })
  const [message] = (await Promise.race([once(child, 'message'), ended])) as [unknown]
  return message
}

async function end(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return
  const closed = once(child, 'close')
  child.kill('SIGTERM')
  await closed
}

async function beChild(given: Given): Promise<void> {
  process.once('disconnect', () => process.exit(0))
  const { createSimulator } = await built<SimulatorModule>('simulator/index.js')
  if (given.mode === 'serve') {
    const simulator = createSimulator({
      serverKey: KEY,
      ...(given.data === null ? {} : { data: given.data }),
    })
    const { url } = await simulator.listen({ port: 0 })
    process.send!({ port: Number(new URL(url).port) })
    return
  }
  const simulator = createSimulator({ serverKey: KEY })
  const part = 10_000
  const times: number[] = []
  for (let number = 0; number < given.transactions; ) {
    const startedAt = performance.now()
    for (const last = number + part; number < last; number++) {
      const body = chargeOf(number)
      const headers = {
        Authorization: AUTHORIZATION,
        'Content-Type': 'application/json',
        'Content-Length': String(Buffer.byteLength(body)),
      }
      const charge = new Request('http://simulator/v2/charge', { method: 'POST', headers, body })
      const answer = await simulator.fetch(charge)
      if (!answer.ok) throw new Error(await answer.text())
    }
    times.push((performance.now() - startedAt) / 1000)
  }
  await simulator.idle()
  globalThis.gc?.()
  const { heapUsed, rss } = process.memoryUsage()
  process.send!({
    perSecond: given.transactions / times.reduce((sum, one) => sum + one, 0),
    firstPerSecond: part / times[1]!,
    lastPerSecond: part / times.at(-1)!,
    heapMb: heapUsed / 2 ** 20,
    residentMb: rss / 2 ** 20,
  } satisfies Memory)
}

if (process.env.BAYAR_BENCH_CHILD === '1') await beChild(JSON.parse(process.argv[2]!) as Given)
