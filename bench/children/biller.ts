/** A worker as a merchant runs it, without a beat: the one run of each task is put off by whoever measures. */
import { serveParent } from '../support/child.ts'
import { built, MERCHANT_ID, named, SERVER_KEY } from '../support/ground.ts'

const { url, port } = JSON.parse(process.argv[2]!) as { url: string; port: number }
const { createBayar } = await built<typeof import('../../src/bayar.ts')>('bayar.js')

const bayar = createBayar({
  database: named(url, 'biller'),
  serverKey: SERVER_KEY,
  merchantId: MERCHANT_ID,
  baseUrl: `http://127.0.0.1:${port}`,
})
await bayar.work({ beat: false })
let peakRss = process.memoryUsage.rss()
const look = setInterval(() => {
  peakRss = Math.max(peakRss, process.memoryUsage.rss())
}, 100)

serveParent(
  () => ({ rss: process.memoryUsage.rss(), peakRss }),
  async () => {
    clearInterval(look)
    await bayar.close()
  },
)
