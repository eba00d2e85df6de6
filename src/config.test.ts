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

  // biome-ignore format: a table is read in columns
  test.each([
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
