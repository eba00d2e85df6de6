/** What customers read in Indonesian. Only what is known stands in it: no text of Midtrans's, and nothing that a customer cannot do anything with. */
import type { AllFacts, MessageInstructions, MessageTemplates, Renewal } from './message-facts.ts'
import { lastDayText, rupiahText, timeText } from './message-words.ts'

export const INDONESIAN: MessageTemplates = {
  payment_pending: (facts) => ({
    subject: `Menunggu pembayaran ${rupiahText(facts.amount)}${forTitle(facts)}`,
    body: letter(facts, [
      `Silakan bayar ${rupiahText(facts.amount)}${forTitle(facts)}.`,
      howToPay(facts.instructions),
      facts.payBefore && `Bayar sebelum ${timeText(facts.payBefore, 'id')}.`,
      `Nomor pesanan: ${facts.orderId}`,
    ]),
  }),
  payment_succeeded: (facts) => ({
    subject: `Pembayaran ${rupiahText(facts.amount)}${forTitle(facts)} diterima`,
    body: letter(facts, [
      `Pembayaran ${rupiahText(facts.amount)}${forTitle(facts)} sudah kami terima. Terima kasih.`,
      facts.periodEnd && `Berlaku sampai ${timeText(facts.periodEnd, 'id')}.`,
    ]),
  }),
  payment_failed: (facts) => ({
    subject: `Pembayaran ${rupiahText(facts.amount)}${forTitle(facts)} belum berhasil`,
    body: letter(facts, [
      `Pembayaran ${rupiahText(facts.amount)}${forTitle(facts)} belum berhasil${because(facts.reason)}.`,
      facts.graceUntil && `Layanan tetap bisa dipakai sampai ${timeText(facts.graceUntil, 'id')}.`,
    ]),
  }),
  refunded: (facts) => ({
    subject: `Pengembalian dana ${rupiahText(facts.amount)}${forTitle(facts)}`,
    body: letter(facts, [
      `Kami mengembalikan ${rupiahText(facts.amount)}${forTitle(facts)} melalui cara pembayaran semula. Kapan dana itu masuk bergantung pada bank atau dompet Anda.`,
      `Nomor pesanan: ${facts.orderId}`,
    ]),
  }),
  invoice_overdue: (facts) => ({
    subject: `Tagihan ${facts.invoiceNumber} sudah lewat jatuh tempo`,
    body: letter(facts, [
      `Tagihan ${facts.invoiceNumber} sebesar ${rupiahText(facts.amount)} jatuh tempo pada ${lastDayText(facts.dueAt, 'id')} dan belum kami terima pembayarannya.`,
      'Jika Anda baru saja membayar, abaikan pesan ini.',
    ]),
  }),
  expiry_reminder: (facts) => ({
    subject: `${facts.title} ${facts.renewal === 'ends' ? 'berakhir' : 'diperpanjang'} ${facts.days} hari lagi`,
    body: letter(facts, [RENEWALS[facts.renewal](facts)]),
  }),
  trial_ending: (facts) => ({
    subject: `Masa percobaan ${facts.title} segera berakhir`,
    body: letter(facts, [
      `Masa percobaan ${facts.title} berakhir pada ${timeText(facts.endsAt, 'id')}. Setelah itu biayanya ${rupiahText(facts.amount)}.`,
    ]),
  }),
  cancelled: (facts) => ({
    subject: `Langganan ${facts.title} dibatalkan`,
    body: letter(facts, [
      `Langganan ${facts.title} sudah dibatalkan. Tidak ada tagihan lagi untuk langganan ini.`,
    ]),
  }),
  expired: (facts) => ({
    subject: `Langganan ${facts.title} berakhir`,
    body: letter(facts, [
      facts.reason === 'unpaid'
        ? `Langganan ${facts.title} berakhir karena perpanjangannya tidak dibayar.`
        : `Langganan ${facts.title} sudah berakhir. Tidak ada tagihan lagi untuk langganan ini.`,
    ]),
  }),
  topup_succeeded: (facts) => ({
    subject: `Isi saldo ${rupiahText(facts.amount)} berhasil`,
    body: letter(facts, [
      `Isi saldo ${rupiahText(facts.amount)} berhasil. Saldo Anda sekarang ${rupiahText(facts.balance)}.`,
      `Nomor pesanan: ${facts.orderId}`,
    ]),
  }),
  topup_failed: (facts) => ({
    subject: `Isi saldo ${rupiahText(facts.amount)} tidak berhasil`,
    body: letter(facts, [
      `Isi saldo ${rupiahText(facts.amount)} tidak berhasil${because(facts.reason)}. Saldo Anda tidak berubah.`,
      `Nomor pesanan: ${facts.orderId}`,
    ]),
  }),
}

type RenewalFacts = Pick<AllFacts, 'title' | 'amount' | 'endsAt'>

// biome-ignore format: a table is read in columns
const RENEWALS: Readonly<Record<Renewal, (facts: RenewalFacts) => string>> = {
  automatic:    (facts) => `${facts.title} diperpanjang otomatis pada ${timeText(facts.endsAt, 'id')}. ${rupiahText(facts.amount)} akan ditagih dengan cara pembayaran yang Anda simpan; Anda tidak perlu melakukan apa-apa.`,
  from_wallet:  (facts) => `${facts.title} diperpanjang otomatis pada ${timeText(facts.endsAt, 'id')}. ${rupiahText(facts.amount)} akan dipotong dari saldo Anda, yang sekarang mencukupi.`,
  wallet_short: (facts) => `${facts.title} diperpanjang pada ${timeText(facts.endsAt, 'id')} dengan ${rupiahText(facts.amount)} dari saldo Anda, yang sekarang belum mencukupi. Silakan isi saldo sebelum itu.`,
  to_pay:       (facts) => `${facts.title} berlaku sampai ${timeText(facts.endsAt, 'id')}. Pada saat itu Anda menerima cara membayar ${rupiahText(facts.amount)} untuk perpanjangannya.`,
  ends:         (facts) => `${facts.title} berakhir pada ${timeText(facts.endsAt, 'id')} dan tidak diperpanjang.`,
}

// biome-ignore format: a table is read in columns
const REASONS: Readonly<Record<string, string>> = {
  denied:               'ditolak oleh bank atau dompet',
  expired:              'waktu pembayarannya habis',
  cancelled:            'dibatalkan',
  reversed:             'dananya ditarik kembali oleh bank',
  insufficient_balance: 'saldo tidak mencukupi',
  wallet_frozen:        'saldo sedang dibekukan',
}

function because(reason: string | null): string {
  const says = reason === null ? undefined : REASONS[reason]
  return says === undefined ? '' : `: ${says}`
}

function forTitle({ title }: Pick<AllFacts, 'title'>): string {
  return title === null ? '' : ` untuk ${title}`
}

function howToPay(to: MessageInstructions): string | null {
  const lines = [
    to.vaNumber &&
      `Nomor virtual account${to.bank === null ? '' : ` ${to.bank.toUpperCase()}`}: ${to.vaNumber}`,
    to.billKey && `Mandiri Bill: kode perusahaan ${to.billerCode ?? '-'}, kode pembayaran ${to.billKey}`,
    to.paymentCode && `Kode pembayaran${to.store === null ? '' : ` di ${to.store}`}: ${to.paymentCode}`,
    to.url && `Lanjutkan di: ${to.url}`,
  ].filter((line) => line !== null)
  return lines.length === 0 ? null : lines.join('\n')
}

function letter(
  { customerName }: Pick<AllFacts, 'customerName'>,
  paragraphs: readonly (string | null)[],
): string {
  const greeting = customerName === null ? 'Halo,' : `Halo ${customerName},`
  return [greeting, ...paragraphs.filter((one) => one !== null)].join('\n\n')
}
