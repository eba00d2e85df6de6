import type { Replayed } from '../../../operations/notifications/replay-notifications.ts'
import type { Call } from '../../call.ts'
import { UsageError } from '../../exit-codes.ts'
import { notificationFilter } from '../../filters.ts'
import { facts, printable } from '../../output.ts'
import { startProgress } from '../../progress.ts'
import { withBayar } from '../../with-bayar.ts'

export async function run(call: Call): Promise<undefined> {
  const filter = notificationFilter(call)
  const isFiltered = Object.keys(filter).length > 0
  if ([call.argument !== undefined, isFiltered, call.has('all')].filter(Boolean).length !== 1) {
    throw new UsageError('Say which: one ID, or a filter (--status, --order, --from, --to), or --all.')
  }
  const options = { withoutHandlers: call.has('without-handlers') }
  await withBayar(call, async (bayar) => {
    if (call.argument !== undefined) {
      const replayed = await bayar.notifications.replay(call.argument, options)
      call.out.answer(replayed, () => tellOne(replayed))
      return
    }
    const progress = startProgress('replayed', call.out.isJson)
    const became = new Map<string, number>()
    let count = 0
    let first: number | undefined
    const last = (filter.to ?? new Date()).getTime()
    try {
      for await (const replayed of bayar.notifications.replayAll(filter, options)) {
        count++
        became.set(replayed.status, (became.get(replayed.status) ?? 0) + 1)
        const at = timeInId(replayed.id)
        first ??= at
        progress.at(count, (at - first) / Math.max(1, last - first))
        // One a line, as they come: a million would not fit into one document.
        if (call.out.isJson) call.out.answer(replayed, () => '')
      }
    } finally {
      progress.end()
    }
    if (!call.out.isJson) {
      call.out.answer(null, () =>
        count === 0 ? 'None fits.' : facts([['replayed', count], ...[...became].sort()]),
      )
    }
  })
}

function tellOne({ id, orderId, before, status, error }: Replayed): string {
  const change = before === status ? `is ${status} as before` : `was ${before} and is now ${status}`
  return `${id}${orderId === null ? '' : ` (${printable(orderId)})`} ${change}.${error === null ? '' : ` ${printable(error)}`}`
}

/** Ids begin with the millisecond in which they were made, so the way through a range of them is known without counting it. */
function timeInId(id: string): number {
  return Number.parseInt(id.replaceAll('-', '').slice(0, 12), 16)
}
