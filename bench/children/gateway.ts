/** A Midtrans with the transactions of the seeded payments, some of them paid without a word. Their ids go into a file, line by line. */

import { once } from 'node:events'
import { createWriteStream } from 'node:fs'
import { serveParent } from '../support/child.ts'
import { built, MERCHANT_ID, SERVER_KEY } from '../support/ground.ts'

const { payments, paidEvery, file } = JSON.parse(process.argv[2]!) as {
  payments: number
  paidEvery: number
  file: string
}
const { createSimulator } = await built<typeof import('../../src/simulator/index.ts')>('simulator/index.js')

const simulator = createSimulator({ serverKey: SERVER_KEY, merchantId: MERCHANT_ID, seed: 1 })
const authorization = `Basic ${Buffer.from(`${SERVER_KEY}:`).toString('base64')}`
const ids = createWriteStream(file)
for (let number = 0; number < payments; number++) {
  const orderId = `BENCH-${String(number).padStart(12, '0')}`
  const response = await simulator.fetch(
    new Request('http://midtrans.simulator/v2/charge', {
      method: 'POST',
      headers: { authorization, 'content-type': 'application/json' },
      body: JSON.stringify({
        payment_type: 'bank_transfer',
        bank_transfer: { bank: 'bca' },
        transaction_details: { order_id: orderId, gross_amount: 100_000 + (number % 900) * 1_000 },
      }),
    }),
  )
  const { transaction_id: id } = (await response.json()) as { transaction_id: string }
  if (number % paidEvery === 0) await simulator.pay(id)
  if (!ids.write(`${id}\n`)) await once(ids, 'drain')
}
ids.end()
await once(ids, 'finish')
const { url, close } = await simulator.listen({ port: 0 })
serveParent(
  () => ({ port: Number(new URL(url).port) }),
  async () => {
    await close()
    simulator.shutDown()
  },
)
