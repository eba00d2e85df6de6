import fc from 'fast-check'
import { expect, test } from 'vitest'
import { printableText } from './printable-text.ts'

// biome-ignore format: a table is read in columns
test.each([
  ['Budi Santoso',          'Budi Santoso'],
  ['Café Müller – “Œuvre”', 'Café Müller – “Œuvre”'],
  ['Łukasz Żak',            '?ukasz Zak'],
  ['Nguyễn Thị Ánh',        'Nguyen Thi Ánh'],
  ['山田太郎',               '????'],
  ['kopi ☕️ dua',           'kopi ? dua'],
  ['ﬁle № 5',               'file No 5'],
  ['a\tb\nc',               'a b c'],
])('%s prints as %s', (text, printed) => {
  expect(printableText(text)).toBe(printed)
})

test('whatever it is, every letter is one that the fonts have', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'grapheme' }), (text) => {
      const bytes = new TextDecoder('windows-1252')
      const known = new Set(Array.from({ length: 256 }, (_, byte) => bytes.decode(new Uint8Array([byte]))))
      for (const letter of printableText(text)) expect(known).toContain(letter)
    }),
  )
})
