import { describe, expect, test } from 'vitest'
import { fromEnv, readOptions } from './config.ts'

describe('settings about charging', () => {
  test('from the environment', () => {
    const options = fromEnv({
      MIDTRANS_ENABLED_PAYMENTS: ' credit_card, qris ,,gopay ',
      MIDTRANS_CALLBACK_URL_GOPAY: 'kopi://paid',
      MIDTRANS_CALLBACK_URL_SHOPEEPAY: '',
    })
    expect(options).toEqual({
      enabledMethods: ['credit_card', 'qris', 'gopay'],
      callbackUrls: { gopay: 'kopi://paid' },
    })
    expect(readOptions(options)).toEqual(options)
    expect(fromEnv({})).toEqual({})
  })

  test('a duration to pay in its unit, and the only currency', () => {
    expect(fromEnv({ MIDTRANS_PAYMENT_EXPIRY_MINUTES: '1440' })).toEqual({ expiryMinutes: 1_440 })
    for (const [duration, unit, minutes] of [
      ['2', 'hour', 120],
      ['1', 'day', 1_440],
      ['120', 'second', 2],
    ] as const)
      expect(
        fromEnv({ MIDTRANS_PAYMENT_EXPIRY_MINUTES: duration, MIDTRANS_CUSTOM_EXPIRY_UNIT: unit }),
      ).toEqual({ expiryMinutes: minutes })
    expect(readOptions(fromEnv({ MIDTRANS_DEFAULT_CURRENCY: 'IDR' }))).toEqual({ currency: 'IDR' })
  })

  // biome-ignore format: a table is read in columns
  test.each([
    [{ DATABASE_URL: 'mysql://root:secret@db/shop' },               'database',           /PostgreSQL.*\(DATABASE_URL\)/],
    [{ MIDTRANS_DEFAULT_CURRENCY: 'USD' },                          'currency',           /must be IDR/],
    [{ MIDTRANS_PAYMENT_EXPIRY_MINUTES: 'soon' },                   'MIDTRANS_PAYMENT_EXPIRY_MINUTES', /whole number/],
    [{ MIDTRANS_PAYMENT_EXPIRY_MINUTES: '90', MIDTRANS_CUSTOM_EXPIRY_UNIT: 'second' }, 'MIDTRANS_PAYMENT_EXPIRY_MINUTES', /whole minutes/],
    [{ MIDTRANS_CUSTOM_EXPIRY_UNIT: 'fortnight' },                  'MIDTRANS_CUSTOM_EXPIRY_UNIT', /second, minute, hour, day/],
    [{ MIDTRANS_ENABLED_PAYMENTS: 'qris,bca_va' },                  'enabledMethods.1',   /must be one of credit_card, bank_transfer/],
    [{ MIDTRANS_ENABLED_PAYMENTS: ',' },                            'enabledMethods',     /./],
    [{ MIDTRANS_CALLBACK_URL_DANA: 'javascript:alert(1)' },         'callbackUrls.dana',  /must be an address/],
  ])('%j is refused by name', (env, field, reason) => {
    try {
      readOptions(fromEnv(env))
    } catch (error) {
      expect(error).toMatchObject({
        code: 'config_invalid',
        details: { problems: [{ field, reason: expect.stringMatching(reason) }] },
      })
      return
    }
    expect.unreachable()
  })
})

test('every mistake of the environment is named at once, a mixed-up key too', () => {
  const env = {
    MIDTRANS_SERVER_KEY: 'Mid-client-foo',
    MIDTRANS_IS_PRODUCTION: 'maybe',
    BAYAR_DRAIN_SECRET: 'short',
  }
  expect(() => readOptions(fromEnv(env))).toThrow(
    expect.objectContaining({
      code: 'config_invalid',
      details: {
        problems: [
          { field: 'MIDTRANS_IS_PRODUCTION', reason: 'must be true or false' },
          { field: 'drainSecret', reason: 'must be at least 16 characters' },
          { field: 'serverKey', reason: expect.stringContaining('is a client key') },
        ],
      },
    }),
  )
  const { MIDTRANS_IS_PRODUCTION: _, ...rest } = env
  expect(() => readOptions(fromEnv(rest))).toThrow(/drainSecret .* characters; serverKey is a client key/)
})

// biome-ignore format: a table is read in columns
test.each([
  [{ expiryMinutes: -1 },       'must be at least 1'],
  [{ expiryMinutes: 1.5 },      'must be a whole number'],
  [{ connections: 1000 },       'must be at most 200'],
  [{ enabledMethods: [] },      'must name at least 1'],
  [{ serverKey: 'k'.repeat(201) }, 'must have at most 200 characters'],
])('%j is refused in a sentence', (options, reason) => {
  expect(() => readOptions(options)).toThrow(expect.objectContaining({ details: { problems: [{ field: Object.keys(options)[0], reason }] } }))
})

describe('settings about invoices', () => {
  test('from the environment', () => {
    const env = { MIDTRANS_INVOICE_AUTO_NUMBER: 'no', MIDTRANS_INVOICE_PREFIX: 'NOTA' }
    expect(fromEnv(env)).toEqual({ invoiceAutoNumber: false, invoicePrefix: 'NOTA' })
  })

  // biome-ignore format: a table is read in columns
  test.each([
    [{ invoicePrefix: 'a b' },                                'invoicePrefix'],
    [{ invoiceTax: { percent: 11.005, mode: 'exclusive' } },  'invoiceTax.percent'],
    [{ invoiceTax: { percent: 11, mode: 'beside' } },         'invoiceTax.mode'],
    [{ invoiceIssuer: { name: '' } },                         'invoiceIssuer.name'],
  ])('%j is refused by name', (options, field) => {
    expect(() => readOptions(options)).toThrow(expect.objectContaining({ details: { problems: [expect.objectContaining({ field })] } }))
  })

  test('a tax with decimals is one', () => {
    for (const percent of [0, 1.1, 11, 12.55, 99.99])
      readOptions({ invoiceTax: { percent, mode: 'inclusive' } })
  })
})

describe('messages from the environment', () => {
  test('are mailed where a server is named, in a language, and reminded of on days', () => {
    const env = {
      BAYAR_SMTP_URL: 'smtps://toko:rahasia@mail.toko.example',
      BAYAR_MAIL_FROM: 'Toko Melati <halo@toko.example>',
      BAYAR_MESSAGE_LANGUAGE: 'en',
      MIDTRANS_EXPIRY_REMINDER_DAYS: '14, 2',
    }
    expect(readOptions(fromEnv(env))).toEqual({
      messages: {
        channel: { smtp: env.BAYAR_SMTP_URL, from: env.BAYAR_MAIL_FROM },
        language: 'en',
      },
      expiryReminderDays: [14, 2],
    })
  })

  test.each([
    [{ BAYAR_SMTP_URL: 'smtp://mail.toko.example' }, /messages\.channel\.from .*BAYAR_MAIL_FROM/],
    [{ BAYAR_MAIL_FROM: 'halo@toko.example' }, /BAYAR_SMTP_URL is missing/],
    [{ BAYAR_MESSAGE_LANGUAGE: 'fr' }, /messages\.language must be id or en/],
    [{ MIDTRANS_EXPIRY_REMINDER_DAYS: '7,soon' }, /MIDTRANS_EXPIRY_REMINDER_DAYS must be whole numbers/],
  ])('%o is refused', (env, says) => {
    expect(() => readOptions(fromEnv(env))).toThrow(says)
  })
})
