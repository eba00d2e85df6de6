import { expect, test } from 'vitest'
import { TASK_NAMES, type TaskName } from '../../src/jobs/tasks.ts'
import { dieHereAndThere } from '../support/die-at-each.ts'
import type { Death } from '../support/mortal-pool.ts'
import { mortalShop } from '../support/mortal-shop.ts'
import { finishTask } from '../support/task-stories/finish.ts'
import { TASK_STORIES, type TaskStory } from '../support/task-stories/index.ts'

/**
 * A process dies at its Nth statement of putting a task off and running it, for every N, before the statement or after it. Another process takes over and time passes: then the task has ended, Midtrans was
 * asked to move money once, each step was told once and handled, and our books say what Midtrans's say.
 */
test('every task has its story', () => {
  expect(Object.keys(TASK_STORIES).toSorted()).toEqual(TASK_NAMES.toSorted())
})

async function tell(name: TaskName, death: Death): Promise<boolean> {
  const story: TaskStory = TASK_STORIES[name]
  const shop = await mortalShop()
  const { simulator, direct } = shop
  const living = shop.open()
  await living.ready()
  await story.before(living, shop)
  await simulator.idle()
  await living.close()
  const given = await story.given?.(shop)
  await shop.livesThrough(death, (dying) => dying.tasks.delay(name, given), { beat: false })
  const { rows } = await direct.query<{ state: string }>(
    `select state from bayar.tasks where slot is null and name = $1`,
    [name],
  )
  try {
    await finishTask(shop, shop.open(), name, rows.length === 1)
  } catch (error) {
    throw new Error(`died ${death.when} statement ${death.at}: ${(error as Error).message}`, { cause: error })
  }
  // What a worker does afterwards is no part of the task.
  return rows.length === 1 && (rows[0]!.state === 'done' || rows[0]!.state === 'failed')
}

dieHereAndThere(TASK_NAMES, { deaths: 3, atMost: 400 }, (name, death) => tell(name as TaskName, death))
