/**
 * Lives a year that was written: the clock goes from step to step, the schedule gives its ticks, the customers pay the numbers that they are given as their habits are, and everybody does what the script says. At each
 * step the access of some is held against what the driver knows; each month, and in the end, the books against the laws.
 */
import { isBayarError } from '../../../src/errors.ts'
import type { TestBayar } from '../../../src/testing/index.ts'
import { lookAt } from './access.ts'
import { doing, NothingToDo } from './deeds.ts'
import { checkLaws } from './laws.ts'
import { Numbers } from './numbers.ts'
import { QUIET_DAYS, type Script, STEPS_A_DAY } from './script.ts'
import { settle } from './town.ts'

export interface Lived {
  readonly log: readonly string[]
  /** How often each thing was done, and what came of it. */
  readonly outcomes: ReadonlyMap<string, number>
  readonly looks: number
}

export interface Living {
  readonly say?: (line: string) => void
  /** Each act as it is done. */
  readonly write?: (line: string) => void
}

const AT_ONCE = 8

export async function liveYear(test: TestBayar, script: Script, { say, write }: Living = {}): Promise<Lived> {
  const town = await settle(test, script)
  const { simulator } = test
  const log: string[] = []
  const outcomes = new Map<string, number>()
  const numbers = new Numbers(town)
  const noisy = script.steps.length - QUIET_DAYS * STEPS_A_DAY
  let looks = 0
  try {
    for (const [index, step] of script.steps.entries()) {
      const target = town.startMs + step.at * 1000
      await simulator.clock.advance((target - town.now().getTime()) / 1000)
      await test.idle()
      const day = town.now().toISOString().slice(0, 16)
      if (index === noisy) simulator.faults.clear()
      // What nobody met until now is over.
      else if (step.weather.length > 0) simulator.faults.clear()
      for (const fault of step.weather) simulator.faults.add(fault)

      const todo: (() => Promise<void>)[] = []
      const lines: string[] = []
      const plan = (who: number, what: string, work: () => Promise<unknown>, name: string) => {
        const line = lines.push(`${day} ${who} ${what}`) - 1
        todo.push(async () => {
          const came = await outcomeOf(work)
          lines[line] += `: ${came}`
          const key = `${name}: ${came}`
          outcomes.set(key, (outcomes.get(key) ?? 0) + 1)
        })
      }
      // In the quiet days nobody pays any more.
      for (const { customer, nth, says, work } of index < noisy ? await numbers.at(index) : [])
        plan(customer, `${says} (${nth})`, work, says)
      for (const act of step.acts.filter(({ fault }) => fault === null))
        plan(act.customer, act.deed, () => doing(town, act), act.deed)
      await allOf(todo.splice(0))
      // One after the other, so that its fault meets nobody else.
      for (const act of step.acts) {
        if (act.fault === null) continue
        const { fault } = act
        plan(
          act.customer,
          `${act.deed} (${fault.kind})`,
          async () => {
            const id = simulator.faults.add(fault)
            try {
              return await doing(town, act)
            } finally {
              simulator.faults.remove(id)
            }
          },
          act.deed,
        )
        await todo.pop()!()
      }
      for (const line of lines) {
        log.push(line)
        write?.(line)
      }
      await test.idle()
      await lookAt(town, step.looks, (number) => log.filter((line) => line.split(' ')[1] === String(number)))
      looks += step.looks.length
      if (index > 0 && index % (STEPS_A_DAY * 30) === 0) {
        await checkLaws(town, 'always')
        say?.(`${day}: ${log.length} acts, ${test.events.length} events`)
      }
    }
    await checkLaws(town, 'end')
  } finally {
    await town.database.close()
  }
  return { log, outcomes, looks }
}

/** Refused in words, or not there: an answer like any other. */
async function outcomeOf(work: () => Promise<unknown>): Promise<string> {
  try {
    await work()
    return 'done'
  } catch (error) {
    if (error instanceof NothingToDo) return 'nothing to do'
    if (isBayarError(error) && error.code !== 'internal') return error.code
    throw error
  }
}

async function allOf(todo: readonly (() => Promise<void>)[]): Promise<void> {
  const left = [...todo]
  await Promise.all(
    Array.from({ length: AT_ONCE }, async () => {
      for (let next = left.shift(); next; next = left.shift()) await next()
    }),
  )
}
