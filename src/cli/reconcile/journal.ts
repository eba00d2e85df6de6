/**
 * Where a reconciliation was when it was killed: a file of lines, one for each difference and one for each page that was finished. A file and not a table, because a reconciliation that repairs nothing writes
 * nothing.
 *
 * What was told after the last finished page is cut off when the run goes on: that page is compared again, so that no difference is told twice.
 */
import { createHash } from 'node:crypto'
import {
  closeSync,
  createReadStream,
  existsSync,
  openSync,
  readdirSync,
  rmSync,
  truncateSync,
  writeSync,
} from 'node:fs'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import type { Difference } from '../../operations/reconciliations/difference.ts'
import { tryLock } from '../../store/embedded/lock.ts'
import { openHome } from '../dev/home.ts'
import { UsageError } from '../exit-codes.ts'

export interface Journal {
  /** Where to go on; undefined at the beginning. */
  readonly after: string | undefined
  readonly path: string
  add(difference: Difference): void
  reached(position: string): void
  /** Everything that was told, in order. */
  differences(): AsyncGenerator<Difference>
  /** There is something to go on from. */
  isBegun(): boolean
  /** The report is out: the next run begins anew. */
  remove(): void
  close(): void
}

interface Asked {
  readonly from: Date
  readonly to: Date
  readonly merchant: string | undefined
  readonly fix: boolean
}

export async function openJournal(asked: Asked, isResumed: boolean): Promise<Journal> {
  const name = createHash('sha256').update(JSON.stringify(asked)).digest('hex').slice(0, 16)
  const path = join(openHome().folder, `reconcile-${name}.jsonl`)
  const lock = tryLock(`${path}.lock`)
  if (!lock) throw new UsageError('The same reconciliation is running already.')
  let after: string | undefined
  if (isResumed) {
    if (!existsSync(path)) {
      lock.release()
      throw new UsageError(
        'There is no unfinished reconciliation of this period here. Leave --resume out to begin one.',
      )
    }
    const reached = await lastReached(path)
    after = reached.position
    truncateSync(path, reached.bytes)
  }
  const file = openSync(path, isResumed ? 'a' : 'w', 0o600)
  const write = (line: object) => void writeSync(file, `${JSON.stringify(line)}\n`)
  if (!isResumed) write({ asked })
  const start = after
  return {
    after: start,
    path,
    add: (difference) => write({ difference }),
    reached(position) {
      after = position
      write({ position })
    },
    async *differences() {
      for await (const line of linesOf(path)) {
        const { difference } = JSON.parse(line) as { difference?: Difference }
        if (difference) yield difference
      }
    },
    isBegun: () => after !== undefined,
    remove: () => rmSync(path, { force: true }),
    close() {
      closeSync(file)
      lock.release()
    },
  }
}

/** To which instant the one unfinished run went, for whoever goes on without having noted it. */
export async function unfinishedTo({ from, merchant, fix }: Omit<Asked, 'to'>): Promise<Date> {
  const { folder } = openHome()
  const wanted = JSON.stringify({ from, merchant, fix })
  const found: string[] = []
  for (const name of readdirSync(folder)) {
    if (!/^reconcile-[0-9a-f]+\.jsonl$/.test(name)) continue
    const asked = await askedIn(join(folder, name))
    if (asked === undefined) continue
    const { to, ...rest } = asked
    if (JSON.stringify({ from: rest.from, merchant: rest.merchant, fix: rest.fix }) === wanted) found.push(to)
  }
  const [only] = found
  if (only !== undefined && found.length === 1) return new Date(only)
  throw new UsageError(
    found.length === 0
      ? `There is no unfinished reconciliation from ${from.toISOString()} here, with these flags. Leave --resume out to begin one.`
      : `Several are unfinished. Say which with --to: ${found.toSorted().join(', ')}.`,
  )
}

interface AskedLine {
  readonly from: string
  readonly to: string
  readonly merchant?: string
  readonly fix: boolean
}

async function askedIn(path: string): Promise<AskedLine | undefined> {
  for await (const line of linesOf(path)) {
    try {
      return (JSON.parse(line) as { asked?: AskedLine }).asked
    } catch {
      // Killed while it wrote its first line.
      return undefined
    }
  }
  return undefined
}

/** The last line may be half a line: the machine went away while it was written. */
async function lastReached(path: string): Promise<{ position: string | undefined; bytes: number }> {
  let reached: { position: string | undefined; bytes: number } = { position: undefined, bytes: 0 }
  let bytes = 0
  for await (const line of linesOf(path)) {
    bytes += Buffer.byteLength(line) + 1
    const position = /^\{"position":"([^"]+)"\}$/.exec(line)?.[1]
    if (position === undefined && /^\{"asked":.*\}$/.test(line)) reached = { ...reached, bytes }
    if (position !== undefined) reached = { position, bytes }
  }
  return reached
}

function linesOf(path: string): AsyncIterable<string> {
  return createInterface({ input: createReadStream(path), crlfDelay: Number.POSITIVE_INFINITY })
}
