import { once } from 'node:events'
import { closeSync, existsSync, openSync, renameSync, rmSync, statSync, writeSync } from 'node:fs'
import type { Call } from '../call.ts'
import { type ExitName, UsageError } from '../exit-codes.ts'
import { startProgress } from '../progress.ts'
import { type Journal, openJournal, unfinishedTo } from '../reconcile/journal.ts'
import { type Format, writeReport } from '../reconcile/report.ts'
import { withBayar } from '../with-bayar.ts'

export async function run(call: Call): Promise<ExitName> {
  const from = call.instant('from')
  if (from === undefined) throw new UsageError('Say from when: --from WHEN.')
  const format = formatOf(call)
  const merchant = call.text('merchant')
  const fix = call.has('fix')
  checkOutput(call.text('output'))
  const to =
    call.instant('to') ??
    (call.has('resume')
      ? await unfinishedTo({ from, merchant, fix })
      : new Date(Math.floor(Date.now() / 1000) * 1000))

  // Nobody could go on with a run whose end nobody knows.
  if (!call.has('to')) call.out.note(`To ${to.toISOString()}.`)

  return withBayar(call, async (bayar) => {
    await bayar.ready()
    const journal = await openJournal({ from, to, merchant, fix }, call.has('resume'))
    const progress = startProgress('payments compared', call.out.isJson)
    try {
      const rows = bayar.reconcile({
        from,
        to,
        fix,
        ...(merchant === undefined ? {} : { merchant }),
        ...(journal.after === undefined ? {} : { after: journal.after }),
        onProgress({ position, compared, total }) {
          journal.reached(position)
          progress.at(compared, compared / Math.max(1, total))
        },
      })
      for await (const row of rows) journal.add(row)
      progress.end()
      const left = await report(call, journal, format, fix)
      journal.remove()
      return left === 0 ? 'ok' : 'differences'
    } catch (error) {
      progress.end()
      if (journal.isBegun())
        call.out.note(`It is unfinished: the same command with --to ${to.toISOString()} --resume goes on.`)
      throw error
    } finally {
      journal.close()
    }
  })
}

function formatOf(call: Call): Format {
  if (call.out.isJson && call.has('csv')) throw new UsageError('--json and --csv exclude each other.')
  if (call.out.isJson) return 'json'
  if (call.has('csv')) return 'csv'
  const file = call.text('output') ?? ''
  if (/\.csv$/i.test(file)) return 'csv'
  return /\.jsonl?$/i.test(file) ? 'json' : 'table'
}

/** Before hours of work, not after them. */
function checkOutput(file: string | undefined): void {
  if (file === undefined) return
  try {
    if (existsSync(file) && statSync(file).isDirectory()) throw new Error('it is a folder')
    const fresh = freshName(file)
    closeSync(openSync(fresh, 'w', 0o600))
    rmSync(fresh)
  } catch (cause) {
    throw new UsageError(`--output ${file} cannot be written: ${(cause as Error).message}.`)
  }
}

function freshName(file: string): string {
  return `${file}.${process.pid}.new`
}

/** Returns how many differences are left. */
async function report(call: Call, journal: Journal, format: Format, fix: boolean): Promise<number> {
  let left = 0
  for await (const row of journal.differences()) if (!row.isFixed) left++
  const lines = writeReport(format, () => journal.differences(), fix)
  const file = call.text('output')
  if (file === undefined) {
    for await (const line of lines) if (!process.stdout.write(line)) await once(process.stdout, 'drain')
    return left
  }
  // Whole or not at all: whoever reads the file must not take half a report for one without differences.
  const fresh = freshName(file)
  const handle = openSync(fresh, 'w', 0o600)
  for await (const line of lines) writeSync(handle, line)
  closeSync(handle)
  renameSync(fresh, file)
  call.out.note(`${left === 0 ? 'No differences are left' : `${left} differences are left`}: ${file}.`)
  return left
}
