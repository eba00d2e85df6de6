/** A Midtrans of its own process, with saved cards. Everything that it was asked to charge goes into a file, line by line, when it ends: its ledger, held against ours. */
import { once } from 'node:events'
import { createWriteStream } from 'node:fs'
import { serveParent } from '../support/child.ts'
import { built, MERCHANT_ID, SERVER_KEY } from '../support/ground.ts'

const { cards, cardsFile, ledgerFile } = JSON.parse(process.argv[2]!) as {
  cards: number
  cardsFile: string
  ledgerFile: string
}
const { createSimulator } = await built<typeof import('../../src/simulator/index.ts')>('simulator/index.js')

const simulator = createSimulator({ serverKey: SERVER_KEY, merchantId: MERCHANT_ID, seed: 1 })
const authorization = `Basic ${Buffer.from(`${SERVER_KEY}:`).toString('base64')}`

async function write(file: string, lines: () => Iterable<string> | AsyncIterable<string>): Promise<void> {
  const stream = createWriteStream(file)
  for await (const line of lines()) if (!stream.write(`${line}\n`)) await once(stream, 'drain')
  stream.end()
  await once(stream, 'finish')
}

await write(cardsFile, async function* () {
  const card = new URLSearchParams({
    client_key: simulator.clientKey,
    card_number: '4811111111111114',
    card_exp_month: '12',
    card_exp_year: '2035',
  })
  for (let number = 0; number < cards; number++) {
    const response = await simulator.fetch(
      new Request(`http://midtrans.simulator/v2/card/register?${card}`, { headers: { authorization } }),
    )
    yield ((await response.json()) as { saved_token_id: string }).saved_token_id
  }
})
const { url, close } = await simulator.listen({ port: 0 })
serveParent(
  () => ({ port: Number(new URL(url).port) }),
  async () => {
    await close()
    await write(ledgerFile, function* () {
      for (const { orderId, status, grossAmount } of simulator.transactions())
        yield `${orderId}\t${status}\t${grossAmount}`
    })
    simulator.shutDown()
  },
)
