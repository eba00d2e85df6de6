/** A QR code as squares of the page: sharp at every size, and no picture in between. */
import type { PdfPage } from './load-pdfkit.ts'

export async function drawQr(
  page: PdfPage,
  text: string,
  at: { readonly x: number; readonly y: number; readonly size: number },
): Promise<void> {
  const { default: QRCode } = await import('qrcode')
  const { modules } = QRCode.create(text, { errorCorrectionLevel: 'M' })
  const square = at.size / modules.size
  page.fillColor('#000000')
  for (let row = 0; row < modules.size; row++)
    for (let column = 0; column < modules.size; column++)
      if (modules.get(row, column)) page.rect(at.x + column * square, at.y + row * square, square, square)
  page.fill()
}
