import type { Call } from '../../call.ts'
import { tellTask } from '../../tell-task.ts'
import { withBayar } from '../../with-bayar.ts'

export async function run(call: Call): Promise<undefined> {
  await withBayar(call, async (bayar) => {
    const task = await bayar.tasks.get(call.argument!)
    call.out.answer(task, () => tellTask(task))
  })
}
