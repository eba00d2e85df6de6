/**
 * A whole shop in a process of its own, made to be killed: HTTP, worker, an `on` handler that appends to a file, a `within` handler that writes into a table. Prints its address when it is up.
 */
import { closeSync, openSync, writeSync } from 'node:fs'
import { serve } from '../../src/adapters/node.ts'
import { composeBayar } from '../../src/bayar.ts'

const [databaseUrl, serverKey, handledFile, aheadSeconds] = process.argv.slice(2) as [
  string,
  string,
  string,
  string,
]
const ahead = Number(aheadSeconds) * 1000
const bayar = composeBayar(
  {
    database: databaseUrl,
    serverKey,
    // What waits for another try is due at once: each life of this process begins a minute later than the last one.
    clock: { now: () => new Date(Date.now() + ahead) },
    baseUrl: 'http://127.0.0.1:9',
  },
  { waiveDurability: true },
)
const handled = openSync(handledFile, 'a')
bayar.on('*', 'recorder', ({ event, payment }) => {
  writeSync(
    handled,
    `${JSON.stringify({ event: event.type, order_id: payment?.orderId ?? null, event_id: event.id })}\n`,
  )
})
bayar.within('payment.settled', 'reserve-stock', async ({ tx, payment }) => {
  if (Number(payment.orderId.slice(-1)) % 2 === 0)
    await tx.query('insert into public.effects (order_id) values ($1)', [payment.orderId])
})
const worker = await bayar.work()
const server = await serve(bayar, { port: 0, host: '127.0.0.1' })
process.stdout.write(`http://127.0.0.1:${server.port}\n`)
process.on('SIGTERM', async () => {
  await server.close()
  await worker.stop()
  await bayar.close()
  closeSync(handled)
  process.exit(0)
})
