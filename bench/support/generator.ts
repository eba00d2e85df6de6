/**
 * Our own load generator, for machines without wrk: a process of its own, raw sockets that are kept alive, requests written as they lie in the file. It understands just enough
 * HTTP to know where an answer ends. This machine only, for a bounded time and a bounded number of requests.
 */
import { closeSync, openSync, readSync, writeSync } from 'node:fs'
import { connect, type Socket } from 'node:net'
import type { Measured, Task } from './load.ts'

const task = JSON.parse(process.argv[2]!) as Task
const input = openSync(task.requests.path, 'r')
const output = openSync(task.answersPath, 'w')
const READ_REQUESTS = 512
let block = Buffer.alloc(0)
let blockAt = 0
let taken = 0

/** The next request, as a view of the block it was read with. */
function nextRequest(): Buffer | null {
  const { bytesEach, count } = task.requests
  if (taken === count) return null
  if (blockAt === block.length) {
    block = Buffer.allocUnsafe(Math.min(READ_REQUESTS, count - taken) * bytesEach)
    readSync(input, block)
    blockAt = 0
  }
  taken++
  const request = block.subarray(blockAt, blockAt + bytesEach)
  blockAt += bytesEach
  return request
}

const latencies: number[] = []
let answersText = ''
let errors = 0
let open = 0
const startedAt = performance.now()
const endsAt = startedAt + task.seconds * 1_000
let lastAt = startedAt

function keepAnswer(status: string, body: string): void {
  answersText += `${status} ${body}\n`
  if (answersText.length > 65_536) {
    writeSync(output, answersText)
    answersText = ''
  }
}

function start(): void {
  open++
  const socket: Socket = connect({ host: '127.0.0.1', port: task.port, noDelay: true })
  let sentAt = 0
  let pending = ''
  const send = () => {
    const request = performance.now() < endsAt ? nextRequest() : null
    if (request === null) return socket.destroy()
    sentAt = performance.now()
    return socket.write(request)
  }
  socket.on('connect', send)
  socket.on('data', (chunk: Buffer) => {
    pending += chunk.toString('latin1')
    const headerEnd = pending.indexOf('\r\n\r\n')
    if (headerEnd < 0) return
    const length = Number(/\r\ncontent-length: *(\d+)/i.exec(pending)?.[1])
    if (!(length >= 0)) {
      errors++
      socket.destroy()
      return
    }
    if (pending.length < headerEnd + 4 + length) return
    lastAt = performance.now()
    latencies.push(lastAt - sentAt)
    keepAnswer(pending.slice(9, 12), pending.slice(headerEnd + 4))
    pending = ''
    send()
  })
  socket.on('error', () => errors++)
  socket.on('close', () => {
    if (--open === 0) finish()
  })
}

function finish(): void {
  if (answersText !== '') writeSync(output, answersText)
  closeSync(output)
  closeSync(input)
  latencies.sort((left, right) => left - right)
  const percentile = (share: number) => latencies[Math.floor(latencies.length * share)] ?? 0
  const measured: Measured = {
    answers: latencies.length,
    seconds: (lastAt - startedAt) / 1_000,
    p50Ms: percentile(0.5),
    p99Ms: percentile(0.99),
    maxMs: latencies.at(-1) ?? 0,
    sent: taken,
    ended: taken === task.requests.count ? 1 : 0,
    errors,
  }
  process.stderr.write(`${JSON.stringify(measured)}\n`)
}

for (let each = 0; each < task.connections; each++) start()
