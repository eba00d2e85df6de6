import { BayarError } from '../../../errors.ts'
import type { Call } from '../../call.ts'
import { tellMessage } from '../../tell-message.ts'
import { withBayar } from '../../with-bayar.ts'

export async function run(call: Call): Promise<undefined> {
  await withBayar(call, async (bayar) => {
    const found = await bayar.messages.find(call.argument!)
    if (!found) throw new BayarError('message_not_found')
    call.out.answer(found, () => tellMessage(found))
  })
}
