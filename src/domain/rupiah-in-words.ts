/** An amount in Indonesian words, as invoices and receipts carry it: "seratus lima puluh ribu rupiah". */
import type { Rupiah } from './money.ts'

const ONES = [
  '',
  'satu',
  'dua',
  'tiga',
  'empat',
  'lima',
  'enam',
  'tujuh',
  'delapan',
  'sembilan',
  'sepuluh',
  'sebelas',
] as const
const THOUSANDS = ['', 'ribu', 'juta', 'miliar', 'triliun', 'kuadriliun', 'kuintiliun'] as const

export function rupiahInWords(amount: Rupiah): string {
  if (amount < 0n) return `minus ${rupiahInWords(-amount)}`
  if (amount === 0n) return 'nol rupiah'
  const groups: string[] = []
  let rest = amount
  for (const name of THOUSANDS) {
    const group = Number(rest % 1000n)
    rest /= 1000n
    if (group === 0) continue
    // One thousand is a word of its own; one million is not.
    if (group === 1 && name === 'ribu') groups.unshift('seribu')
    else groups.unshift(name === '' ? hundreds(group) : `${hundreds(group)} ${name}`)
  }
  return `${groups.join(' ')} rupiah`
}

/** 1 to 999. */
function hundreds(number: number): string {
  const [hundred, rest] = [Math.floor(number / 100), number % 100]
  const words = []
  if (hundred === 1) words.push('seratus')
  else if (hundred > 1) words.push(`${ONES[hundred]} ratus`)
  if (rest > 0) words.push(tens(rest))
  return words.join(' ')
}

function tens(number: number): string {
  if (number < 12) return ONES[number]!
  if (number < 20) return `${ONES[number - 10]} belas`
  const [ten, one] = [Math.floor(number / 10), number % 10]
  return one === 0 ? `${ONES[ten]} puluh` : `${ONES[ten]} puluh ${ONES[one]}`
}
