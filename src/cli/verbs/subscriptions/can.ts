import type { Call } from '../../call.ts'
import { withBayar } from '../../with-bayar.ts'

export async function run(call: Call): Promise<undefined> {
  const [userId, feature] = call.words
  const amount = call.whole('amount')
  await withBayar(call, async (bayar) => {
    const allowed = await bayar.subscriptions.can(userId!, feature!, amount, call.text('merchant'))
    call.out.answer({ userId, feature, amount: amount ?? null, allowed }, () => (allowed ? 'yes' : 'no'))
  })
}
