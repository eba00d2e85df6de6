import { randomInt } from 'node:crypto'
import {
  closeSync,
  existsSync,
  fstatSync,
  fsyncSync,
  ftruncateSync,
  openSync,
  readSync,
  renameSync,
  writeSync,
} from 'node:fs'
import { BayarError } from '../../errors.ts'

/**
 * The data file: one line of JSON for each change, appended; the last line about a thing is what it is. A line is handed to the operating system before the answer that depends on it goes out, so a
 * killed process forgets nothing; a machine that loses its power may forget the last moments (a rehearsal is not worth an fsync a charge). A line that was torn by it is cut off.
 *
 *     {"simulator":1,"seed":…,"keys":{…}}
 *     ["transaction",{…}]
 *     ["clock",{…}]
 *
 * Whoever opens it reads it once from the beginning. When most lines have been overtaken by later ones, it is written anew beside and put in place by a rename.
 */
export interface Header {
  readonly simulator: typeof FORMAT
  readonly seed: number
  readonly serverKey: string
  readonly clientKey: string
  readonly merchantId: string
}

export type Entry = readonly [kind: string, record: unknown]

const FORMAT = 1
const READ_BYTES = 1 << 20
const NEWLINE = 10

export class Journal {
  readonly path: string
  #file: number

  private constructor(path: string, file: number) {
    this.path = path
    this.#file = file
  }

  /** Appends to what is there; `makeHeader` is called with what is kept, then `read` with each line in turn. */
  static open(
    path: string,
    makeHeader: (kept: Header | undefined) => Header,
    read: (entry: Entry) => void,
  ): { readonly journal: Journal; readonly header: Header } {
    const isNew = !existsSync(path)
    const journal = new Journal(path, openFile(path))
    let kept: Header | undefined
    let header: Header | undefined
    if (!isNew)
      journal.#readLines((line, at) => {
        const value = parse(line, path)
        if (at === 0) {
          kept = headerOf(value, path)
          header = makeHeader(kept)
        } else if (isEntry(value)) read(value)
        else throw unreadable(path)
      })
    header ??= makeHeader(undefined)
    if (kept === undefined) journal.#write(`${JSON.stringify(header)}\n`)
    return { journal, header }
  }

  append(kind: string, record: unknown): void {
    this.#write(`${JSON.stringify([kind, record])}\n`)
  }

  /** Everything that is, and nothing that was. Either file is whole at every moment. */
  rewrite(header: Header, entries: Iterable<Entry>): void {
    const fresh = `${this.path}.new`
    const file = openSync(fresh, 'w', 0o600)
    let text = `${JSON.stringify(header)}\n`
    for (const entry of entries) {
      text += `${JSON.stringify(entry)}\n`
      if (text.length > READ_BYTES) {
        writeAll(file, text)
        text = ''
      }
    }
    writeAll(file, text)
    fsyncSync(file)
    closeSync(file)
    renameSync(fresh, this.path)
    closeSync(this.#file)
    this.#file = openFile(this.path)
  }

  close(): void {
    closeSync(this.#file)
  }

  /** A line that did not fit on the disk is taken away again, or the next one would be glued to its beginning. */
  #write(line: string): void {
    const { size } = fstatSync(this.#file)
    try {
      writeAll(this.#file, line)
    } catch (error) {
      ftruncateSync(this.#file, size)
      throw error
    }
  }

  #readLines(tell: (line: string, at: number) => void): void {
    const buffer = Buffer.allocUnsafe(READ_BYTES)
    let rest = Buffer.alloc(0)
    let position = 0
    let whole = 0
    let count = 0
    for (;;) {
      const size = readSync(this.#file, buffer, 0, READ_BYTES, position)
      if (size === 0) break
      position += size
      const block = rest.length ? Buffer.concat([rest, buffer.subarray(0, size)]) : buffer.subarray(0, size)
      let from = 0
      for (let end = block.indexOf(NEWLINE); end >= 0; end = block.indexOf(NEWLINE, from)) {
        tell(block.toString('utf8', from, end), count++)
        whole += end + 1 - from
        from = end + 1
      }
      rest = Buffer.from(block.subarray(from))
    }
    // The process died while writing this line: nobody was told of it yet.
    if (rest.length > 0) ftruncateSync(this.#file, whole)
  }
}

/** Small enough to be a whole number everywhere, and another one for each file. */
export function drawSeed(): number {
  return randomInt(2 ** 47)
}

function openFile(path: string): number {
  try {
    return openSync(path, 'a+', 0o600)
  } catch (cause) {
    throw new BayarError(
      'config_invalid',
      `The simulator’s data file ${path} cannot be opened: ${(cause as Error).message}.`,
      { cause },
    )
  }
}

function writeAll(file: number, text: string): void {
  const bytes = Buffer.from(text)
  for (let written = 0; written < bytes.length; ) written += writeSync(file, bytes, written)
}

function parse(line: string, path: string): unknown {
  try {
    return JSON.parse(line)
  } catch {
    throw unreadable(path)
  }
}

function headerOf(value: unknown, path: string): Header {
  if ((value as Partial<Header> | null)?.simulator !== FORMAT) throw unreadable(path)
  return value as Header
}

function isEntry(value: unknown): value is Entry {
  return Array.isArray(value) && value.length === 2 && typeof value[0] === 'string'
}

function unreadable(path: string): BayarError {
  return new BayarError(
    'config_invalid',
    `${path} is no data file of this simulator, or it is damaged: move it away, and a new one is begun.`,
  )
}
