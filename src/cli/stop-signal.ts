/**
 * Ctrl-C and SIGTERM ask a command to stop: it takes nothing new and finishes what runs. A second one ends it at once.
 *
 * Under `npm start` the terminal and npm both pass on the same Ctrl-C, so what follows within a second is not a second one.
 */
import { exitCode } from './exit-codes.ts'

const SAME_KEYSTROKE_MS = 1_000
const SIGNALS = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const

export interface StopSignal {
  readonly asked: Promise<void>
  readonly isAsked: boolean
}

export function listenForStop(note: (text: string) => void): StopSignal {
  let askedAt: number | undefined
  let resolve = () => {}
  const asked = new Promise<void>((done) => {
    resolve = done
  })
  const onSignal = () => {
    if (askedAt === undefined) {
      askedAt = performance.now()
      note('Stopping; once more ends it at once.')
      resolve()
    } else if (performance.now() - askedAt > SAME_KEYSTROKE_MS) {
      process.exit(exitCode('forced'))
    }
  }
  for (const signal of SIGNALS) process.on(signal, onSignal)
  return {
    asked,
    get isAsked() {
      return askedAt !== undefined
    },
  }
}
