import type { Call } from '../../call.ts'
import { UsageError } from '../../exit-codes.ts'
import { eventFilter } from '../../filters.ts'
import { withBayar } from '../../with-bayar.ts'

export async function run(call: Call): Promise<undefined> {
  const handler = call.text('handler')
  if (handler === undefined)
    throw new UsageError('Say to which handler: --handler NAME. `bayar handlers list` shows them.')
  const isFiltered = ['type', 'order', 'from', 'to'].some((flag) => call.has(flag))
  if ([call.argument !== undefined, isFiltered, call.has('all')].filter(Boolean).length !== 1) {
    throw new UsageError('Say which: one event ID, or a filter (--type, --order, --from, --to), or --all.')
  }
  await withBayar(call, async (bayar) => {
    const which = call.argument === undefined ? await eventFilter(call, bayar) : { eventId: call.argument }
    const owed = await bayar.events.replay({ handler, ...which })
    call.out.answer({ handler, owed }, () => {
      const events = `${owed} event${owed === 1 ? '' : 's'}`
      return owed === 0
        ? `Nothing fits that ${handler} listens to and is not waiting already.`
        : `${events} will be delivered to ${handler} again, by a worker.`
    })
  })
}
