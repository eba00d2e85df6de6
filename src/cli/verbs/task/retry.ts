import type { Call } from '../../call.ts'
import { withBayar } from '../../with-bayar.ts'

export async function run(call: Call): Promise<undefined> {
  await withBayar(call, async (bayar) => {
    const task = await bayar.tasks.retry(call.argument!)
    call.out.answer(task, () => `${task.name} waits for a worker again: bayar task show ${task.id}`)
  })
}
