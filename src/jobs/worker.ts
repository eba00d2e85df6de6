/**
 * The background of bayar: what is owed to handlers, notices that wait for a look-up or another try, commands whose outcome is unknown, payments whose check is due. Each is a list of
 * work with a due time in a table of ours, claimed with `skip locked`: any number of workers share it, and killing one loses nothing.
 */
import type { Context, Wake } from '../operations/context.ts'
import { createDeliveryWorker } from '../operations/events/delivery-worker.ts'
import { reasonOf } from '../operations/log.ts'
import { applyDueNotifications } from '../operations/notifications/apply-notification.ts'
import { checkPayAccounts } from '../operations/pay-accounts/check-pay-accounts.ts'
import { checkIntents } from '../operations/payments/check-intents.ts'
import { createPaymentChecks } from '../operations/payments/check-payment.ts'

interface Chore {
  readonly name: string
  readonly everyMs: number
  readonly wakesUpFor: Wake | null
  /** Rows claimed at once: a full claim is followed by another right away. */
  readonly page: number
  begin(context: Context): (limit: number) => Promise<number>
}

// biome-ignore format: a table is read in columns
const CHORES: readonly Chore[] = [
  { name: 'apply notifications', everyMs: 1_000, wakesUpFor: 'notifications', page: 100, begin: (context) => (limit) => applyDueNotifications(context, limit) },
  { name: 'check intents',       everyMs: 1_000, wakesUpFor: null,            page: 20,  begin: (context) => (limit) => checkIntents(context, limit) },
  { name: 'check pay accounts',  everyMs: 1_000, wakesUpFor: null,            page: 20,  begin: (context) => (limit) => checkPayAccounts(context, limit) },
  { name: 'check payments',      everyMs: 5_000, wakesUpFor: null,            page: 50,  begin: createPaymentChecks },
]

export interface Worker {
  /** Something was committed: look now. */
  wake(what: Wake): void
  /** Everything that is due now is done. */
  idle(): Promise<void>
  /** Takes nothing new, finishes what runs, and returns. */
  stop(): Promise<void>
}

export function startWorker(context: Context): Worker {
  const deliveries = createDeliveryWorker(context)
  const chores = CHORES.map((chore) => startChore(context, chore))
  return {
    wake(what) {
      if (what === 'deliveries') deliveries.wake()
      else for (const chore of chores) if (chore.wakesUpFor === what) chore.wake()
    },
    async idle() {
      // A chore may cause events, and an event's handler may cause work: until a whole round finds nothing.
      for (;;) {
        const found = await Promise.all(chores.map((chore) => chore.runNow()))
        await deliveries.idle()
        if (found.every((count) => count === 0)) return
      }
    },
    async stop() {
      await Promise.all([deliveries.stop(), ...chores.map((chore) => chore.stop())])
    },
  }
}

interface RunningChore {
  readonly wakesUpFor: Wake | null
  wake(): void
  runNow(): Promise<number>
  stop(): Promise<void>
}

function startChore(context: Context, chore: Chore): RunningChore {
  let stopped = false
  let timer: NodeJS.Timeout | undefined
  let running: Promise<number> = Promise.resolve(0)
  let isRunning = false
  const work = chore.begin(context)
  let again = false

  async function run(): Promise<number> {
    let total = 0
    try {
      // Without the code for a `within` handler nothing may be applied here; readyz says so. It may have been retired since.
      if (context.handlers.missing().length > 0) await context.handlers.refresh(context.database)
      for (
        let count = chore.page;
        count === chore.page && !stopped && context.handlers.missing().length === 0;
      ) {
        count = await work(chore.page)
        total += count
      }
    } catch (error) {
      context.log.error(`worker could not ${chore.name}`, { reason: reasonOf(error) })
    }
    return total
  }

  function runNow(): Promise<number> {
    const next = running.then(async () => {
      isRunning = true
      const count = stopped ? 0 : await run()
      isRunning = false
      return count
    })
    running = next
    return next
  }

  function plan(): void {
    if (stopped) return
    clearTimeout(timer)
    timer = setTimeout(tick, chore.everyMs)
  }

  function tick(): void {
    void runNow().then(() => {
      if (again) {
        again = false
        tick()
      } else plan()
    })
  }

  plan()
  return {
    wakesUpFor: chore.wakesUpFor,
    wake() {
      if (stopped) return
      if (isRunning) again = true
      else tick()
    },
    runNow,
    async stop() {
      stopped = true
      clearTimeout(timer)
      await running
    },
  }
}
