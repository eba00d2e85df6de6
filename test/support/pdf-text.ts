import { inflateSync } from 'node:zlib'

export interface PdfText {
  /** What each text operator shows, in the order in which they were drawn. */
  readonly shown: readonly string[]
  readonly pages: number
  readonly links: readonly string[]
  /** Filled squares: the modules of a QR code. */
  readonly squares: number
}

/** A small reader of what pdfkit writes: pages of deflated operators, whose texts are hex in WinAnsi. */
export function readPdf(bytes: Uint8Array): PdfText {
  const file = Buffer.from(bytes)
  const whole = file.toString('latin1')
  const winAnsi = new TextDecoder('windows-1252')
  const shown: string[] = []
  let squares = 0
  for (const match of whole.matchAll(/stream\n/g)) {
    if (whole.slice(match.index - 3, match.index) === 'end') continue
    const start = match.index + match[0].length
    const end = whole.indexOf('\nendstream', start)
    let operators: string
    try {
      operators = inflateSync(file.subarray(start, end)).toString('latin1')
    } catch {
      continue
    }
    for (const [, pieces] of operators.matchAll(/\[([^\]]*)\] TJ/g)) {
      const hex = [...pieces!.matchAll(/<([0-9a-f]*)>/g)].map(([, digits]) => digits).join('')
      shown.push(winAnsi.decode(Buffer.from(hex, 'hex')))
    }
    squares += [...operators.matchAll(/ re$/gm)].length
  }
  return {
    shown,
    pages: [...whole.matchAll(/\/Type \/Page\n/g)].length,
    links: [...whole.matchAll(/\/URI \(([^)]*)\)/g)].map(([, address]) => address!),
    squares,
  }
}
