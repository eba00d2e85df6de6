import type { Language, Text } from './words.ts'

/** The words of the pages that a customer sees. */
// biome-ignore format: a table is read in columns
export const CHECKOUT_WORDS = {
  pay_to:          { en: 'Pay to',                                   id: 'Bayar ke' },
  order:           { en: 'Order',                                    id: 'Pesanan' },
  choose:          { en: 'How would you like to pay?',               id: 'Mau bayar dengan apa?' },
  no_methods:      { en: 'No payment method is enabled for this payment.', id: 'Tidak ada metode pembayaran yang aktif.' },
  until:           { en: 'Open until',                               id: 'Berlaku sampai' },
  amount:          { en: 'Amount (Rupiah)',                          id: 'Jumlah (Rupiah)' },
  go_on:           { en: 'Continue',                                 id: 'Lanjut' },
  earlier:         { en: 'Begun already',                            id: 'Sudah dimulai' },
  other_method:    { en: 'Pay another way',                          id: 'Bayar dengan cara lain' },
  phone:           { en: 'Phone number',                             id: 'Nomor telepon' },
  card_number:     { en: 'Card number',                              id: 'Nomor kartu' },
  card_expiry:     { en: 'Expiry (MM/YY)',                           id: 'Masa berlaku (BB/TT)' },
  card_cvv:        { en: 'CVV',                                      id: 'CVV' },
  card_save:       { en: 'Save this card',                           id: 'Simpan kartu ini' },
  card_term:       { en: 'Instalments (months)',                     id: 'Cicilan (bulan)' },
  instructions:    { en: 'Pay with these',                           id: 'Bayar dengan data ini' },
  as_customer:     { en: 'What happens now? (simulated)',            id: 'Apa yang terjadi sekarang? (simulasi)' },
  refresh:         { en: 'Check the status',                         id: 'Cek status' },
  paid:            { en: 'Paid. Thank you!',                         id: 'Sudah dibayar. Terima kasih!' },
  not_paid:        { en: 'This try did not succeed.',                id: 'Percobaan ini tidak berhasil.' },
  back_to_shop:    { en: 'Back to the shop',                         id: 'Kembali ke toko' },
  closed:          { en: 'This page is closed.',                     id: 'Halaman ini sudah ditutup.' },
  expired:         { en: 'This page has expired.',                   id: 'Halaman ini sudah kedaluwarsa.' },
  used_up:         { en: 'This link cannot be used any more.',       id: 'Tautan ini tidak bisa dipakai lagi.' },
  unknown:         { en: 'There is no such payment page.',           id: 'Halaman pembayaran ini tidak ada.' },
  failed:          { en: 'That did not work',                        id: 'Tidak berhasil' },
  close:           { en: 'Close',                                    id: 'Tutup' },
  simulated:       { en: 'Simulated. No money moves here.',          id: 'Simulasi. Tidak ada uang yang berpindah.' },
  invoice:         { en: 'Invoice',                                  id: 'Invoice' },
  due:             { en: 'Due',                                      id: 'Jatuh tempo' },
  pay_here:        { en: 'Pay this invoice',                         id: 'Bayar invoice ini' },
  pay_card:        { en: 'Pay',                                      id: 'Bayar' },
  pay_wallet:      { en: 'Approve with my PIN',                      id: 'Setujui dengan PIN' },
  pay_paylater:    { en: 'Agree to the loan',                        id: 'Setujui pinjaman' },
  pay_over_the_counter: { en: 'Transfer the amount',                 id: 'Transfer sejumlah itu' },
  otp:             { en: 'Code from the bank',                       id: 'Kode dari bank' },
  confirm:         { en: 'Confirm',                                  id: 'Konfirmasi' },
  link_account:    { en: 'Link your GoPay account',                  id: 'Hubungkan akun GoPay Anda' },
  agree:           { en: 'Agree',                                    id: 'Setuju' },
  disagree:        { en: 'Do not agree',                             id: 'Tidak setuju' },
  language:        { en: 'Language',                                 id: 'Bahasa' },
} as const satisfies Record<string, Text>

export type CheckoutWord = keyof typeof CHECKOUT_WORDS

export function sayIn(language: Language): (word: CheckoutWord) => string {
  return (word) => CHECKOUT_WORDS[word][language]
}
