import { describe, expect, test } from 'vitest'
import { bench, START } from '../../test/support/simulated-merchant.ts'
import { WorldClock } from './clock.ts'

const at = (seconds: number) => new Date(START.getTime() + seconds * 1000)

describe('the clock', () => {
  test('stands still when frozen, and stops at every appointment on the way', async () => {
    const clock = new WorldClock(START, true)
    const kept: string[] = []
    clock.planIn(20, () => kept.push(`b ${clock.now().toISOString()}`))
    clock.planIn(10, () => {
      kept.push(`a ${clock.now().toISOString()}`)
      clock.planIn(5, () => kept.push(`a2 ${clock.now().toISOString()}`))
    })
    clock.planIn(31, () => kept.push('too early'))
    await clock.advance(30)
    expect(kept).toEqual([
      `a ${at(10).toISOString()}`,
      `a2 ${at(15).toISOString()}`,
      `b ${at(20).toISOString()}`,
    ])
    expect(clock.now()).toEqual(at(30))
  })

  test('waits at each instant until what was set off there has come to rest', async () => {
    const clock = new WorldClock(START, true)
    const kept: string[] = []
    let resting: Promise<void> = Promise.resolve()
    clock.atRest = () => resting
    clock.planIn(10, () => {
      resting = new Promise<void>((resolve) => setImmediate(resolve)).then(() => void kept.push('rested'))
    })
    clock.planIn(20, () => kept.push('next'))
    await clock.advance(20)
    expect(kept).toEqual(['rested', 'next'])
  })

  test('takes two moves in turn', async () => {
    const clock = new WorldClock(START, true)
    await Promise.all([clock.advance(60), clock.advance(60)])
    expect(clock.now()).toEqual(at(120))
  })

  test('goes back only while nothing has happened', async () => {
    const { simulator, charge } = bench()
    await simulator.clock.set(at(-3600))
    expect(simulator.clock.now()).toEqual(at(-3600))
    await charge('order-1')
    await expect(simulator.clock.set(at(-7200))).rejects.toMatchObject({ code: 'command_not_possible' })
    expect(() => simulator.clock.freeze(at(-7200))).toThrow(
      /^The simulator’s clock cannot go back.*_simulator.reset/,
    )
    expect(() => simulator.clock.freeze(at(7 * 86_400))).toThrow(/clock.set/)
    await expect(simulator.clock.advance(-1)).rejects.toMatchObject({ code: 'invalid_request' })
    await expect(simulator.clock.set(new Date('never'))).rejects.toMatchObject({ code: 'invalid_request' })
  })

  test('does not go back behind a transaction, also when nothing is planned any more', async () => {
    const { simulator, charge } = bench()
    await charge('order-1')
    await simulator.pay('order-1')
    await simulator.clock.advance(30 * 86_400)
    const refused = { code: 'command_not_possible', message: expect.stringMatching(/^The simulator’s clock/) }
    await expect(simulator.clock.set(START)).rejects.toMatchObject(refused)
    expect(() => simulator.clock.freeze(START)).toThrow(/_simulator\/reset/)
    simulator.reset()
    await simulator.clock.set(at(-60))
    expect(simulator.clock.now()).toEqual(at(-60))
  })

  test.each([1e18, 3_155_760_001, Number.NaN, Number.POSITIVE_INFINITY])(
    'is not moved by %s seconds',
    async (seconds) => {
      const { simulator } = bench()
      await expect(simulator.clock.advance(seconds)).rejects.toMatchObject({
        code: 'invalid_request',
        message: expect.stringContaining('seconds: must be between 0 and 3155760000'),
      })
      expect(simulator.clock.now()).toEqual(START)
    },
  )

  test('ends with the times that can be written', async () => {
    const { simulator } = bench()
    await simulator.clock.set(new Date('8999-12-31T00:00:00Z'))
    await expect(simulator.clock.advance(2 * 86_400)).rejects.toThrow(/seconds: must leave the clock/)
    await expect(simulator.clock.set(new Date(8.64e15))).rejects.toThrow(/at: must be an instant/)
    expect(() => simulator.clock.freeze(new Date(-1))).toThrow(/at: must be an instant/)
    await simulator.clock.advance(60)
  })

  test('runs on from where it stood', async () => {
    const clock = new WorldClock(START, true)
    await clock.advance(3600)
    clock.resume()
    const ran = clock.nowMs() - at(3600).getTime()
    expect(ran >= 0 && ran < 5000).toBe(true)
    clock.freeze()
    expect(clock.now()).toEqual(clock.now())
    clock.close()
  })

  test('running, it keeps its appointments by itself', async () => {
    const clock = new WorldClock(START, false)
    await clock.wait(0.005)
    await clock.advance(86_400)
    expect(clock.nowMs()).toBeGreaterThanOrEqual(at(86_400).getTime())
    clock.close()
  })

  test('a year passes in a moment', async () => {
    const { simulator, charge } = bench()
    await charge('order-1')
    await simulator.clock.advance(365 * 86_400)
    expect(simulator.transaction('order-1')).toMatchObject({
      status: 'expire',
      history: [{ cause: 'charge' }, { cause: 'deadline' }],
    })
  })

  test('expiry and retries happen in order, each at its own instant', async () => {
    const { simulator, charge, received, answers } = bench()
    answers.push(503, 503)
    await charge('order-1', { custom_expiry: { expiry_duration: 5, unit: 'minute' } })
    await simulator.clock.advance(3600)
    const told = received.map(
      ({ body, at: when }) => [body.transaction_status, (when.getTime() - START.getTime()) / 1000] as const,
    )
    expect(told.map(([status]) => status)).toEqual(['pending', 'pending', 'expire', 'pending'])
    expect(told[0]![1]).toBe(0)
    expect(told[2]![1]).toBe(300)
    expect(told.map(([, seconds]) => seconds)).toEqual(
      told.map(([, seconds]) => seconds).toSorted((a, b) => a - b),
    )
  })
})
