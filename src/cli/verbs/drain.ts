import type { Call } from '../call.ts'
import type { ExitName } from '../exit-codes.ts'
import { facts } from '../output.ts'
import { withBayar } from '../with-bayar.ts'

export async function run(call: Call): Promise<ExitName> {
  const deadlineSeconds = call.whole('deadline')
  return withBayar(call, async (bayar): Promise<ExitName> => {
    const { isDone, ...done } = await bayar.drain(deadlineSeconds === undefined ? {} : { deadlineSeconds })
    call.out.answer({ ...done, isDone }, () =>
      [
        facts([
          ['deliveries', done.deliveries],
          ['notifications', done.notifications],
          ['unknown outcomes', done.intents],
          ['linked accounts', done.payAccounts],
          ['checks of payments', done.payments],
          ['messages', done.messages],
          ['tasks', done.tasks],
          ['ticks of the schedule', done.ticks],
        ]),
        isDone ? 'Nothing that is due is left.' : 'The time is over, and more is due: drain again.',
      ].join('\n'),
    )
    return 'ok'
  })
}
