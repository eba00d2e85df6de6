import type { TaskState } from '../../../store/tasks.ts'
import type { Call } from '../../call.ts'
import { table } from '../../output.ts'
import { pagesOf } from '../../pages.ts'
import { progressOf } from '../../tell-task.ts'
import { withBayar } from '../../with-bayar.ts'

export async function run(call: Call): Promise<undefined> {
  const [name, state] = [call.text('name'), call.text('state')]
  const filter = {
    ...(name === undefined ? {} : { name }),
    ...(state === undefined ? {} : { state: state as TaskState }),
  }
  await withBayar(call, async (bayar) => {
    const found = await pagesOf(call, (page) => bayar.tasks.list({ filter, ...page }))
    call.out.answer(found, () => {
      if (found.results.length === 0) return 'There is none.'
      const rows = found.results.map((task) => [
        task.createdAt,
        task.id,
        task.name,
        task.state,
        `${task.attempts}/${task.attemptsMax}`,
        progressOf(task),
        task.error?.says.split('\n')[0],
      ])
      return table(['asked for', 'id', 'task', 'state', 'failed tries', 'progress', 'last error'], rows)
    })
  })
}
