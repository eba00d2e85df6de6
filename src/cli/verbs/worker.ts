import type { Call } from '../call.ts'
import { UsageError } from '../exit-codes.ts'
import { listenForStop } from '../stop-signal.ts'
import { waitUntilReady } from '../wait-until-ready.ts'
import { withOwnBayar } from '../with-bayar.ts'

export async function run(call: Call): Promise<undefined> {
  if (call.has('beat') && call.has('no-beat')) throw new UsageError('Either --beat or --no-beat.')
  const stop = listenForStop((text) => call.out.note(text))
  await withOwnBayar(call, async (bayar) => {
    await waitUntilReady(bayar, call, stop)
    const worker = await bayar.work({ beat: !call.has('no-beat') })
    const handlers = (await bayar.events.handlers()).filter(
      ({ isHere, retiredAt }) => isHere && retiredAt === null,
    )
    call.out.answer(
      {
        state: 'working',
        pid: process.pid,
        beat: !call.has('no-beat'),
        handlers: handlers.map(({ name }) => name),
      },
      () => {
        const names = handlers.map(({ name }) => name).join(', ')
        return `bayar works (process ${process.pid}). ${names ? `Handlers: ${names}.` : 'No handler is registered here.'}`
      },
    )
    await stop.asked
    await worker.stop()
  })
}
