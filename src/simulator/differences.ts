import type { Text } from './pages/words.ts'

/** Where this Midtrans is not like the real one, for its page: whoever tests against it should know what was not tested. */
interface Difference {
  readonly topic: Text
  readonly says: Text
  /** The recorded documents (test/wire) that are therefore told otherwise, and in which fields. */
  readonly recorded?: Readonly<Record<string, readonly string[]>>
}

export const DIFFERENCES: readonly Difference[] = [
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
      en: 'Iris (payouts) and BI-SNAP are not here: their paths are answered 404.',
      id: 'Iris (payout) dan BI-SNAP tidak ada: path-nya dijawab 404.',
    },
  },
  {
    topic: { en: 'Snap', id: 'Snap' },
    says: {
      en: 'The page is our own. A customer may begin another way to pay while one is still open, so an order can be paid twice; GET status by order id tells the latest try. The company digits of Danamon, BSI, SeaBank and Saqu are our own, and a BSI transaction has an id of DANA’s form (unconfirmed). GoPay and ShopeePay stay what they are on a desktop, until another app pays their QR. Refusals to cancel or expire a token are 400 and 404, which is unconfirmed.',
      id: 'Halamannya buatan kami. Pelanggan boleh memulai cara bayar lain selagi yang pertama masih terbuka, jadi satu pesanan bisa dibayar dua kali; GET status dengan order id menjawab percobaan terakhir. Digit perusahaan Danamon, BSI, SeaBank, dan Saqu buatan kami, dan ID transaksi BSI berbentuk seperti DANA (belum dikonfirmasi). GoPay dan ShopeePay di desktop tetap sama, sampai aplikasi lain membayar QR-nya. Penolakan cancel atau expire token adalah 400 dan 404 (belum dikonfirmasi).',
    },
  },
  {
    topic: { en: 'Back to the shop', id: 'Kembali ke toko' },
    says: {
      en: 'GoPay’s page adds order_id and result to the callback address, with enable_callback only. Kredivo and Akulaku go to the finish address of the dashboard with order_id, transaction_status and status_code; for Akulaku that is unconfirmed. What ShopeePay and DANA add is not documented: here nothing. An app’s address is shown as a link, not opened; Snap’s page shows its finish address as a button.',
      id: 'Halaman GoPay menambahkan order_id dan result ke alamat callback, hanya dengan enable_callback. Kredivo dan Akulaku menuju alamat finish di dashboard dengan order_id, transaction_status, dan status_code; untuk Akulaku belum dikonfirmasi. Tambahan dari ShopeePay dan DANA tidak didokumentasikan: di sini tidak ada. Alamat aplikasi ditampilkan sebagai tautan, tidak dibuka; halaman Snap menampilkan alamat finish sebagai tombol.',
    },
  },
  {
    topic: { en: 'Subscriptions', id: 'Langganan' },
    says: {
      en: 'Charged at the second they are due. After its last failed retry one is inactive, and cannot be enabled (412), only revived by a fresh start: both unconfirmed. Where no URL for recurring news is set, the payment’s own notification names the subscription (unconfirmed).',
      id: 'Ditagih tepat pada waktunya. Setelah percobaan terakhir gagal, langganan menjadi inactive dan tidak bisa di-enable (412), hanya bisa dihidupkan dengan jadwal baru: keduanya belum dikonfirmasi. Tanpa URL kabar langganan, notifikasi pembayarannya menyebut langganan itu (belum dikonfirmasi).',
    },
  },
  {
    topic: { en: 'Invoices and payment links', id: 'Invoice dan payment link' },
    says: {
      en: 'An invoice by virtual account expires with its numbers at the due date; one by page is overdue from then on and can still be paid. `pdf_url` is a page, not a PDF. No request that makes a draft is documented (the dashboard does), so there are none. A quotation is converted once, to an invoice due when the quotation would have ended, and answers as GET; a second time is a 409; `cancel_as` is cancelled or rejected: all unconfirmed. Of a link’s GET and list, only the fields that follow from protocol.md are sure.',
      id: 'Invoice dengan virtual account kedaluwarsa bersama nomornya pada jatuh tempo; yang lewat halaman menjadi overdue dan masih bisa dibayar. `pdf_url` adalah halaman, bukan PDF. Tidak ada permintaan untuk membuat draft yang didokumentasikan (itu di dashboard), jadi tidak ada draft. Quotation dikonversi sekali, menjadi invoice yang jatuh tempo saat masa berlakunya habis, dan jawabannya seperti GET; yang kedua dijawab 409; `cancel_as` adalah cancelled atau rejected: semuanya belum dikonfirmasi. Untuk GET dan daftar link, hanya field yang ada di protocol.md yang pasti.',
    },
  },
  {
    topic: { en: 'Balance', id: 'Saldo' },
    says: {
      en: 'What was settled less what was given back: no fees, no payouts, one wallet.',
      id: 'Yang sudah lunas dikurangi yang dikembalikan: tanpa biaya, tanpa payout, satu dompet.',
    },
  },
  {
    topic: { en: 'Amount limits', id: 'Batas jumlah' },
    says: {
      en: 'The published least and most of each method are enforced, as a 400 (unconfirmed), for every merchant alike; `amountLimits: false` leaves them out, as a contract may. None is published for BNI, Danamon, BSI, SeaBank and Saqu, and no most for Akulaku and Kredivo. A wallet counts as verified. GoPay reserves at most 100,000, as in the sandbox.',
      id: 'Batas minimum dan maksimum tiap metode yang diumumkan diterapkan sebagai 400 (belum dikonfirmasi), sama untuk semua merchant; `amountLimits: false` meniadakannya, seperti kontrak bisa. Untuk BNI, Danamon, BSI, SeaBank, dan Saqu tidak ada yang diumumkan, juga maksimum Akulaku dan Kredivo. Dompet dianggap terverifikasi. GoPay menahan paling banyak 100.000, seperti di sandbox.',
    },
  },
  {
    topic: { en: 'Wording', id: 'Kalimat' },
    says: {
      en: 'Codes and shapes are those of Midtrans. The sentences of 310, 402, 403, 405, 408, 410, 413, 429, 501 to 506, of HTTP 202, of a refused capture and of most validation messages are our own. 408, 410, 501 to 504 and 506 come only as faults.',
      id: 'Kode dan bentuknya sama dengan Midtrans. Kalimat untuk 310, 402, 403, 405, 408, 410, 413, 429, 501 sampai 506, HTTP 202, capture yang ditolak, dan sebagian besar pesan validasi adalah buatan kami. 408, 410, 501 sampai 504, dan 506 hanya muncul sebagai gangguan.',
    },
  },
  {
    topic: { en: 'QR codes', id: 'Kode QR' },
    says: {
      en: 'The text is valid QRIS with the amount and a right checksum, and no bank knows its merchant: only this simulator can pay it. The recorded sample is an illustration with a wrong checksum.',
      id: 'Teksnya QRIS yang sah dengan jumlah dan checksum yang benar, tetapi tidak ada bank yang mengenal merchant-nya: hanya simulator ini yang bisa membayarnya. Contoh yang direkam hanya ilustrasi dengan checksum salah.',
    },
    recorded: { 'charge.qris.201.json': ['qr_string'] },
  },
  {
    topic: { en: 'Addresses in answers', id: 'Alamat dalam jawaban' },
    says: {
      en: 'Lead back to where this simulator was reached, never to Midtrans or a wallet: api.sandbox.midtrans.com, simulator.sandbox.midtrans.com and wsa.uat.wallet.airpay.co.id are one here.',
      id: 'Kembali ke alamat simulator ini, tidak pernah ke Midtrans atau dompet digital: api.sandbox.midtrans.com, simulator.sandbox.midtrans.com, dan wsa.uat.wallet.airpay.co.id jadi satu di sini.',
    },
  },
  {
    topic: { en: 'When a refund is confirmed', id: 'Kapan refund dikonfirmasi' },
    says: {
      en: 'Wallets and lenders confirm at once, the recorded GoPay two seconds later; cards after 69 minutes, with a second notification.',
      id: 'Dompet digital dan paylater mengonfirmasi seketika, GoPay yang direkam dua detik kemudian; kartu setelah 69 menit, dengan notifikasi kedua.',
    },
    recorded: { 'notification.gopay.partial_refund.json': ['bank_confirmed_at'] },
  },
  {
    topic: { en: 'expiry_time in notifications', id: 'expiry_time dalam notifikasi' },
    says: {
      en: 'Some recorded GoPay notifications carry it and some do not; here all of pending, settled and expired ones do.',
      id: 'Sebagian notifikasi GoPay yang direkam membawanya, sebagian tidak; di sini semua yang pending, settlement, dan expire membawanya.',
    },
    recorded: { 'notification.fee_imposed.settlement.json': ['expiry_time'] },
  },
  {
    topic: { en: 'Cards', id: 'Kartu' },
    says: {
      en: 'A card that is none of the sandbox’s is asked for its OTP and accepted. `eci` is 05, and 07 after a failed 3DS. A card settles on the next day at 16:05:41. Points exist for cards of BNI and Mandiri, 10,000 each, and are not used up. A challenge that the merchant denies becomes `deny`, as documented; one recorded live answer says `cancel`.',
      id: 'Kartu di luar kartu sandbox diminta OTP dan diterima. `eci` selalu 05, dan 07 setelah 3DS gagal. Kartu selesai keesokan hari pukul 16:05:41. Poin ada untuk kartu BNI dan Mandiri, masing-masing 10.000, dan tidak berkurang. Challenge yang ditolak merchant menjadi `deny`, sesuai dokumentasi; satu jawaban nyata yang direkam menyebut `cancel`.',
    },
  },
  {
    topic: { en: 'Refund windows', id: 'Batas waktu refund' },
    says: {
      en: 'Which code answers a refund after its window, or of ShopeePay between 23:55 and 06:00, is not documented: here 412. Only part of an OVO payment is answered 414.',
      id: 'Kode untuk refund setelah batas waktunya, atau ShopeePay antara 23:55 dan 06:00, tidak didokumentasikan: di sini 412. Refund sebagian OVO dijawab 414.',
    },
  },
  {
    topic: { en: 'Linked GoPay', id: 'GoPay tertaut' },
    says: {
      en: 'An unknown account or an option token that is no longer good is answered 411. A balance stays what it was set to, whatever is paid. The promotion list, production only, is not here.',
      id: 'Akun tidak dikenal atau token opsi yang sudah tidak berlaku dijawab 411. Saldo tetap seperti yang diatur, berapa pun dibayar. Daftar promosi, yang hanya ada di produksi, tidak ada di sini.',
    },
  },
  {
    topic: { en: 'DANA', id: 'DANA' },
    says: {
      en: 'Its charge over the Core API is unconfirmed. GET status, cancel, expire and refund know its transactions by transaction_id only.',
      id: 'Charge lewat Core API belum terkonfirmasi. GET status, cancel, expire, dan refund hanya mengenal transaksinya lewat transaction_id.',
    },
  },
  {
    topic: { en: 'Accounts for many payments', id: 'Akun untuk banyak pembayaran' },
    says: {
      en: 'How a merchant comes by them is not documented: here the banks named by `reusableAccounts` have only such. Each payment is a transaction of its own, the order id with the instant behind it, of any amount; the account stays pending until it expires. A virtual account of any other bank is paid once.',
      id: 'Cara merchant mendapatkannya tidak didokumentasikan: di sini semua akun bank yang disebut `reusableAccounts` demikian. Tiap pembayaran adalah transaksi sendiri, order id ditambah waktunya, dengan jumlah berapa pun; akunnya tetap menunggu sampai kedaluwarsa. Virtual account bank lain dibayar sekali.',
    },
  },
  {
    topic: { en: 'Limits on the rate', id: 'Batas laju' },
    says: {
      en: 'Midtrans does not publish its own for charges and new linked accounts: there is none unless you set one (`--rate-limit`), or ask for a 429 as a fault. A set one counts both together, by the minute of the clock. The BIN service answers 409 after 100 calls in a minute of the clock.',
      id: 'Midtrans tidak mengumumkan batasnya untuk charge dan akun tertaut baru: tidak ada batas kecuali Anda mengaturnya (`--rate-limit`) atau meminta 429 sebagai gangguan. Batas yang diatur menghitung keduanya bersama, per menit jam simulator. Layanan BIN menjawab 409 setelah 100 panggilan dalam satu menit.',
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
      en: 'Without --data everything is gone when the process ends. With it, everything is there again but what the command line says at each start and how many calls the minute has seen; of a card that is none of the sandbox’s only the digits on every receipt. What fell due meanwhile happens at the start, and a notice that was on its way may come twice. A loss of power may cost the last moments. The history keeps the latest 10,000 finished notifications and 500 requests, and 250,000 answers for repeated Idempotency-Keys.',
      id: 'Tanpa --data semuanya hilang saat proses berakhir. Dengan --data semuanya ada lagi, kecuali yang ditentukan command line setiap mulai dan jumlah panggilan menit itu; dari kartu di luar kartu sandbox hanya angka yang ada di setiap struk. Yang jatuh tempo sementara itu terjadi saat mulai lagi, dan notifikasi yang sedang dikirim bisa datang dua kali. Listrik padam bisa menghapus saat-saat terakhir. Riwayat menyimpan 10.000 notifikasi selesai dan 500 permintaan terakhir, serta 250.000 jawaban untuk Idempotency-Key yang diulang.',
    },
  },
]
