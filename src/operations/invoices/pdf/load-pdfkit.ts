/** `pdfkit` is an optional peer: whoever prints no invoices does not install it. */
import { BayarError } from '../../../errors.ts'

/** What of it is used. */
export interface PdfPage {
  readonly y: number
  on(event: 'data', take: (chunk: Uint8Array) => void): unknown
  on(event: 'end', done: () => void): unknown
  on(event: 'error', failed: (error: Error) => void): unknown
  addPage(): unknown
  switchToPage(index: number): unknown
  bufferedPageRange(): { readonly start: number; readonly count: number }
  font(name: string): PdfPage
  fontSize(points: number): PdfPage
  fillColor(color: string): PdfPage
  fillOpacity(share: number): PdfPage
  strokeColor(color: string): PdfPage
  strokeOpacity(share: number): PdfPage
  lineWidth(points: number): PdfPage
  text(text: string, x: number, y: number, options?: TextOptions): PdfPage
  heightOfString(text: string, options?: TextOptions): number
  moveTo(x: number, y: number): PdfPage
  lineTo(x: number, y: number): PdfPage
  rect(x: number, y: number, width: number, height: number): PdfPage
  stroke(): PdfPage
  fill(): PdfPage
  save(): PdfPage
  restore(): PdfPage
  rotate(degrees: number, options: { readonly origin: readonly [number, number] }): PdfPage
  end(): void
}

export interface TextOptions {
  readonly width?: number
  readonly height?: number
  readonly align?: 'left' | 'right' | 'center'
  readonly lineBreak?: boolean
  readonly link?: string
}

export interface PdfOptions {
  readonly size: 'A4'
  readonly margin: number
  readonly bufferPages: true
  readonly info: { readonly Title: string; readonly CreationDate: Date }
}

export type Pdfkit = new (options: PdfOptions) => PdfPage

type Load = () => Promise<{ readonly default: unknown }>

export async function loadPdfkit(load: Load = () => import('pdfkit')): Promise<Pdfkit> {
  try {
    return (await load()).default as Pdfkit
  } catch (error) {
    if ((error as { code?: unknown }).code === 'ERR_MODULE_NOT_FOUND')
      throw new BayarError('pdf_missing', '', { cause: error })
    throw error
  }
}
