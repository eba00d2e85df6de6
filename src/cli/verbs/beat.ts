import { tellSchedule } from '../../domain/schedule.ts'
import { scheduledTasks } from '../../jobs/beat.ts'
import type { Call } from '../call.ts'
import { listenForStop } from '../stop-signal.ts'
import { waitUntilReady } from '../wait-until-ready.ts'
import { withOwnBayar } from '../with-bayar.ts'

export async function run(call: Call): Promise<undefined> {
  const stop = listenForStop((text) => call.out.note(text))
  await withOwnBayar(call, async (bayar) => {
    await waitUntilReady(bayar, call, stop)
    const beat = await bayar.beat()
    const schedule = scheduledTasks(bayar.settings.schedule).map((one) => ({
      name: one.name,
      schedule: one.schedule === null ? null : tellSchedule(one.schedule),
    }))
    call.out.answer({ state: 'beating', pid: process.pid, schedule }, () =>
      [
        `bayar beats (process ${process.pid}). The work is done by \`bayar worker\`.`,
        ...schedule.map((one) => `  ${one.name}: ${one.schedule ?? 'switched off'}`),
      ].join('\n'),
    )
    await stop.asked
    await beat.stop()
  })
}
