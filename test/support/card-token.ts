import type { Simulator } from '../../src/simulator/index.ts'

/** The sandbox's cards that the tests pay with (docs/midtrans/protocol.md §17). */
export const CARDS = {
  accepted: '4411111111111118',
  challenged: '4511111111111117',
  /** Its bank asks for a code. */
  withOtp: '4811111111111114',
} as const

/** What Midtrans's script makes of a card in the customer's browser. */
export async function cardToken(simulator: Simulator, card: string = CARDS.accepted): Promise<string> {
  const query = new URLSearchParams({
    client_key: simulator.clientKey,
    card_number: card,
    card_exp_month: '12',
    card_exp_year: '2030',
    card_cvv: '123',
  })
  const response = await simulator.fetch(new Request(`http://midtrans.simulator/v2/token?${query}`))
  return ((await response.json()) as { token_id: string }).token_id
}
