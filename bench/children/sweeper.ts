/** A worker whose Midtrans is in the same process and answers at once that nothing has changed: what is left is what a sweep costs here. */
import { serveParent } from '../support/child.ts'
import { built, MERCHANT_ID, named, SERVER_KEY } from '../support/ground.ts'
import { AMOUNT } from '../support/sweep-amount.ts'

const { url } = JSON.parse(process.argv[2]!) as { url: string }
const { createBayar } = await built<typeof import('../../src/bayar.ts')>('bayar.js')

const JSON_TEXT = { headers: { 'content-type': 'application/json' } }
/** Made once: what Midtrans spends on its answer is not the sweep's. */
const REST = JSON.stringify({
  status_code: '201',
  status_message: 'Success, transaction is found',
  gross_amount: `${AMOUNT}.00`,
  currency: 'IDR',
  payment_type: 'bank_transfer',
  transaction_time: '2026-11-20 09:00:00',
  expiry_time: '2026-11-21 09:00:00',
  transaction_status: 'pending',
  fraud_status: 'accept',
}).slice(1)

let asked = 0
let peakRss = 0
const bayar = createBayar({
  database: named(url, 'worker'),
  serverKey: SERVER_KEY,
  merchantId: MERCHANT_ID,
  checks: 'every-run',
  fetch: async (input) => {
    asked++
    const [, , id] = new URL(String(input)).pathname.split('/')
    return new Response(`{"transaction_id":"${id}",${REST}`, JSON_TEXT)
  },
})
const handle = await bayar.tasks.checkPendingPayments.delay()
await bayar.work({ beat: false })
let told = { state: 0, done: 0, total: 0 }
const STATES = ['waiting', 'running', 'done', 'failed']
const look = setInterval(async () => {
  peakRss = Math.max(peakRss, process.memoryUsage.rss())
  const { state, progress } = await bayar.tasks.get(handle.id)
  told = { state: STATES.indexOf(state), done: progress.done, total: progress.total ?? 0 }
}, 500)

serveParent(
  () => ({ ...told, asked, rss: process.memoryUsage.rss(), peakRss }),
  async () => {
    clearInterval(look)
    await bayar.close()
  },
)
