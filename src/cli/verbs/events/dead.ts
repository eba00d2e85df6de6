import type { Call } from '../../call.ts'
import { table } from '../../output.ts'
import { withBayar } from '../../with-bayar.ts'

export async function run(call: Call): Promise<undefined> {
  await withBayar(call, async (bayar) => {
    const results = await bayar.events.dead(call.whole('limit'))
    call.out.answer({ results }, () => {
      if (results.length === 0) return 'There is none.'
      const rows = results.map((row) => [
        row.finishedAt,
        row.eventId,
        row.type,
        row.orderId,
        row.handler,
        row.attempts,
        row.error?.split('\n')[0],
      ])
      return `${table(['given up', 'event id', 'event', 'order', 'handler', 'tries', 'error'], rows)}\n\nTo deliver one again: bayar events replay ID --handler NAME`
    })
  })
}
