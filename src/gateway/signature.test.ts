import crypto, { createHash } from 'node:crypto'
import { describe, expect, it, vi } from 'vitest'
import { matchKey, signatureOf, verifySignature } from './signature.ts'

const key = 'SB-Mid-server-TESTKEY-0000000000'
const fields = { orderId: 'INV-1', statusCode: '200', grossAmount: '150000.00' }
const signed = { ...fields, signatureKey: signatureOf(fields, key) }

describe('the signature of a notification', () => {
  it('is the lower-case SHA-512 of the literal strings', () => {
    expect(signatureOf(fields, key)).toBe(
      createHash('sha512').update(`INV-1200150000.00${key}`).digest('hex'),
    )
    expect(signatureOf(fields, key)).toMatch(/^[0-9a-f]{128}$/)
  })

  // biome-ignore format: a table is read in columns
  it.each([
    ['as it came',                         {},                                            true],
    ['another amount',                     { grossAmount: '1000.00' },                    false],
    ['the same amount, printed anew',      { grossAmount: '150000' },                     false],
    ['another order',                      { orderId: 'INV-2' },                          false],
    ['another code',                       { statusCode: '201' },                         false],
    ['the same text, cut for less money',  { statusCode: '2001', grossAmount: '50000.00' },                   false],
    ['the same text, cut for INV-12',      { orderId: 'INV-12', statusCode: '001', grossAmount: '50000.00' }, false],
    ['the same text, cut for INV-',        { orderId: 'INV-', statusCode: '120', grossAmount: '0150000.00' }, false],
    ['no signature',                       { signatureKey: '' },                          false],
    ['half a signature',                   { signatureKey: signed.signatureKey.slice(64) }, false],
    ['a signature and more',               { signatureKey: `${signed.signatureKey}0` },   false],
    ['a signature and a line break',       { signatureKey: `${signed.signatureKey}\n` },  false],
    ['128 characters that are no hex',     { signatureKey: 'z'.repeat(128) },             false],
    ['128 two-byte characters',            { signatureKey: 'é'.repeat(128) },             false],
  ])('%s', (_, change, verifies) => {
    expect(verifySignature({ ...signed, ...change }, key)).toBe(verifies)
    expect(matchKey({ ...signed, ...change }, [{ merchant: 'default', serverKey: key }])).toBe(verifies ? 'default' : undefined)
  })

  it('is the same in the names of the notification itself, of which a whole one will do', () => {
    const wire = {
      order_id: 'INV-1',
      status_code: '200',
      gross_amount: '150000.00',
      signature_key: signed.signatureKey,
    }
    expect(verifySignature(wire, key)).toBe(true)
    expect(verifySignature({ ...wire, transaction_status: 'settlement' } as typeof wire, key)).toBe(true)
    expect(verifySignature({ ...wire, gross_amount: '1.00' }, key)).toBe(false)
    expect(verifySignature({ ...wire, order_id: undefined as unknown as string }, key)).toBe(false)
  })

  it('D23 is compared in constant time, whatever was claimed', () => {
    const compared = vi.spyOn(crypto, 'timingSafeEqual')
    verifySignature(signed, key)
    verifySignature({ ...signed, signatureKey: 'f'.repeat(128) }, key)
    matchKey({ ...signed, signatureKey: '0'.repeat(128) }, [{ merchant: 'default', serverKey: key }])
    expect(compared).toHaveBeenCalledTimes(3)
    compared.mockRestore()
  })

  it('is refused, not thrown at, when a JavaScript caller passes fields that are no text', () => {
    for (const odd of [undefined, null, 150000, {}, ['150000.00']]) {
      expect(verifySignature({ ...signed, grossAmount: odd as string }, key)).toBe(false)
      expect(verifySignature({ ...signed, statusCode: odd as string }, key)).toBe(false)
      expect(verifySignature({ ...signed, orderId: odd as string }, key)).toBe(false)
      expect(verifySignature({ ...signed, signatureKey: odd as string }, key)).toBe(false)
    }
  })
})

describe('without a server key (defect D24)', () => {
  it.each(['', '   ', undefined as unknown as string])('%j never verifies anything', (none) => {
    const forged = { ...fields, signatureKey: createHash('sha512').update('INV-1200150000.00').digest('hex') }
    const missing = expect.objectContaining({ code: 'keys_missing' })
    expect(() => verifySignature(forged, none)).toThrow(missing)
    expect(() => signatureOf(fields, none)).toThrow(missing)
    expect(() => matchKey(forged, [{ merchant: 'default', serverKey: none }])).toThrow(missing)
    expect(() => matchKey(forged, [])).toThrow(missing)
  })
})

describe('several merchants', () => {
  const other = 'Mid-server-OTHER'

  it('the key names the merchant, wherever it stands in the list', () => {
    const keys = [
      { merchant: 'online', serverKey: other },
      { merchant: 'retail', serverKey: key },
      { merchant: 'spare', serverKey: `${key}-next` },
    ]
    expect(matchKey(signed, keys)).toBe('retail')
    expect(matchKey(signed, [...keys].reverse())).toBe('retail')
    expect(matchKey(signed, keys.slice(0, 1))).toBeUndefined()
  })

  it('a key and its successor belong to one merchant while keys are being changed', () => {
    const keys = [
      { merchant: 'default', serverKey: other },
      { merchant: 'default', serverKey: key },
    ]
    expect(matchKey(signed, keys)).toBe('default')
  })
})
