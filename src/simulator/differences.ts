import type { Text } from './pages/words.ts'

/** Where this Midtrans is not like the real one, for its page: whoever tests against it should know what was not tested. */
export const DIFFERENCES: readonly { readonly topic: Text; readonly says: Text }[] = [
  {
    topic: { en: 'Payment methods', id: 'Metode pembayaran' },
    says: {
      en: 'Every payment type of the Core API. The banks that Midtrans documents for Snap only are refused by a charge.',
      id: 'Semua jenis pembayaran Core API. Bank yang hanya didokumentasikan Midtrans untuk Snap ditolak oleh charge.',
    },
  },
  {
    topic: { en: 'Other APIs', id: 'API lain' },
    says: {
      en: 'Snap, subscriptions, invoices, payment links and BI-SNAP are not here: their paths are answered 404.',
      id: 'Snap, langganan, invoice, payment link, dan BI-SNAP tidak ada: path-nya dijawab 404.',
    },
  },
  {
    topic: { en: 'Amount limits', id: 'Batas jumlah' },
    says: {
      en: 'The least and largest amount of each method depend on the merchant’s contract and are not enforced.',
      id: 'Batas minimum dan maksimum tiap metode bergantung pada kontrak merchant dan tidak diterapkan.',
    },
  },
  {
    topic: { en: 'Wording', id: 'Kalimat' },
    says: {
      en: 'Codes and shapes are those of Midtrans. The sentences of 402, 403, 405, 410, 413, 429, 505, of HTTP 202 and of most validation messages are our own.',
      id: 'Kode dan bentuknya sama dengan Midtrans. Kalimat untuk 402, 403, 405, 410, 413, 429, 505, HTTP 202, dan sebagian besar pesan validasi adalah buatan kami.',
    },
  },
  {
    topic: { en: 'Limits on the rate', id: 'Batas laju' },
    says: {
      en: 'Midtrans does not publish its own; 429 comes only as a fault that you ask for.',
      id: 'Midtrans tidak mengumumkannya; 429 hanya muncul sebagai gangguan yang Anda minta.',
    },
  },
  {
    topic: { en: 'Notifications', id: 'Notifikasi' },
    says: {
      en: 'Sent within a moment, in the order of events, also to http and to this machine; Midtrans needs a public https address and keeps no order. Use the faults to lose, delay, repeat and reorder. The random shift of a retry is up to 87 s each way. After a redirect loop of more than 5 hops it is retried like any other failure.',
      id: 'Dikirim seketika, sesuai urutan kejadian, juga ke http dan ke mesin ini; Midtrans butuh alamat https publik dan tidak menjaga urutan. Pakai gangguan untuk menghilangkan, menunda, mengulang, dan mengacak. Geseran acak pengulangan sampai 87 detik. Setelah lebih dari 5 redirect, diulang seperti kegagalan lain.',
    },
  },
  {
    topic: { en: 'Resending by hand', id: 'Kirim ulang manual' },
    says: {
      en: 'Does not count as a retry; when it succeeds, the planned retry is dropped.',
      id: 'Tidak dihitung sebagai pengulangan; jika berhasil, pengulangan yang terjadwal dibatalkan.',
    },
  },
  {
    topic: { en: 'Money that comes too late', id: 'Uang yang terlambat' },
    says: {
      en: 'A virtual account can be paid until its batch expires it, up to a minute after the deadline, and never afterwards.',
      id: 'Virtual account bisa dibayar sampai batch membuatnya kedaluwarsa, paling lama semenit setelah batas waktu, dan tidak sesudahnya.',
    },
  },
  {
    topic: { en: 'Failure', id: 'Failure' },
    says: {
      en: 'Midtrans names the status and not what leads to it; here a person can bring a pending transaction to it.',
      id: 'Midtrans menyebut status ini tanpa menjelaskan penyebabnya; di sini seseorang bisa membawa transaksi menunggu ke sana.',
    },
  },
  {
    topic: { en: 'Memory', id: 'Ingatan' },
    says: {
      en: 'Everything is gone when the process ends. The history keeps the latest 10,000 finished notifications and 500 requests, and 250,000 answers for repeated Idempotency-Keys.',
      id: 'Semuanya hilang saat proses berakhir. Riwayat menyimpan 10.000 notifikasi selesai dan 500 permintaan terakhir, serta 250.000 jawaban untuk Idempotency-Key yang diulang.',
    },
  },
]
