import { createSimulator, type Simulator, type SimulatorOptions } from '../../src/simulator/index.ts'

/** What the tests of the simulator share: one that stands still, and a merchant's server that writes down what it is sent. */
export const START = new Date('2026-03-02T09:00:00+07:00')
export const HOOK = 'https://merchant.example/hook'

export interface Received {
  readonly url: string
  readonly headers: Headers
  readonly text: string
  readonly body: Readonly<Record<string, unknown>>
  readonly at: Date
}

export interface Bench {
  readonly simulator: Simulator
  readonly received: Received[]
  /** Answers of the merchant's server, used up one by one; then 200. */
  readonly answers: (number | Response | Error)[]
  call(method: string, path: string, body?: unknown, headers?: Record<string, string>): Promise<Called>
  /** GET /v2/token for a card of the sandbox, unless said otherwise. */
  token(query?: Record<string, string>): Promise<Called>
  /** What a charge by this card sends, with a fresh token. */
  card(number: string, more?: Record<string, unknown>): Promise<Record<string, unknown>>
  charge(orderId: string, more?: Record<string, unknown>, headers?: Record<string, string>): Promise<Called>
}

export interface Called {
  readonly http: number
  readonly body: Readonly<Record<string, unknown>>
}

export function bench(options: SimulatorOptions = {}): Bench {
  const received: Received[] = []
  const answers: Bench['answers'] = []
  const simulator: Simulator = createSimulator({
    serverKey: 'SB-Mid-server-bench',
    notificationUrl: HOOK,
    clock: { start: START, frozen: true },
    seed: 7,
    deliver: async (request) => {
      const text = await request.text()
      const { url, headers } = request
      received.push({ url, headers, text, body: JSON.parse(text), at: simulator.clock.now() })
      const answer = answers.shift() ?? 200
      if (answer instanceof Error) throw answer
      return typeof answer === 'number' ? new Response(null, { status: answer }) : answer
    },
    ...options,
  })
  const call: Bench['call'] = async (method, path, body, headers = {}) => {
    const response = await simulator.fetch(
      new Request(`http://simulator${path}`, {
        method,
        headers: {
          Authorization: basic(simulator.serverKey),
          'Content-Type': 'application/json',
          ...headers,
        },
        ...(body === undefined ? {} : { body: typeof body === 'string' ? body : JSON.stringify(body) }),
      }),
    )
    return { http: response.status, body: (await response.json()) as Called['body'] }
  }
  const token: Bench['token'] = (query = {}) => {
    const card = {
      card_number: '4811111111111114',
      card_exp_month: '12',
      card_exp_year: '2027',
      card_cvv: '123',
    }
    return call(
      'GET',
      `/v2/token?${new URLSearchParams({ client_key: simulator.clientKey, ...card, ...query })}`,
    )
  }
  return {
    simulator,
    received,
    answers,
    call,
    token,
    async card(number, more) {
      const { body } = await token({ card_number: number })
      return { payment_type: 'credit_card', credit_card: { token_id: body.token_id, ...more } }
    },
    charge: (orderId, more, headers) => call('POST', '/v2/charge', { ...bca(orderId), ...more }, headers),
  }
}

export function basic(serverKey: string): string {
  return `Basic ${Buffer.from(`${serverKey}:`).toString('base64')}`
}

export function bca(orderId: string): Record<string, unknown> {
  return {
    payment_type: 'bank_transfer',
    transaction_details: { order_id: orderId, gross_amount: 275_000 },
    bank_transfer: { bank: 'bca' },
  }
}
