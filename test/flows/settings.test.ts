import { expect, test } from 'vitest'
import { composeBayar } from '../../src/bayar.ts'
import { type BayarOptions, fromEnv } from '../../src/config.ts'
import type { ChargeInput } from '../../src/index.ts'
import { silentLog } from '../../src/operations/log.ts'
import { createSimulator } from '../../src/simulator/index.ts'
import { cloneDatabase } from '../support/database.ts'

/*
 * Each setting of django_midtrans, set the way its environment sets it, and what Midtrans then hears. docs/reference/configuration.md has them side by side.
 */

const START = new Date('2026-03-02T05:00:00Z')

const VA = { paymentType: 'bank_transfer', bank: 'bca' }

interface Heard {
  readonly url: URL
  readonly headers: Headers
  readonly body: Record<string, never>
}

/** One charge by an instance with these settings. */
async function charged(env: Record<string, string>, input: Partial<ChargeInput> = {}) {
  const simulator = createSimulator({
    seed: 1,
    clock: { start: START, frozen: true },
    deliver: async () => new Response(),
  })
  const database = await cloneDatabase()
  const heard: Heard[] = []
  const options: BayarOptions = {
    ...fromEnv({ MIDTRANS_SERVER_KEY: simulator.serverKey, ...env }),
    database: database.url,
    clock: simulator.clock,
    log: silentLog,
    fetch: async (input, init) => {
      const request = new Request(input, init)
      const body = await request.clone().text()
      heard.push({
        url: new URL(request.url),
        headers: request.headers,
        body: body === '' ? {} : JSON.parse(body),
      })
      return simulator.fetch(request)
    },
  }
  const bayar = composeBayar(options, { waiveDurability: true })
  try {
    const payment = await bayar.payments
      .charge({
        orderId: 'O',
        grossAmount: 50_000,
        ...(input.paymentType ? {} : VA),
        ...input,
      } as ChargeInput)
      .catch((error: unknown) => error)
    return { payment, heard: heard[0]!, settings: bayar.settings, simulator }
  } finally {
    await bayar.close()
    await database.drop()
    simulator.shutDown()
  }
}

test('SERVER_KEY signs requests; another account’s is refused by name', async () => {
  const { heard, simulator } = await charged({})
  expect(heard.headers.get('authorization')).toBe(
    `Basic ${Buffer.from(`${simulator.serverKey}:`).toString('base64')}`,
  )
  const { payment } = await charged({ MIDTRANS_SERVER_KEY: 'SB-Mid-server-of-another-account' })
  expect(payment).toMatchObject({ code: 'gateway_denied_keys' })
})

test('CLIENT_KEY and MERCHANT_ID: one is for the browser, the other is compared', async () => {
  const { settings, payment } = await charged({
    MIDTRANS_CLIENT_KEY: 'SB-Mid-client-1',
    MIDTRANS_MERCHANT_ID: 'G-another',
  })
  expect(settings.clientKey).toBe('SB-Mid-client-1')
  expect(payment).toMatchObject({ status: 'created', needsReview: ['mismatch'] })
})

test('IS_PRODUCTION says where Midtrans is', async () => {
  expect((await charged({})).heard.url.host).toBe('api.sandbox.midtrans.com')
  expect(
    (await charged({ MIDTRANS_IS_PRODUCTION: 'true', MIDTRANS_SERVER_KEY: 'Mid-server-1' })).heard.url.host,
  ).toBe('api.midtrans.com')
})

test('NOTIFICATION_URL goes where Midtrans reads it (D20), unless the charge names another', async () => {
  const url = 'https://staging.example/midtrans/api/notification/'
  const { heard } = await charged({ MIDTRANS_NOTIFICATION_URL: url })
  expect(heard.headers.get('x-override-notification')).toBe(url)
  const own = await charged({ MIDTRANS_NOTIFICATION_URL: url }, { notificationUrl: 'https://one.example/' })
  expect(own.heard.headers.get('x-override-notification')).toBe('https://one.example/')
})

test('PAYMENT_EXPIRY_MINUTES and CUSTOM_EXPIRY_UNIT: how long a customer has, unless the charge says', async () => {
  const minutes = async (env: Record<string, string>, input?: Partial<ChargeInput>) => {
    const { payment } = await charged(env, input)
    return ((payment as { expiryTime: Date }).expiryTime.getTime() - START.getTime()) / 60_000
  }
  expect(await minutes({ MIDTRANS_PAYMENT_EXPIRY_MINUTES: '90' })).toBe(90)
  expect(await minutes({ MIDTRANS_PAYMENT_EXPIRY_MINUTES: '2', MIDTRANS_CUSTOM_EXPIRY_UNIT: 'hour' })).toBe(
    120,
  )
  expect(
    await minutes({ MIDTRANS_PAYMENT_EXPIRY_MINUTES: '90' }, { customExpiry: { duration: 1, unit: 'day' } }),
  ).toBe(1_440)
})

test('ENABLED_PAYMENT_METHODS is enforced, before anything is asked', async () => {
  const { payment, heard } = await charged({ MIDTRANS_ENABLED_PAYMENTS: 'gopay,qris' })
  expect(payment).toMatchObject({ code: 'method_not_enabled' })
  expect(heard).toBeUndefined()
})

test('CALLBACK_URL_GOPAY and CALLBACK_URL_SHOPEEPAY: where the app sends the customer, unless the charge says', async () => {
  const env = {
    MIDTRANS_CALLBACK_URL_GOPAY: 'shop://gopay',
    MIDTRANS_CALLBACK_URL_SHOPEEPAY: 'https://shop.example/done',
  }
  const gopay = await charged(env, { paymentType: 'gopay' } as never)
  expect(gopay.heard.body).toMatchObject({ gopay: { enable_callback: true, callback_url: 'shop://gopay' } })
  const shopeepay = await charged(env, { paymentType: 'shopeepay' } as never)
  expect(shopeepay.heard.body).toMatchObject({ shopeepay: { callback_url: 'https://shop.example/done' } })
  const own = await charged(env, { paymentType: 'gopay', callbackUrl: 'shop://other' } as never)
  expect(own.heard.body).toMatchObject({ gopay: { callback_url: 'shop://other' } })
})

test('DEFAULT_CURRENCY is IDR, of payments as of everything', async () => {
  const { payment } = await charged({ MIDTRANS_DEFAULT_CURRENCY: 'IDR' })
  expect(payment).toMatchObject({ currency: 'IDR' })
  await expect(charged({ MIDTRANS_DEFAULT_CURRENCY: 'USD' })).rejects.toMatchObject({
    code: 'config_invalid',
  })
})
