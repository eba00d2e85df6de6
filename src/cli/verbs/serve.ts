import type { Call } from '../call.ts'
import { APP_PORT, choosePort, hostOf } from '../ports.ts'
import { serveApp } from '../serve-app.ts'
import { listenForStop } from '../stop-signal.ts'
import { waitUntilReady } from '../wait-until-ready.ts'
import { withOwnBayar } from '../with-bayar.ts'

export async function run(call: Call): Promise<undefined> {
  const stop = listenForStop((text) => call.out.note(text))
  const host = hostOf(call.text('host'))
  await withOwnBayar(call, async (bayar) => {
    const port = await choosePort(APP_PORT, call.whole('port'), host)
    await waitUntilReady(bayar, call, stop)
    const worker = call.has('worker') ? await bayar.work() : undefined
    const app = await serveApp(bayar, { port, host })
    call.out.answer(
      { state: 'serving', pid: process.pid, appUrl: app.url, worker: worker !== undefined },
      () => {
        const background = worker ? 'It works off what is due, too.' : 'Handlers run in `bayar worker`.'
        return `bayar serves ${app.url} (process ${process.pid}). ${background}`
      },
    )
    await stop.asked
    await app.close()
    await worker?.stop()
  })
}
