/** Drains while the server takes: one `on` handler, in a process of its own, as in production. It keeps the time from the commit's instant to its handler. */
import { serveParent } from '../support/child.ts'
import { built, MERCHANT_ID, named, SERVER_KEY } from '../support/ground.ts'
import { RESERVE, reserve } from '../support/reserve-handler.ts'

const { url, within } = JSON.parse(process.argv[2]!) as { url: string; within: boolean }
const { createBayar } = await built<typeof import('../../src/bayar.ts')>('bayar.js')

const bayar = createBayar({
  database: named(url, 'worker'),
  serverKey: SERVER_KEY,
  merchantId: MERCHANT_ID,
  baseUrl: 'http://127.0.0.1:9',
})
let handled = 0
let delays: number[] = []
bayar.on('payment.settled', 'bench-fulfil', ({ event }) => {
  handled++
  delays.push(Date.now() - event.occurredAt.getTime())
})
if (within) bayar.within('payment.settled', RESERVE, reserve)
await bayar.work()

serveParent(
  () => {
    delays.sort((left, right) => left - right)
    const told = { handled, delayP50Ms: delays[Math.floor(delays.length / 2)] ?? 0 }
    delays = []
    return told
  },
  () => bayar.close(),
)
