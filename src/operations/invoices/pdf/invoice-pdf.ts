/**
 * An invoice as a PDF, in the merchant's own name: issuer and customer with their NPWP, the lines, PPN, the total in figures and in Indonesian words, a QR of the address where it is paid, and a stamp of how
 * it stands. Drawn from the stored invoice alone: nothing is asked of anybody, and the same invoice is the same page.
 */
import { jakartaDay } from '../../../domain/jakarta-time.ts'
import { rupiahInWords } from '../../../domain/rupiah-in-words.ts'
import type { Invoice } from '../invoice-view.ts'
import { INVOICE_WORDS, type InvoiceWords, type PdfLanguage } from './invoice-words.ts'
import { loadPdfkit, type Pdfkit, type PdfPage } from './load-pdfkit.ts'
import { printableText } from './printable-text.ts'
import { drawQr } from './qr.ts'

export interface InvoicePdfOptions {
  /** Indonesian unless asked; the amount in words is Indonesian in both. */
  readonly language?: PdfLanguage
}

const A4 = { width: 595.28, height: 841.89 }
const MARGIN = 50
const RIGHT = A4.width - MARGIN
const WIDTH = A4.width - 2 * MARGIN
/** Nothing but the page's number stands below. */
const BOTTOM = A4.height - MARGIN - 25
const QR_SIZE = 90
const QR_TEXT_MAX = 500

const INK = '#1a1a1a'
const GREY = '#666666'
const LINE = '#cccccc'
const STAMP = '#b03030'
const PAID = '#2e7d32'

// biome-ignore format: a table is read in columns
const COLUMNS = {
  description: { x: MARGIN,       width: 245, align: 'left' },
  quantity:    { x: MARGIN + 250, width: 50,  align: 'right' },
  price:       { x: MARGIN + 305, width: 90,  align: 'right' },
  amount:      { x: MARGIN + 400, width: 95,  align: 'right' },
} as const

export interface InvoiceDemand {
  /** Of the money that came for it. */
  readonly refunded: number
  /** What is asked of the customer. What was given back is not, unless a way to pay it was opened since. */
  readonly outstanding: number
  /** Where it is paid; null where it is not. */
  readonly payAddress: string | null
}

export async function renderInvoicePdf(
  invoice: Invoice,
  demand: InvoiceDemand,
  { language = 'id' }: InvoicePdfOptions = {},
): Promise<Uint8Array> {
  const Pdf: Pdfkit = await loadPdfkit()
  const page = new Pdf({
    size: 'A4',
    margin: MARGIN,
    bufferPages: true,
    info: {
      Title: printableText(invoice.invoiceNumber),
      CreationDate: invoice.issuedAt ?? invoice.createdAt,
    },
  })
  const whole = collected(page)
  const sheet = new Sheet(page, INVOICE_WORDS[language])
  sheet.head(invoice)
  sheet.parties(invoice)
  sheet.lines(invoice)
  sheet.sums(invoice, demand)
  await sheet.foot(invoice, demand)
  sheet.stamp(invoice, demand)
  sheet.pageNumbers()
  page.end()
  return whole
}

function collected(page: PdfPage): Promise<Uint8Array> {
  const chunks: Uint8Array[] = []
  return new Promise((resolve, reject) => {
    page.on('data', (chunk) => chunks.push(chunk))
    page.on('error', reject)
    page.on('end', () => resolve(new Uint8Array(Buffer.concat(chunks))))
  })
}

/** A cursor that goes down the page, and to the next one where it is full. */
class Sheet {
  readonly #page: PdfPage
  readonly #words: InvoiceWords
  #y = MARGIN

  constructor(page: PdfPage, words: InvoiceWords) {
    this.#page = page
    this.#words = words
  }

  head({ invoiceNumber, issuedAt, createdAt, dueDate }: Invoice): void {
    const words = this.#words
    this.#bold(20).text(words.invoice, MARGIN, this.#y, { width: WIDTH, align: 'right' })
    this.#y += 28
    const facts = [
      [words.number, invoiceNumber],
      [words.date, this.#day(jakartaDay(issuedAt ?? createdAt))],
      [words.due, this.#day(dueDate)],
    ] as const
    for (const [name, value] of facts) {
      this.#grey().text(name, RIGHT - 260, this.#y, { width: 120, align: 'right' })
      this.#bold().text(printableText(value), RIGHT - 135, this.#y, { width: 135, align: 'right' })
      this.#y += 14
    }
  }

  parties({ issuer, ...invoice }: Invoice): void {
    const from = [
      issuer?.address,
      issuer?.npwp && `NPWP ${issuer.npwp}`,
      [issuer?.email, issuer?.phone].filter(Boolean).join(' · '),
    ]
    const to = [
      invoice.customerAddress,
      invoice.customerNpwp && `NPWP ${invoice.customerNpwp}`,
      [invoice.customerEmail, invoice.customerPhone].filter(Boolean).join(' · '),
    ]
    const ends = [this.#party(issuer?.name ?? '', from, MARGIN)]
    this.#y = Math.max(this.#y, ...ends) + 18
    this.#grey().text(this.#words.billTo, MARGIN, this.#y)
    this.#y = this.#party(invoice.customerName, to, this.#y + 13) + 18
  }

  #party(name: string, details: readonly (string | null | undefined)[], top: number): number {
    let y = top
    const width = 260
    const write = (page: PdfPage, text: string) => {
      const printed = printableText(text)
      const height = page.heightOfString(printed, { width })
      page.text(printed, MARGIN, y, { width })
      y += height + 2
    }
    if (name !== '') write(this.#bold(11), name)
    for (const text of details)
      for (const line of text?.split(/[\r\n\u2028]+/) ?? []) if (line !== '') write(this.#plain(), line)
    return y
  }

  lines({ items }: Invoice): void {
    this.#tableHead()
    for (const item of items) {
      const description = printableText(item.description)
      const height = this.#plain().heightOfString(description, { width: COLUMNS.description.width })
      if (this.#y + height > BOTTOM) {
        this.#nextPage()
        this.#tableHead()
      }
      this.#row(this.#plain(), {
        description,
        quantity: figures(item.quantity),
        price: figures(item.price),
        amount: figures(item.subtotal),
      })
      this.#y += Math.max(height, 12) + 5
    }
    this.#rule()
  }

  #tableHead(): void {
    const { description, quantity, price, amount } = this.#words
    this.#row(this.#grey(), { description, quantity, price, amount })
    this.#y += 14
    this.#rule()
  }

  #row(page: PdfPage, cells: Readonly<Record<keyof typeof COLUMNS, string>>): void {
    for (const [name, { x, ...options }] of Object.entries(COLUMNS))
      page.text(cells[name as keyof typeof COLUMNS], x, this.#y, options)
  }

  sums(invoice: Invoice, { refunded, outstanding }: InvoiceDemand): void {
    const words = this.#words
    const tax = `PPN ${invoice.taxPercent}%`.replace('.', ',')
    const rows: (readonly [name: string, amount: number, isMain?: boolean])[] = [
      [words.subtotal, invoice.subtotal],
      ...(invoice.taxMode === 'exclusive' ? [[tax, invoice.taxAmount] as const] : []),
      [words.total, invoice.totalAmount, true],
      ...(invoice.taxMode === 'inclusive'
        ? [[`${tax} (${words.included})`, invoice.taxAmount] as const]
        : []),
      ...(invoice.receivedAmount + refunded > 0
        ? ([
            [words.received, invoice.receivedAmount + refunded],
            ...(refunded > 0 ? [[words.refunded, refunded] as const] : []),
            [words.remaining, outstanding, true],
          ] as const)
        : []),
    ]
    this.#room(rows.length * 16 + 60)
    for (const [name, amount, isMain = false] of rows) {
      const size = isMain ? 11 : 9
      const write = isMain ? this.#bold(size) : this.#plain(size)
      write.text(name, RIGHT - 320, this.#y, { width: 210, align: 'right' })
      write.text(rupiah(amount), RIGHT - 105, this.#y, { width: 105, align: 'right' })
      this.#y += isMain ? 18 : 15
    }
    this.#y += 6
    const inWords = rupiahInWords(BigInt(invoice.totalAmount))
    this.#paragraph(words.inWords, inWords.charAt(0).toUpperCase() + inWords.slice(1))
  }

  async foot(invoice: Invoice, { outstanding, payAddress }: InvoiceDemand): Promise<void> {
    const words = this.#words
    if (invoice.notes !== null) this.#paragraph(words.notes, invoice.notes)
    if (outstanding === 0) return
    const accounts = invoice.virtualAccounts.filter(({ number }) => number !== null)
    if (accounts.length > 0)
      this.#paragraph(
        words.payTo,
        accounts.map(({ name, number }) => `${accountName(name)} ${number}`).join('\n'),
      )
    // A code of more is too fine for a phone to read.
    if (payAddress === null || payAddress.length > QR_TEXT_MAX) return
    this.#room(QR_SIZE + 30)
    this.#grey().text(words.payHere, MARGIN, this.#y)
    this.#y += 14
    await drawQr(this.#page, payAddress, { x: MARGIN, y: this.#y, size: QR_SIZE })
    this.#plain(8).text(printableText(payAddress), MARGIN + QR_SIZE + 12, this.#y + 4, {
      width: WIDTH - QR_SIZE - 12,
      link: payAddress,
    })
    this.#y += QR_SIZE + 10
  }

  /** On the first page, left of the title: nothing else is ever printed there. */
  stamp({ status, receivedAmount }: Invoice, { refunded, outstanding }: InvoiceDemand): void {
    const isGivenBack = refunded > 0 && outstanding === 0 && status !== 'void' && status !== 'paid'
    const text = isGivenBack
      ? this.#words[receivedAmount > 0 ? 'stampPartlyRefunded' : 'stampRefunded']
      : this.#words.stamp[status]
    if (text === null) return
    const page = this.#page
    page.switchToPage(0)
    page.save()
    const [x, y] = [MARGIN + 5, 62]
    const color = status === 'paid' ? PAID : STAMP
    page.rotate(-8, { origin: [x + 100, y + 20] })
    page.fillOpacity(0.75).strokeOpacity(0.75)
    page.strokeColor(color).lineWidth(2).rect(x, y, 200, 38).stroke()
    page.fillColor(color).font('Helvetica-Bold').fontSize(18)
    page.text(text, x, y + 11, { width: 200, align: 'center', lineBreak: false })
    page.restore()
    page.fillOpacity(1).strokeOpacity(1)
  }

  pageNumbers(): void {
    const { start, count } = this.#page.bufferedPageRange()
    if (count < 2) return
    for (let index = start; index < start + count; index++) {
      this.#page.switchToPage(index)
      // Above the margin, below which a text would begin another page.
      const y = A4.height - MARGIN - 12
      this.#grey(8).text(this.#words.page(index + 1, count), MARGIN, y, {
        width: WIDTH,
        align: 'center',
        lineBreak: false,
      })
    }
  }

  #paragraph(name: string, given: string): void {
    const lines = given.split(/\r\n|\r|\n/).map(printableText)
    const width = WIDTH - 90
    const page = this.#plain()
    for (const [index, line] of lines.entries()) {
      const height = Math.max(11, page.heightOfString(line, { width }))
      this.#room(height + 4)
      if (index === 0) this.#grey().text(name, MARGIN, this.#y, { width: 85 })
      this.#plain().text(line, MARGIN + 90, this.#y, { width })
      this.#y += height + 2
    }
    this.#y += 10
  }

  /** Begins another page unless there is so much left on this one. */
  #room(height: number): void {
    if (this.#y + height > BOTTOM) this.#nextPage()
  }

  #nextPage(): void {
    this.#page.addPage()
    this.#y = MARGIN
  }

  #rule(): void {
    this.#page.strokeColor(LINE).lineWidth(0.5).moveTo(MARGIN, this.#y).lineTo(RIGHT, this.#y).stroke()
    this.#y += 6
  }

  #plain(size = 9): PdfPage {
    return this.#page.font('Helvetica').fontSize(size).fillColor(INK)
  }

  #bold(size = 9): PdfPage {
    return this.#page.font('Helvetica-Bold').fontSize(size).fillColor(INK)
  }

  #grey(size = 9): PdfPage {
    return this.#page.font('Helvetica').fontSize(size).fillColor(GREY)
  }

  /** 31 Maret 2026. */
  #day(day: string): string {
    const [year, month, date] = day.split('-').map(Number)
    return `${date} ${this.#words.months[month! - 1]} ${year}`
  }
}

/** As Indonesia writes them: 1.500.000. Without the runtime's own tables, which differ from build to build. */
function figures(amount: number): string {
  return String(amount).replace(/\B(?=(\d{3})+$)/g, '.')
}

function rupiah(amount: number): string {
  return `Rp ${figures(amount)}`
}

/** bca_va is Midtrans's name of it. */
function accountName(name: string): string {
  return name === 'mandiri_bill' ? 'Mandiri Bill' : name.replace(/_va$/, '').toUpperCase()
}
