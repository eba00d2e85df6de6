/** One reconciliation from its beginning to its end, and how much memory it takes on the way. */
import { serveParent } from '../support/child.ts'
import { built, MERCHANT_ID, named, SERVER_KEY } from '../support/ground.ts'

const { url, port } = JSON.parse(process.argv[2]!) as { url: string; port: number }
const { createBayar } = await built<typeof import('../../src/bayar.ts')>('bayar.js')

const bayar = createBayar({
  database: named(url, 'reconcile'),
  serverKey: SERVER_KEY,
  merchantId: MERCHANT_ID,
  baseUrl: `http://127.0.0.1:${port}`,
})
const DAY_MS = 86_400_000
const told = { compared: 0, differences: 0, earlyMb: 0, mostMb: 0, seconds: 0, finished: 0 }
const megabytes = () => Math.round(process.memoryUsage.rss() / 2 ** 20)

async function reconcile(): Promise<void> {
  const startedAt = performance.now()
  const rows = bayar.reconcile({
    from: new Date(Date.now() - DAY_MS),
    to: new Date(Date.now() + DAY_MS),
    onProgress({ compared, total }) {
      told.compared = compared
      told.mostMb = Math.max(told.mostMb, megabytes())
      // By then everything is loaded, and what waits for a deadline of 30 s is as much as it will ever be.
      if (compared <= total / 4) told.earlyMb = told.mostMb
      told.seconds = (performance.now() - startedAt) / 1_000
    },
  })
  for await (const _ of rows) told.differences++
  told.finished = 1
}

const running = reconcile()
serveParent(
  () => told,
  async () => {
    await running.catch(() => undefined)
    await bayar.close()
  },
)
