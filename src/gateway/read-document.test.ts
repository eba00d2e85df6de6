import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { readDocument, signedFields } from './read-document.ts'

const bytes = (text: string) => new TextEncoder().encode(text)
const read = (text: string) => readDocument(bytes(text))

describe('what is a document', () => {
  // biome-ignore format: a table is read in columns
  it.each([
    ['an object',                 '{"order_id":"INV-1"}',            true],
    ['with spaces around it',     ' \r\n{"order_id":"INV-1"}\t',     true],
    ['with a byte order mark',    '\ufeff{"order_id":"INV-1"}',      true],
    ['without any field',         '{}',                              true],
    ['nothing',                   '',                                false],
    ['an array',                  '[{"order_id":"INV-1"}]',          false],
    ['null',                      'null',                            false],
    ['a number',                  '200',                             false],
    ['a text',                    '"{}"',                            false],
    ['half an object',            '{"order_id":"INV-1"',             false],
    ['two objects',               '{}{}',                            false],
    ['a form',                    'order_id=INV-1&status_code=200',  false],
    ['a page of a proxy',         '<html><body>403</body></html>',   false],
    ['64 levels',                 `${'{"a":'.repeat(63)}{}${'}'.repeat(63)}`, true],
    ['65 levels',                 `${'{"a":'.repeat(64)}{}${'}'.repeat(64)}`, false],
    ['64 levels of lists',        `{"a":${'['.repeat(63)}${']'.repeat(63)}}`, true],
    ['100,000 levels',            '{"a":'.repeat(100_000),           false],
    ['100,000 levels of lists',   '['.repeat(100_000),               false],
    ['brackets in a text',        `{"order_id":"${'[{'.repeat(500)}"}`, true],
    ['an escaped quote',          `{"order_id":"\\"${'[{'.repeat(500)}"}`, true],
    ['an escaped backslash',      '{"order_id":"\\\\"}',             true],
  ])('%s', (_, text, is) => {
    expect(read(text) !== undefined).toBe(is)
  })

  it('bytes that are not UTF-8 become U+FFFD', () => {
    const body = Buffer.concat([bytes('{"name":"Jos'), Buffer.from([0xe9]), bytes('","order_id":"INV-1"}')])
    expect(readDocument(body)).toEqual({ name: 'Jos\ufffd', order_id: 'INV-1' })
  })

  it('a field named __proto__ is a field, and changes nobody', () => {
    const document = read('{"__proto__":{"order_id":"INV-1"},"refunds":[]}')!
    expect(document.order_id).toBeUndefined()
    expect(({} as { order_id?: string }).order_id).toBeUndefined()
  })

  it('never throws, whatever the bytes', () => {
    fc.assert(fc.property(fc.uint8Array({ maxLength: 200 }), (any) => void readDocument(any)))
    fc.assert(fc.property(fc.json(), (text) => void read(text)))
    fc.assert(fc.property(fc.json(), (text) => void read(`{"refunds":[${text}],"order_id":1}`)))
  })
})

describe('numbers whose characters matter', () => {
  // biome-ignore format: a table is read in columns
  it.each([
    ['{"gross_amount":105000.00}',                     { gross_amount: '105000.00' }],
    ['{"gross_amount": 105000 }',                      { gross_amount: '105000' }],
    ['{"gross_amount":1.05e5}',                        { gross_amount: '1.05e5' }],
    ['{"status_code":200}',                            { status_code: '200' }],
    ['{"order_id":00012}',                             undefined],
    ['{"order_id":12345678901234567890}',              { order_id: '12345678901234567890' }],
    ['{"gross_amount":"105000.00"}',                   { gross_amount: '105000.00' }],
    ['{"gross_amount":"1","gross_amount":2.0}',        { gross_amount: '2.0' }],
    ['{"gross_amount":2.0,"gross_amount":"1"}',        { gross_amount: '1' }],
    ['{"refund_chargeback_id":93015477109301547710}',  { refund_chargeback_id: '93015477109301547710' }],
    ['{"refunds":[{"refund_chargeback_id":93015477109301547710,"refund_amount":1}]}',
                                                       { refunds: [{ refund_chargeback_id: '93015477109301547710', refund_amount: 1 }] }],
    ['{"transactions":[{"gross_amount":10.00}]}',      { transactions: [{ gross_amount: '10.00' }] }],
    // The merchant's own echo is nobody's to rewrite.
    ['{"order_id":1,"metadata":{"order_id":7}}',       { order_id: '1', metadata: { order_id: 7 } }],
  ])('%s', (text, document) => {
    expect(read(text)).toEqual(document)
  })
})

describe('the signed fields', () => {
  const whole = { order_id: 'INV-1', status_code: '200', gross_amount: '1.00', signature_key: 'ab' }

  it('are there when all four are text', () => {
    expect(signedFields(whole)).toEqual({
      orderId: 'INV-1',
      statusCode: '200',
      grossAmount: '1.00',
      signatureKey: 'ab',
    })
  })

  it.each(Object.keys(whole))('are absent when %s is missing or no text', (field) => {
    for (const odd of [undefined, null, 5, true, {}, []])
      expect(signedFields({ ...whole, [field]: odd })).toBeUndefined()
  })
})
