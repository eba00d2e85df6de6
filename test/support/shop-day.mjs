// One day of a shop that has just installed the package (see package.test.ts): a simulator beside it, the
// configuration and the lines of the README as they stand, and a customer who pays.
import { createSimulator } from 'bayar/simulator'

const simulator = createSimulator({
  notificationUrl: 'http://shop.example/api/bayar/midtrans/api/notification/',
  deliver: (request) => bayar.fetch(request),
})
const listening = await simulator.listen({ port: 0 })
process.env.MIDTRANS_BASE_URL = listening.url
process.env.MIDTRANS_SERVER_KEY = simulator.serverKey
process.env.MIDTRANS_CLIENT_KEY = simulator.clientKey
process.env.MIDTRANS_MERCHANT_ID = simulator.merchantId

const { bayar } = await import('./bayar.config.ts')
const worker = await bayar.work()
await import('./server.ts')
await simulator.pay('ORDER-1')
await simulator.idle()
await worker.idle()
await bayar.close()
await listening.close()
