import type { MessageStatus, MessageType } from '../../../domain/message.ts'
import type { Call } from '../../call.ts'
import { table } from '../../output.ts'
import { pagesOf } from '../../pages.ts'
import { withBayar } from '../../with-bayar.ts'

export async function run(call: Call): Promise<undefined> {
  const [status, type, userId] = [call.text('status'), call.text('type'), call.text('user')]
  const filter = {
    ...(status === undefined ? {} : { status: status as MessageStatus }),
    ...(type === undefined ? {} : { type: type as MessageType }),
    ...(userId === undefined ? {} : { userId }),
  }
  await withBayar(call, async (bayar) => {
    const found = await pagesOf(call, (page) => bayar.messages.list({ filter, ...page }))
    call.out.answer(found, () => {
      if (found.results.length === 0) return 'There is none.'
      const rows = found.results.map((one) => [
        one.createdAt,
        one.id,
        one.type,
        one.userId,
        one.channel,
        one.status,
        one.tries,
        one.error,
      ])
      return table(['written', 'id', 'message', 'user', 'channel', 'status', 'tries', 'error'], rows)
    })
  })
}
