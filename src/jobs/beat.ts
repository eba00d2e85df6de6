/**
 * The schedule: looks which tick of each periodic task it is now, and puts its run into the tasks. Any number of beats may look; the database moves each task's slot forward once. A tick that was missed
 * while none was up is given once when one is up again, however many were missed, because each run does all that is due.
 */
import { nextSlotOf, type Schedule, slotOf } from '../domain/schedule.ts'
import { uuidv7 } from '../domain/uuid.ts'
import type { Context } from '../operations/context.ts'
import { reasonOf } from '../operations/log.ts'
import { giveTick } from '../store/tasks.ts'
import { PERIODIC_TASKS } from './tasks.ts'

export type ScheduleSetting = Readonly<Record<string, Schedule | false>>

export interface ScheduledTask {
  readonly name: string
  /** null: switched off. */
  readonly schedule: Schedule | null
}

/** The schedule as it is configured: the table's, but for what the settings say. */
export function scheduledTasks(setting: ScheduleSetting = {}): readonly ScheduledTask[] {
  return PERIODIC_TASKS.map(({ name, schedule }) => {
    const own = setting[name]
    return { name, schedule: own === false ? null : (own ?? schedule) }
  })
}

const LOOK_EVERY_MS = 1_000

export interface Beat {
  /** Gives the ticks that it is time for. Returns how many this beat gave. */
  tick(): Promise<number>
  stop(): Promise<void>
}

export function startBeat(context: Context, setting: ScheduleSetting | undefined): Beat {
  const given = new Map<string, number>()
  let ticking: Promise<number> = Promise.resolve(0)
  let stopped = false

  async function tickOnce(): Promise<number> {
    let count = 0
    for (const { name, schedule } of scheduledTasks(setting)) {
      if (schedule === null || stopped) continue
      const at = context.clock.now()
      const slot = slotOf(schedule, at)
      // Known to be given, by this beat or another: the database need not be asked again.
      if (slot === null || given.get(name) === slot.getTime()) continue
      const told = await giveTick(context.database, { id: uuidv7(), name, slot, at })
      if (told.given) count++
      if (told.isOver) given.set(name, slot.getTime())
    }
    if (count > 0) context.wake('tasks')
    return count
  }

  function tick(): Promise<number> {
    ticking = ticking.then(() =>
      tickOnce().catch((error: unknown) => {
        context.log.error('the schedule could not be looked at', { reason: reasonOf(error) })
        return 0
      }),
    )
    return ticking
  }

  const look = setInterval(() => void tick(), LOOK_EVERY_MS)
  return {
    tick,
    async stop() {
      stopped = true
      clearInterval(look)
      await ticking
    },
  }
}

export function nextTickOf({ schedule }: ScheduledTask, at: Date): Date | null {
  return schedule === null ? null : nextSlotOf(schedule, at)
}
