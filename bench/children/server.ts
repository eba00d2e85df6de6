/** The server under test: the built package as a merchant serves it, with its own HTTP server. */
import { serveParent } from '../support/child.ts'
import { built, MERCHANT_ID, named, SERVER_KEY } from '../support/ground.ts'
import { RESERVE, reserve } from '../support/reserve-handler.ts'

const { url, within } = JSON.parse(process.argv[2]!) as { url: string; within: boolean }
const { createBayar } = await built<typeof import('../../src/bayar.ts')>('bayar.js')
const { serve } = await built<typeof import('../../src/adapters/node.ts')>('adapters/node.js')

const bayar = createBayar({
  database: named(url, 'server'),
  serverKey: SERVER_KEY,
  merchantId: MERCHANT_ID,
  baseUrl: 'http://127.0.0.1:9',
})
if (within) bayar.within('payment.settled', RESERVE, reserve)
await bayar.ready()
const server = await serve(bayar, { port: 0 })

serveParent(
  () => ({ port: server.port }),
  async () => {
    await server.close()
    await bayar.close()
  },
)
