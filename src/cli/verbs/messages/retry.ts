import type { Call } from '../../call.ts'
import { withBayar } from '../../with-bayar.ts'

export async function run(call: Call): Promise<undefined> {
  await withBayar(call, async (bayar) => {
    const message = await bayar.messages.retry(call.argument!)
    call.out.answer(message, () => `It waits for a worker to send it: bayar messages show ${message.id}`)
  })
}
