import { setTimeout as pause } from 'node:timers/promises'
import type { Bayar } from '../bayar.ts'
import { isBayarError } from '../errors.ts'
import type { Call } from './call.ts'
import type { StopSignal } from './stop-signal.ts'

const WAIT_SECONDS = 15
const TRY_EVERY_MS = 500

/**
 * A database that is still starting beside us is waited for, within bounds. Everything else that is missing stays missing: it is told, and the command ends before it
 * could accept anything (design §1.6).
 */
export async function waitUntilReady(bayar: Bayar, call: Call, stop: StopSignal): Promise<void> {
  const deadline = performance.now() + (call.whole('wait') ?? WAIT_SECONDS) * 1000
  for (let told = false; ; told = true) {
    try {
      return await bayar.ready()
    } catch (error) {
      if (!isBayarError(error, 'database_unreachable') || performance.now() > deadline || stop.isAsked)
        throw error
      if (!told) call.out.note(`${error.message} Trying again …`)
    }
    await Promise.race([pause(TRY_EVERY_MS), stop.asked])
  }
}
