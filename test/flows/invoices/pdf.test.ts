/** The PDF of an invoice, read back: what is on it, in both languages, on as many pages as it takes. */
import { afterEach, beforeEach, expect, test } from 'vitest'
import { isBayarError } from '../../../src/errors.ts'
import { loadPdfkit } from '../../../src/operations/invoices/pdf/load-pdfkit.ts'
import { chooseOnPage } from '../../support/choose-on-page.ts'
import { BCA, LOCAL, SHIRTS } from '../../support/invoices.ts'
import { type Kit, kit } from '../../support/kit.ts'
import { readPdf } from '../../support/pdf-text.ts'

let shop: Kit
beforeEach(async () => {
  shop = await kit({
    options: {
      invoiceIssuer: {
        name: 'Toko Melati',
        address: 'Jalan Melati 1\nBandung 40115',
        npwp: '01.234.567.8-901.000',
        email: 'tagihan@example.com',
      },
    },
  })
})
afterEach(() => shop.close())

const printed = async (invoice: string, options = {}) =>
  readPdf(await shop.bayar.invoices.pdf(invoice, options))

test('has issuer, customer, their NPWP, lines, PPN, total in figures and words, and a QR of the link', async () => {
  const { id, paymentLinkUrl } = await shop.bayar.invoices.create({
    ...SHIRTS,
    orderId: 'cart-7',
    taxPercent: 11,
    customerNpwp: '98.765.432.1-012.000',
    notes: 'Terima kasih.',
  })
  const { shown, pages, links, squares } = await printed(id)
  expect(pages).toBe(1)
  for (const text of [
    'INV-000001',
    '2 Maret 2026',
    '31 Maret 2026',
    'Toko Melati',
    'NPWP 01.234.567.8-901.000',
    'Budi Santoso',
    'NPWP 98.765.432.1-012.000',
    'Shirt',
    '2',
    '75.000',
    '150.000',
    'PPN 11%',
    'Rp 16.500',
    'Rp 166.500',
    'Seratus enam puluh enam ribu lima ratus rupiah',
    'Terima kasih.',
    'Pindai untuk membayar',
  ])
    expect(shown).toContain(text)
  expect(links).toEqual([paymentLinkUrl])
  expect(squares).toBeGreaterThan(200)
  // Nothing is stamped on one that is simply owed.
  expect(shown).not.toContain('LUNAS')
})

test('PPN in the prices is told as such, and English has its own words', async () => {
  const { id } = await shop.bayar.invoices.create({ ...LOCAL, taxPercent: 11, taxMode: 'inclusive' })
  const { shown } = await printed(id, { language: 'en' })
  expect(shown).toEqual(
    expect.arrayContaining([
      'Bill to',
      '31 March 2026',
      'PPN 11% (included in the prices)',
      'Rp 14.865',
      'In words',
    ]),
  )
  expect(shown).not.toContain('Kepada')
})

test('is stamped as it stands, and shows what was received and is left', async () => {
  const { id } = await shop.bayar.invoices.create({ ...LOCAL, orderId: 'cart-7' })
  await shop.bayar.invoices.pay(id, { paymentType: 'gopay' })
  await shop.pay('cart-7-1')
  const paid = await printed(id)
  expect(paid.shown).toEqual(expect.arrayContaining(['LUNAS', 'Sudah dibayar', 'Rp 0']))
  expect(paid.squares).toBeLessThan(10)
  await shop.bayar.payments.refund('cart-7-1', { amount: 50_000 })
  await shop.idle()
  expect((await printed(id)).shown).toEqual(
    expect.arrayContaining(['REFUND SEBAGIAN', 'Rp 150.000', 'Dikembalikan', 'Rp 50.000', 'Rp 0']),
  )
  // What was given back is asked for again once the shop opens a way to pay it.
  await shop.bayar.invoices.checkout(id)
  const again = await printed(id)
  expect(again.shown).toEqual(expect.arrayContaining(['DIBAYAR SEBAGIAN', 'Pindai untuk membayar']))
  expect(again.shown).not.toContain('Rp 0')
  const draft = await shop.bayar.invoices.create({ ...LOCAL, draft: true })
  expect((await printed(draft.id)).shown).toContain('DRAF')
  await shop.bayar.invoices.void(draft.id)
  expect((await printed(draft.id)).shown).toContain('BATAL')
})

test('a refund of what was paid by Midtrans’s link is not billed again, and refunded whole it can be withdrawn', async () => {
  const invoice = await shop.bayar.invoices.create({ ...SHIRTS, orderId: 'cart-7' })
  await chooseOnPage(shop.simulator, invoice.paymentLinkUrl!, 'gopay')
  await shop.idle()
  await shop.pay('cart-7')
  await shop.bayar.payments.refund('cart-7', { amount: 50_000 })
  await shop.idle()
  const partly = await printed(invoice.id)
  expect(partly.shown).toEqual(
    expect.arrayContaining(['REFUND SEBAGIAN', 'Sudah dibayar', 'Rp 150.000', 'Dikembalikan', 'Rp 50.000']),
  )
  expect(partly.shown).not.toContain('Pindai untuk membayar')
  expect([partly.links, partly.squares < 10]).toEqual([[], true])
  await expect(shop.bayar.invoices.void(invoice.id)).rejects.toThrow(/refund that too/)

  await shop.bayar.payments.refund('cart-7')
  await shop.idle()
  const whole = await printed(invoice.id)
  expect(whole.shown).toContain('REFUND')
  expect(whole.links).toEqual([])
  expect(await shop.bayar.invoices.void(invoice.id)).toMatchObject({ status: 'void' })
})

test('the address of a local one is the hosted page that is open, and numbers are told where there are some', async () => {
  const { id } = await shop.bayar.invoices.create({ ...LOCAL, orderId: 'cart-7' })
  expect((await printed(id)).links).toEqual([])
  const { redirectUrl } = await shop.bayar.invoices.checkout(id)
  expect((await printed(id)).links).toEqual([redirectUrl])
  await shop.bayar.invoices.pay(id, { ...BCA, newAttempt: true })
  expect((await printed(id)).links).toEqual([])
  const numbers = await shop.bayar.invoices.create({
    ...SHIRTS,
    paymentType: 'virtual_account',
    virtualAccounts: [{ name: 'bca_va' }],
  })
  expect((await printed(numbers.id)).shown).toContain(`BCA ${numbers.virtualAccounts[0]!.number}`)
})

test('goes on to further pages, each with the head of the table and its number', async () => {
  const items = Array.from({ length: 120 }, (_, index) => ({
    description: `Barang ${index + 1}, dengan nama yang cukup panjang untuk dua baris pada halaman ini`,
    price: 10_000 + index,
  }))
  const { id } = await shop.bayar.invoices.create({ ...LOCAL, items, notes: 'n\n'.repeat(60) })
  const { shown, pages } = await printed(id)
  expect(pages).toBeGreaterThan(3)
  for (let page = 1; page <= pages; page++) expect(shown).toContain(`Halaman ${page} dari ${pages}`)
  expect(shown.filter((text) => text === 'Uraian').length).toBeGreaterThanOrEqual(pages - 1)
  for (let index = 1; index <= 120; index++)
    expect(shown.some((text) => text.startsWith(`Barang ${index},`))).toBe(true)
})

test('letters that the fonts do not have break nothing', async () => {
  const { id } = await shop.bayar.invoices.create({
    ...LOCAL,
    customerName: '山田 Łukasz 😀 Ánh',
    customerAddress: 'line one\nline two\u2028line three',
    items: [{ description: 'Kopi ☕️ № 5 — “Toraja”', price: 1000 }],
    notes: 'אבג',
  })
  const { shown } = await printed(id)
  expect(shown).toEqual(expect.arrayContaining(['?? ?ukasz ? Ánh', 'Kopi ? No 5 — “Toraja”', '???']))
})

test('without pdfkit it says what to install; another failure is no missing package', async () => {
  const missing = Object.assign(new Error("Cannot find package 'pdfkit'"), { code: 'ERR_MODULE_NOT_FOUND' })
  const error = await loadPdfkit(() => Promise.reject(missing)).catch((thrown: unknown) => thrown)
  expect(isBayarError(error, 'pdf_missing')).toBe(true)
  expect(String(error)).toContain('npm install pdfkit@0.20.2')
  const broken = new Error('it is broken')
  await expect(loadPdfkit(() => Promise.reject(broken))).rejects.toBe(broken)
})
