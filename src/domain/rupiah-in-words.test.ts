import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { rupiahInWords } from './rupiah-in-words.ts'

describe('an amount in words', () => {
  // biome-ignore format: a table is read in columns
  test.each([
    [0n,                     'nol rupiah'],
    [1n,                     'satu rupiah'],
    [10n,                    'sepuluh rupiah'],
    [11n,                    'sebelas rupiah'],
    [12n,                    'dua belas rupiah'],
    [21n,                    'dua puluh satu rupiah'],
    [100n,                   'seratus rupiah'],
    [119n,                   'seratus sembilan belas rupiah'],
    [1_000n,                 'seribu rupiah'],
    [1_100n,                 'seribu seratus rupiah'],
    [2_000n,                 'dua ribu rupiah'],
    [101_000n,               'seratus satu ribu rupiah'],
    [150_000n,               'seratus lima puluh ribu rupiah'],
    [1_000_000n,             'satu juta rupiah'],
    [1_001_000n,             'satu juta seribu rupiah'],
    [2_345_678n,             'dua juta tiga ratus empat puluh lima ribu enam ratus tujuh puluh delapan rupiah'],
    [1_000_000_000n,         'satu miliar rupiah'],
    [9_007_199_254_740_991n, 'sembilan kuadriliun tujuh triliun seratus sembilan puluh sembilan miliar dua ratus lima puluh empat juta tujuh ratus empat puluh ribu sembilan ratus sembilan puluh satu rupiah'],
  ])('%s is %s', (amount, words) => {
    expect(rupiahInWords(amount)).toBe(words)
  })

  test('is read back as the same amount, whatever it is', () => {
    fc.assert(
      fc.property(fc.bigInt({ min: 1n, max: 9_007_199_254_740_991n }), (amount) => {
        expect(readWords(rupiahInWords(amount))).toBe(amount)
      }),
      { numRuns: 2_000 },
    )
  })
})

/** A reader that knows the words and nothing of how they were written: each word adds, multiplies, or closes a group. */
function readWords(text: string): bigint {
  // biome-ignore format: a table is read in columns
  const digits: Record<string, bigint> = {
    satu: 1n, dua: 2n, tiga: 3n, empat: 4n, lima: 5n, enam: 6n, tujuh: 7n, delapan: 8n, sembilan: 9n, sepuluh: 10n, sebelas: 11n, seratus: 100n,
  }
  // biome-ignore format: a table is read in columns
  const scales: Record<string, bigint> = {
    ribu: 10n ** 3n, juta: 10n ** 6n, miliar: 10n ** 9n, triliun: 10n ** 12n, kuadriliun: 10n ** 15n,
  }
  let [total, group, last] = [0n, 0n, 0n]
  const words = text.split(' ')
  expect(words.pop()).toBe('rupiah')
  for (const word of words) {
    if (word === 'belas') [group, last] = [group + 10n, 0n]
    else if (word === 'puluh') [group, last] = [group + last * 9n, 0n]
    else if (word === 'ratus') [group, last] = [group + last * 99n, 0n]
    else if (word === 'seribu') total += 1000n
    else if (word in scales) [total, group, last] = [total + group * scales[word]!, 0n, 0n]
    else {
      expect(Object.keys(digits)).toContain(word)
      last = digits[word]!
      group += last
    }
  }
  return total + group
}
