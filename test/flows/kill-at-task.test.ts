import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { TASK_NAMES, type TaskName } from '../../src/jobs/tasks.ts'
import { EVERY, IN_FULL, TIMEOUT_MS } from '../support/die-at-each.ts'
import { startWorkerToKill, type WorkerToKill } from '../support/kill-worker.ts'
import { mortalShop } from '../support/mortal-shop.ts'
import { finishTask } from '../support/task-stories/finish.ts'
import { TASK_STORIES, type TaskStory } from '../support/task-stories/index.ts'
import type { Moment } from '../support/worker-to-kill.ts'

/**
 * `kill -9` of a worker, a process of its own, in the middle of each task: its connections break off with what they had locked, its answers are heard by nobody. Another worker takes over and time passes; then the
 * books are right. `npm run prove -- steps` kills it at every statement and every request to Midtrans.
 */
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

/** All others are killed when Midtrans has done the first thing, and nobody has heard of it. */
const ASKS_NOBODY: ReadonlySet<TaskName> = new Set([
  'process_wallet_billing',
  'send_expiry_reminders',
  'purge',
])

/** And each somewhere else on its way. */
async function killTwice(name: TaskName): Promise<void> {
  const first = ASKS_NOBODY.has(name) ? ({ of: 'step', at: 2 } as const) : ({ of: 'request', at: 1 } as const)
  const second = { of: 'step', at: 4 + (TASK_NAMES.indexOf(name) % 8) } as const
  for (const moment of [first, second])
    expect(await tell(name, { ...moment, when: 'after' })).toEqual({ isOver: false, wasIdle: false })
}

/** Before the next step is after this one: nothing else of a process outlives it. */
async function killAtEach(name: TaskName): Promise<void> {
  let at = 1 + (TASK_NAMES.indexOf(name) % EVERY)
  while (!(await tell(name, { of: 'step', at, when: 'after' })).isOver) {
    at += EVERY
    expect(at, 'the task never ends').toBeLessThan(STEPS_MAX)
  }
  expect(at).toBeGreaterThan(3)
}

test.concurrent.each(TASK_NAMES as readonly TaskName[])(
  '%s, killed in the middle',
  async (name) => {
    await (IN_FULL ? killAtEach(name) : killTwice(name))
  },
  TIMEOUT_MS,
)
