import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { TASK_NAMES, type TaskName } from '../../src/jobs/tasks.ts'
import { startWorkerToKill, type WorkerToKill } from '../support/kill-worker.ts'
import { mortalShop } from '../support/mortal-shop.ts'
import { finishTask } from '../support/task-stories/finish.ts'
import { TASK_STORIES, type TaskStory } from '../support/task-stories/index.ts'
import type { Moment } from '../support/worker-to-kill.ts'

/**
 * `kill -9` of a worker, a process of its own, in the middle of each task: its connections break off with what they had locked, its answers are heard by nobody. Another worker takes over and time passes; then the
 * books are right. `npm run prove -- steps` kills it at every statement and every request to Midtrans.
 */
const IN_FULL = process.env.BAYAR_PROVE === 'steps'
const STEPS_MAX = 400

const cache = mkdtempSync(join(tmpdir(), 'bayar-compiled-'))
let waiting: WorkerToKill
beforeAll(() => {
  waiting = startWorkerToKill(cache)
})
afterAll(async () => {
  await waiting.end()
  rmSync(cache, { recursive: true, force: true, maxRetries: 5, retryDelay: 100 })
})

/** The next one loads while a story is told. */
function takeWorker(): WorkerToKill {
  const taken = waiting
  waiting = startWorkerToKill(cache)
  return taken
}

interface Told {
  /** The task had ended before the worker was killed. */
  readonly isOver: boolean
  /** The moment never came. */
  readonly wasIdle: boolean
}

async function tell(name: TaskName, moment: Moment): Promise<Told> {
  const story: TaskStory = TASK_STORIES[name]
  const shop = await mortalShop()
  const { simulator, handled } = shop
  const gateway = await simulator.listen({ port: 0 })
  const bayar = shop.open()
  await bayar.ready()
  await story.before(bayar, shop)
  await simulator.idle()
  const { id } = await bayar.tasks.delay(name, await story.given?.(shop))

  const killed = await takeWorker().kill({
    databaseUrl: shop.databaseUrl,
    serverKey: simulator.serverKey,
    gatewayUrl: gateway.url,
    now: simulator.clock.now().toISOString(),
    moment,
  })
  await gateway.close()
  handled.push(...killed.handled)
  await shop.endLeases()
  const { state } = await bayar.tasks.get(id)
  try {
    await finishTask(shop, bayar, name, true)
  } catch (error) {
    const where = `killed ${moment.when} ${moment.of} ${moment.at}`
    throw new Error(`${where}: ${(error as Error).message}`, { cause: error })
  }
  return { isOver: state === 'done' || state === 'failed', wasIdle: killed.wasIdle }
}

/** The tasks that ask Midtrans for something are killed when it has done the first thing, and nobody has heard of it. */
const ASKS_NOBODY: ReadonlySet<TaskName> = new Set(['process_wallet_billing', 'purge'])

async function killOnce(name: TaskName): Promise<void> {
  const moment: Moment = ASKS_NOBODY.has(name)
    ? { of: 'step', at: 5, when: 'after' }
    : { of: 'request', at: 1, when: 'after' }
  expect(await tell(name, moment)).toEqual({ isOver: false, wasIdle: false })
}

/** Before the next step is after this one: nothing else of a process outlives it. */
async function killAtEach(name: TaskName): Promise<void> {
  let at = 1
  while (!(await tell(name, { of: 'step', at, when: 'after' })).isOver) {
    at++
    expect(at, 'the task never ends').toBeLessThan(STEPS_MAX)
  }
  expect(at).toBeGreaterThan(3)
}

test.concurrent.each(TASK_NAMES as readonly TaskName[])(
  '%s, killed in the middle',
  async (name) => {
    await (IN_FULL ? killAtEach(name) : killOnce(name))
  },
  IN_FULL ? 7_200_000 : 240_000,
)
