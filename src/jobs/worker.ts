/**
 * The background of bayar: what is owed to handlers, notices that wait for a look-up or another try, commands whose outcome is unknown, payments whose check is due. Each is a list of
 * work with a due time in a table of ours, claimed with `skip locked`: any number of workers share it, and killing one loses nothing.
 */
import { chargeWaitingPeriods } from '../operations/billing/charge-waiting.ts'
import { CLAIMED } from '../operations/billing/sweep.ts'
import type { Context, Wake } from '../operations/context.ts'
import { createDeliveryWorker } from '../operations/events/delivery-worker.ts'
import { checkInvoices } from '../operations/invoices/check-invoices.ts'
import { numberNewCreditNotes } from '../operations/invoices/credit-notes.ts'
import { reasonOf } from '../operations/log.ts'
import { sendDueMessages } from '../operations/messages/send-due-messages.ts'
import { applyDueNotifications } from '../operations/notifications/apply-notification.ts'
import { checkPayAccounts } from '../operations/pay-accounts/check-pay-accounts.ts'
import { paymentChecks } from '../operations/payments/check-due-payments.ts'
import { checkIntents } from '../operations/payments/check-intents.ts'
import { createKeyWatch } from '../operations/reconciliations/reconcile-after-keys.ts'
import { checkSubscriptionIntents } from '../operations/subscriptions/check-intents.ts'
import { checkHintedSubscriptions } from '../operations/subscriptions/sync-subscriptions.ts'
import type { Drain, Drained } from '../operations/task-verbs.ts'
import { type ScheduleSetting, startBeat } from './beat.ts'
import { startTaskRunner } from './task-runner.ts'

interface Chore {
  readonly name: string
  readonly everyMs: number
  readonly wakesUpFor: Wake | null
  readonly counts: Exclude<keyof Drained, 'deliveries' | 'tasks' | 'ticks'>
  /** Rows claimed at once: a full claim is followed by another right away. */
  readonly page: number
  begin(context: Context): (limit: number) => Promise<number>
}

// biome-ignore format: a table is read in columns
const CHORES: readonly Chore[] = [
  { name: 'apply notifications', everyMs: 1_000, wakesUpFor: 'notifications', counts: 'notifications', page: 100, begin: (context) => (limit) => applyDueNotifications(context, limit) },
  { name: 'check intents',       everyMs: 1_000, wakesUpFor: null,            counts: 'intents',       page: 20,  begin: (context) => (limit) => checkIntents(context, limit) },
  { name: 'check invoices',      everyMs: 1_000, wakesUpFor: null,            counts: 'invoices',      page: 20,  begin: (context) => (limit) => checkInvoices(context, limit) },
  { name: 'number credit notes', everyMs: 1_000, wakesUpFor: null,            counts: 'invoices',      page: 100, begin: (context) => (limit) => numberNewCreditNotes(context, limit) },
  { name: 'check pay accounts',  everyMs: 1_000, wakesUpFor: null,            counts: 'payAccounts',   page: 20,  begin: (context) => (limit) => checkPayAccounts(context, limit) },
  { name: 'verify again',        everyMs: 10_000, wakesUpFor: null,           counts: 'notifications', page: 1,   begin: createKeyWatch },
  { name: 'check subscription intents', everyMs: 1_000, wakesUpFor: null,     counts: 'subscriptions', page: 20,  begin: (context) => (limit) => checkSubscriptionIntents(context, limit) },
  { name: 'check subscriptions', everyMs: 1_000, wakesUpFor: null,            counts: 'subscriptions', page: 50,  begin: (context) => (limit) => checkHintedSubscriptions(context, limit) },
  { name: 'send messages',       everyMs: 1_000, wakesUpFor: null,            counts: 'messages',      page: 20,  begin: (context) => (limit) => sendDueMessages(context, limit) },
  { name: 'charge periods',      everyMs: 5_000, wakesUpFor: null,            counts: 'subscriptions', page: CLAIMED, begin: (context) => () => chargeWaitingPeriods(context) },
  { name: 'check payments',      everyMs: 5_000, wakesUpFor: null,            counts: 'payments',      page: 50,  begin: (context) => paymentChecks(context).run },
]

export interface Worker {
  /** Something was committed: look now. */
  wake(what: Wake): void
  /** Everything that is due now is done. Returns what that was. */
  idle(): Promise<Drained>
  /** Takes nothing new, finishes what runs, and returns. */
  stop(): Promise<void>
}

export interface WorkOptions {
  /** Also gives the ticks of the schedule, with the settings' changes; null gives none. */
  readonly schedule: ScheduleSetting | null
}

export function startWorker(context: Context, { schedule }: WorkOptions): Worker {
  const deliveries = createDeliveryWorker(context)
  const tasks = startTaskRunner(context)
  const beat = schedule === null ? null : startBeat(context, schedule)
  const chores = CHORES.map((chore) => ({ ...startChore(context, chore), counts: chore.counts }))
  return {
    wake(what) {
      if (what === 'deliveries') deliveries.wake()
      else if (what === 'tasks') tasks.wake()
      else for (const chore of chores) if (chore.wakesUpFor === what) chore.wake()
    },
    async idle() {
      const drained = { ...NOTHING }
      const finishedBefore = deliveries.finished()
      // A chore may cause events, an event's handler may cause work, and a task both: until a whole round finds nothing.
      for (;;) {
        const finished = deliveries.finished()
        const ticks = (await beat?.tick()) ?? 0
        const ran = await tasks.runNow()
        const found = await Promise.all(chores.map((chore) => chore.runNow()))
        await deliveries.idle()
        drained.ticks += ticks
        drained.tasks += ran
        chores.forEach(({ counts }, index) => {
          drained[counts] += found[index]!
        })
        const handled = deliveries.finished() - finished
        if (ticks + ran + handled === 0 && found.every((count) => count === 0))
          return { ...drained, deliveries: deliveries.finished() - finishedBefore }
      }
    },
    async stop() {
      await beat?.stop()
      await Promise.all([deliveries.stop(), tasks.stop(), ...chores.map((chore) => chore.stop())])
    },
  }
}

/** Works until nothing is due, or the time is over: then it takes nothing new, lets what runs finish, and ends. */
export async function drainWorker(worker: Worker, deadlineSeconds: number): Promise<Drain> {
  let timer: NodeJS.Timeout | undefined
  let isLate = false
  const stopped = new Promise<void>((resolve) => {
    timer = setTimeout(() => {
      isLate = true
      resolve(worker.stop())
    }, deadlineSeconds * 1000)
  })
  const drained = worker.idle()
  await Promise.race([drained, stopped])
  clearTimeout(timer)
  await (isLate ? stopped : worker.stop())
  return { ...(await drained), isDone: !isLate }
}

const NOTHING: { [List in keyof Drained]: number } = {
  deliveries: 0,
  notifications: 0,
  intents: 0,
  invoices: 0,
  payAccounts: 0,
  subscriptions: 0,
  payments: 0,
  messages: 0,
  tasks: 0,
  ticks: 0,
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
