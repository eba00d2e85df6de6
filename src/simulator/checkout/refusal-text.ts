import type { Text } from '../pages/words.ts'
import { REFUSALS, type RefusalName } from '../refusals.ts'

/**
 * Why a try was refused, for its customer. Midtrans's own sentences are English; on an Indonesian page they are said again, field by field, and what is the merchant's mistake is only said to be one.
 */
export function refusalText(name: RefusalName, problems: readonly string[]): Text {
  const wrong = problems.map((problem) => FIELDS.find(([field]) => problem.includes(`${field} `))?.[1])
  const said = [...new Set(wrong.filter((one) => one !== undefined))]
  return {
    en: sentences(REFUSALS[name].message, problems),
    id: [SAYS[name] ?? OTHERWISE, ...said].join(' '),
  }
}

/** One for each mistake: without their full stops they read as one that makes no sense. */
function sentences(message: string, problems: readonly string[]): string {
  return [message, ...problems].map((one) => (/[.!?]$/.test(one) ? one : `${one}.`)).join(' ')
}

const OTHERWISE = 'Percobaan ini ditolak. Coba lagi, atau pilih cara lain.'

const SAYS: Readonly<Partial<Record<RefusalName, string>>> = {
  invalid: 'Data pembayaran ini tidak dapat diterima.',
  invalid_token: 'Data kartu belum benar.',
  method_not_enabled: 'Cara bayar ini tidak aktif.',
  duplicate_order_id: 'Pesanan ini sudah dibayar atau sedang diproses.',
  token_gone: 'Kartu ini tidak bisa dipakai lagi.',
  wallet_not_registered: 'Nomor telepon ini tidak terdaftar.',
  no_number: 'Nomor pembayaran tidak dapat dibuat. Coba lagi nanti.',
}

const FIELDS: readonly (readonly [field: string, says: string])[] = [
  ['card_number', 'Nomor kartu tidak benar.'],
  ['card_exp_month', 'Bulan masa berlaku tidak benar.'],
  ['card_exp_year', 'Tahun masa berlaku tidak benar.'],
  ['card_cvv', 'CVV tidak benar.'],
  ['payer_phone_number', 'Nomor telepon tidak benar.'],
  ['gross_amount', 'Jumlahnya di luar batas cara bayar ini.'],
]
