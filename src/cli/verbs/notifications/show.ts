import { BayarError } from '../../../errors.ts'
import type { Call } from '../../call.ts'
import { facts } from '../../output.ts'
import { withBayar } from '../../with-bayar.ts'

export async function run(call: Call): Promise<undefined> {
  await withBayar(call, async (bayar) => {
    const notification = await bayar.notifications.find(call.argument!)
    if (!notification) throw new BayarError('notification_not_found', `${call.argument}.`)
    call.out.answer(notification, () => {
      const { raw, ...rest } = notification
      return `${facts(Object.entries(rest))}\n\n${readable(raw)}`
    })
  })
}

/** Indented where it is JSON; JSON.stringify also escapes what would steer the terminal. */
function readable(raw: string): string {
  try {
    return JSON.stringify(JSON.parse(raw), null, 2)
  } catch {
    return JSON.stringify(raw)
  }
}
