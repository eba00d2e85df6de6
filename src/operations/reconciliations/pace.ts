/**
 * How fast Midtrans is asked. So many questions at once, and fewer after "too many requests" (429): then nobody asks for a while, longer each time, and the question that was refused is asked again. A question
 * that gets no clear answer is asked three times; when none gets one any more, it is given up as a whole, to be resumed.
 */
import { BayarError } from '../../errors.ts'
import type { Answer } from '../../gateway/port.ts'

export type Pause = (seconds: number, why: 'too_many' | 'no_answer') => Promise<void>

const PAUSE_MAX_SECONDS = 60
const TRIES_MAX = 3
/** Questions in a row without any clear answer. */
const SILENT_MAX = 20
/** Rests in a row, each after "too many requests": about ten minutes. */
const RESTS_MAX = 15

export interface Pace {
  /** Throws when nothing is to be had any more: Midtrans is down, or refuses the key. */
  ask(question: () => Promise<Answer>): Promise<Answer>
}

export function createPace(pause: Pause): Pace {
  let resting: Promise<void> | undefined
  /** Rests since a question was last answered at the first asking: each is twice as long as the one before. */
  let rests = 0
  /** Rises with each rest: who was asked before it says nothing about whether it is over. */
  let round = 0
  let silent = 0

  function rest(seconds: number): Promise<void> {
    round++
    resting = pause(seconds, 'too_many').finally(() => {
      resting = undefined
    })
    return resting
  }

  return {
    async ask(question) {
      for (let tries = 1; ; ) {
        await resting
        const asked = round
        const answer = await question()
        if (answer.code === '401') throw new BayarError('gateway_denied_keys', answer.message)
        if (answer.code === '429') {
          if (asked !== round) continue
          if (++rests > RESTS_MAX) throw given(answer)
          await rest(Math.min(PAUSE_MAX_SECONDS, 2 ** (rests - 1)))
          continue
        }
        if (asked === round) rests = 0
        if (answer.class !== 'unknown') {
          silent = 0
          return answer
        }
        if (++silent > SILENT_MAX) throw given(answer)
        if (tries >= TRIES_MAX) return answer
        await pause(tries++, 'no_answer')
      }
    },
  }
}

function given(answer: Answer): BayarError {
  const says = `${answer.message}${answer.code === null ? '' : ` (${answer.code})`}`
  return new BayarError('gateway_unavailable', says, { details: { gateway_code: answer.code } })
}
