import { expect, test } from 'vitest'
import type { Answer } from '../../gateway/port.ts'
import { createPace } from './pace.ts'

function answer(code: string): Answer {
  const answerClass = code === '200' ? 'done' : 'unknown'
  return {
    class: answerClass,
    code,
    httpStatus: 200,
    message: 'as told',
    validationMessages: [],
    document: null,
  }
}

/** Answers one after the other, then always 200; what was waited for. */
function asked(codes: string[]) {
  const pauses: string[] = []
  const pace = createPace(async (seconds, why) => void pauses.push(`${why} ${seconds}`))
  return { pauses, ask: () => pace.ask(async () => answer(codes.shift() ?? '200')) }
}

test('"too many requests" is waited out, twice as long each time, and the question asked again', async () => {
  const { ask, pauses } = asked(['429', '429', '429'])
  expect((await ask()).code).toBe('200')
  expect(pauses).toEqual(['too_many 1', 'too_many 2', 'too_many 4'])
  // It is over: the next one begins with a second again.
  const again = asked(['429', '200', '429'])
  await again.ask()
  await again.ask()
  expect(again.pauses).toEqual(['too_many 1', 'too_many 1'])
})

test('never longer than a minute, and not for ever', async () => {
  const { ask, pauses } = asked(Array.from({ length: 100 }, () => '429'))
  await expect(ask()).rejects.toMatchObject({ code: 'gateway_unavailable', details: { gateway_code: '429' } })
  expect(pauses.length).toBe(15)
  expect(pauses.at(-1)).toBe('too_many 60')
})

test('those who were asked at the same time wait for one rest, not for one each', async () => {
  const codes = Array.from({ length: 8 }, () => '429')
  const pauses: number[] = []
  const pace = createPace(async (seconds) => void pauses.push(seconds))
  await Promise.all(Array.from({ length: 8 }, () => pace.ask(async () => answer(codes.shift() ?? '200'))))
  expect(pauses).toEqual([1])
})

test('no clear answer is asked for three times, then told; when nobody gets one, all is given up', async () => {
  const { ask, pauses } = asked(['500', '500', '500'])
  expect((await ask()).code).toBe('500')
  expect(pauses).toEqual(['no_answer 1', 'no_answer 2'])
  const silent = asked(Array.from({ length: 100 }, () => '500'))
  const outcomes: string[] = []
  for (let question = 0; question < 8; question++)
    outcomes.push(
      await silent.ask().then(
        ({ code }) => code!,
        ({ code }: { code: string }) => code,
      ),
    )
  expect(outcomes).toEqual([
    '500',
    '500',
    '500',
    '500',
    '500',
    '500',
    'gateway_unavailable',
    'gateway_unavailable',
  ])
})

test('a key that Midtrans refuses ends it at once', async () => {
  await expect(asked(['401']).ask()).rejects.toMatchObject({ code: 'gateway_denied_keys' })
})
