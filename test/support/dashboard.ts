import type { Simulator } from '../../src/simulator/index.ts'

type Document = Readonly<Record<string, unknown>>

/** What Midtrans has of a subscription. */
export interface AtMidtrans extends Document {
  readonly id: string
  readonly name: string
  readonly amount: string
  readonly token: string
  readonly status: string
  readonly transaction_ids: readonly string[]
}

/** Somebody in Midtrans's dashboard, past bayar: the same API with the same key. */
export function dashboard(simulator: Simulator) {
  const ask = async (method: string, path: string, body?: object): Promise<Document> => {
    const response = await simulator.fetch(
      new Request(`http://midtrans.simulator${path}`, {
        method,
        headers: {
          Authorization: `Basic ${btoa(`${simulator.serverKey}:`)}`,
          'Content-Type': 'application/json',
        },
        ...(body && { body: JSON.stringify(body) }),
      }),
    )
    const document = (await response.json()) as Document
    if (!response.ok) throw new Error(`${method} ${path}: ${response.status} ${JSON.stringify(document)}`)
    return document
  }
  const show = async (id: string) => (await ask('GET', `/v1/subscriptions/${id}`)) as AtMidtrans
  return {
    ask,
    show,
    disable: (id: string) => ask('POST', `/v1/subscriptions/${id}/disable`),
    enable: (id: string) => ask('POST', `/v1/subscriptions/${id}/enable`),
    /** Everything that a change must say stays, but for what is given. */
    async change(id: string, changes: Document): Promise<void> {
      const { name, amount, token } = await show(id)
      await ask('PATCH', `/v1/subscriptions/${id}`, { name, amount, token, currency: 'IDR', ...changes })
    },
    /** A card that the customer has saved. */
    async savedCard(number: string = SAVED_CARDS.good): Promise<string> {
      const query = new URLSearchParams({
        client_key: simulator.clientKey,
        card_number: number,
        card_exp_month: '12',
        card_exp_year: '2035',
      })
      return String((await ask('GET', `/v2/card/register?${query}`)).saved_token_id)
    },
  }
}

export const SAVED_CARDS = { good: '4811111111111114', noFunds: '4472429869996670' } as const
