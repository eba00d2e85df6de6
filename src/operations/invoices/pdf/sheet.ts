/** A page in the merchant's own name, drawn from the top down: what an invoice and a credit note have in common. */
import { rupiahInWords } from '../../../domain/rupiah-in-words.ts'
import type { Invoice } from '../invoice-view.ts'
import type { InvoiceWords } from './invoice-words.ts'
import { loadPdfkit, type Pdfkit, type PdfPage } from './load-pdfkit.ts'
import { printableText } from './printable-text.ts'
import { drawQr } from './qr.ts'

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

export type SumLine = readonly [name: string, amount: number, isMain?: boolean]

/** Draws a document, and gives its bytes. */
export async function printSheet(
  about: { readonly title: string; readonly date: Date; readonly words: InvoiceWords },
  draw: (sheet: Sheet) => Promise<void>,
): Promise<Uint8Array> {
  const Pdf: Pdfkit = await loadPdfkit()
  const page = new Pdf({
    size: 'A4',
    margin: MARGIN,
    bufferPages: true,
    info: { Title: printableText(about.title), CreationDate: about.date },
  })
  const whole = collected(page)
  const sheet = new Sheet(page, about.words)
  await draw(sheet)
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
export class Sheet {
  readonly #page: PdfPage
  readonly #words: InvoiceWords
  #y = MARGIN

  constructor(page: PdfPage, words: InvoiceWords) {
    this.#page = page
    this.#words = words
  }

  head(title: string, facts: readonly (readonly [name: string, value: string])[]): void {
    this.#bold(20).text(title, MARGIN, this.#y, { width: WIDTH, align: 'right' })
    this.#y += 28
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

  lines(items: Invoice['items']): void {
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

  sums(rows: readonly SumLine[], whole: number): void {
    this.#room(rows.length * 16 + 60)
    for (const [name, amount, isMain = false] of rows) {
      const size = isMain ? 11 : 9
      const write = isMain ? this.#bold(size) : this.#plain(size)
      write.text(name, RIGHT - 320, this.#y, { width: 210, align: 'right' })
      write.text(rupiah(amount), RIGHT - 105, this.#y, { width: 105, align: 'right' })
      this.#y += isMain ? 18 : 15
    }
    this.#y += 6
    const inWords = rupiahInWords(BigInt(whole))
    this.paragraph(this.#words.inWords, inWords.charAt(0).toUpperCase() + inWords.slice(1))
  }

  /** An address to be read by a phone. */
  async code(name: string, address: string): Promise<void> {
    // A code of more is too fine for a phone to read.
    if (address.length > QR_TEXT_MAX) return
    this.#room(QR_SIZE + 30)
    this.#grey().text(name, MARGIN, this.#y)
    this.#y += 14
    await drawQr(this.#page, address, { x: MARGIN, y: this.#y, size: QR_SIZE })
    this.#plain(8).text(printableText(address), MARGIN + QR_SIZE + 12, this.#y + 4, {
      width: WIDTH - QR_SIZE - 12,
      link: address,
    })
    this.#y += QR_SIZE + 10
  }

  /** On the first page, left of the title: nothing else is ever printed there. */
  stamp(text: string, { isGood }: { readonly isGood: boolean }): void {
    const page = this.#page
    page.switchToPage(0)
    page.save()
    const [x, y] = [MARGIN + 5, 62]
    const color = isGood ? PAID : STAMP
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

  paragraph(name: string, given: string): void {
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
}

/** 31 Maret 2026. */
export function dayIn({ months }: InvoiceWords, day: string): string {
  const [year, month, date] = day.split('-').map(Number)
  return `${date} ${months[month! - 1]} ${year}`
}

/** As Indonesia writes them: 1.500.000. Without the runtime's own tables, which differ from build to build. */
function figures(amount: number): string {
  return String(amount).replace(/\B(?=(\d{3})+$)/g, '.')
}

function rupiah(amount: number): string {
  return `Rp ${figures(amount)}`
}
