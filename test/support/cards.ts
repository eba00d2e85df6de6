import { createMidtransClient } from '../../src/gateway/client.ts'
import type { TestBayar } from '../../src/testing/index.ts'

/** What Midtrans's script in the browser gives for a card of the sandbox: good for one charge. */
export async function cardToken({ simulator }: TestBayar, number = '4811111111111114'): Promise<string> {
  const { serverKey, clientKey } = simulator
  const midtrans = createMidtransClient({
    serverKey,
    clientKey,
    isProduction: false,
    baseUrl: 'http://midtrans.simulator',
    fetch: (input, init) => simulator.fetch(new Request(input, init)),
  })
  const { body, message } = await midtrans.cards.token({
    card_number: number,
    card_exp_month: '12',
    card_exp_year: '2029',
    card_cvv: '123',
  })
  if (typeof body?.token_id !== 'string') throw new Error(`no token: ${message}`)
  return body.token_id
}
