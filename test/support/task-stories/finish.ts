import { expect } from 'vitest'
import type { Bayar } from '../../../src/bayar.ts'
import { PERIODIC_TASKS, type TaskName } from '../../../src/jobs/tasks.ts'
import type { MortalShop } from '../mortal-shop.ts'
import { TASK_STORIES } from './index.ts'

/** Each longer than a lease or a deadline that somebody waits for. */
const PASSES = [40, 40, 310, 310, 600, 1800, 10]

/** After whoever began the task has died: another process does what is left while time passes, the notices that were held back come late, and so does the next tick. Then the books are right. */
export async function finishTask(
  shop: MortalShop,
  bayar: Bayar,
  name: TaskName,
  wasPutOff: boolean,
): Promise<void> {
  const { simulator, direct, handled } = shop
  const worker = await bayar.work({ beat: false })
  const idle = async () => {
    await simulator.idle()
    await worker.idle()
  }
  const passes = async (seconds: number) => {
    await idle()
    await simulator.clock.advance(seconds)
    await idle()
  }
  for (const seconds of PASSES) {
    await idle()
    await simulator.clock.advance(seconds)
  }
  await idle()
  const { rows: tasks } = await direct.query<{ name: string; state: string; error: string | null }>(
    `select name, state, error from bayar.tasks where slot is null and state <> 'done'`,
  )
  // A charge or a refund that was written and never sent has failed, and says so.
  expect(tasks.filter(({ state }) => state !== 'failed')).toEqual([])
  simulator.notifications.resume()
  await idle()
  if (PERIODIC_TASKS.some((row) => row.name === name)) {
    expect(tasks).toEqual([])
    await bayar.tasks.run(name)
    await idle()
  }
  await TASK_STORIES[name].end({ ...shop, bayar, wasPutOff, passes })
  await idle()
  const { rows: told } = await direct.query<{ id: string; type: string }>(
    'select id, type from bayar.events where type is not null',
  )
  expect(told.filter(({ id }) => !handled.includes(id))).toEqual([])
  await shop.close(bayar)
}
