import { expect, it } from 'vitest'
import { redact } from './redact.ts'

// biome-ignore format: a table is read in columns
it.each([
  ['Access denied for SB-Mid-server-TESTKEY-0000000000.',        'Access denied for [key].'],
  ['Access denied for Mid-client-abc_DEF-1 here',                'Access denied for [key] here'],
  ['Authorization: Basic U0ItTWlkLXNlcnZlci1URVNUOg==',          'Authorization: Basic [key]'],
  ['the key hunter2 is wrong',                                   'the key [key] is wrong'],
  ['card_number 4811111111111114 does not match',                'card_number [card number] does not match'],
  ['card 4811 1111 1111 1114 and 4811-1111-1111-1114',           'card [card number] and [card number]'],
  ['card_cvv: 123 is wrong',                                     'card_cvv: [cvv] is wrong'],
  ['token 48111111-1114-c96ed013-1a88-595f-a76e-4efeac8d0a58',   'token [card token]'],
  ['token 48111111sHfgnZkPzxWBQvGtYrUl1114 has expired',         'token [card token] has expired'],
  [`signature ${'a1'.repeat(64)} differs`,                       'signature [signature] differs'],
  ['customer_details.email budi@example.com is invalid',         'customer_details.email [e-mail] is invalid'],
  ['phone 081234567890, +6281234567890, 62 812',                 'phone [phone], [phone], 62 812'],
  // What helps to find the payment stays.
  ['link-42-1755141600123 has been taken',                       'link-42-1755141600123 has been taken'],
  ['transaction 5394c094-4347-5948-89dc-4b7683501c9a',           'transaction 5394c094-4347-5948-89dc-4b7683501c9a'],
  ['Deny by Bank [BNI] with code [05]',                          'Deny by Bank [BNI] with code [05]'],
])('%s', (text, shown) => {
  expect(redact(text, ['hunter2', ''])).toBe(shown)
})

it('a text without end is cut, quickly, and not in the middle of a secret', () => {
  expect(redact('x'.repeat(1_000_000)).length).toBeLessThanOrEqual(1000)
  expect(redact('a@'.repeat(500_000)).length).toBeLessThanOrEqual(1000)
  for (let before = 900; before < 1300; before += 7) {
    const shown = redact(`${'y '.repeat(before / 2)}${'a1'.repeat(64)} and then ${'z '.repeat(400)}`)
    expect(shown).not.toMatch(/a1a1/)
  }
})
