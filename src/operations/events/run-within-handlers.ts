/** Handlers that run inside the transaction that causes their event: their effect is there exactly when the event is. */
import type { EventType } from '../../domain/events.ts'
import type { Plan } from '../../domain/steps.ts'
import { assert, BayarError } from '../../errors.ts'
import type { Transaction } from '../../store/database.ts'
import { limitStatements } from '../../store/database.ts'
import { readToldEvents } from '../../store/events.ts'
import type { Context } from '../context.ts'
import { argumentOf } from './argument-of.ts'
import type { HostTransaction, WithinHandler } from './handler-registry.ts'

/** The payment's lock is held while it runs; a slower handler belongs on `on`. */
export const WITHIN_DEADLINE_MS = 1000

export async function runWithinHandlers(context: Context, tx: Transaction, plan: Plan): Promise<void> {
  const told = plan.history.filter((row) => row.event !== null && context.handlers.hasWithin(row.event))
  if (told.length === 0) return
  const { events, payments } = await readToldEvents(
    tx,
    told.map((row) => row.id),
  )
  // The server, too, ends a statement after a second: whoever waits for this payment's lock must not wait for a stranger's query.
  const before = await limitStatements(tx, `${WITHIN_DEADLINE_MS}ms`)
  for (const { id } of told) {
    const event = events.get(id)!
    for (const handler of context.handlers.within(event.type as EventType)) {
      const argument = argumentOf(context, event, payments.get(event.subject_id)!, neverAborted)
      // A handler that swallows an error of its own SQL leaves a transaction that can only roll back. Its savepoint cannot be released then, and says so here.
      await tx.savepoint(() => inTime(handler.name, argument, handler.run, tx))
    }
  }
  await limitStatements(tx, before)
}

type Argument = Omit<Parameters<WithinHandler>[0], 'tx'>

const neverAborted = new AbortController()

async function inTime(name: string, argument: Argument, run: WithinHandler, tx: Transaction): Promise<void> {
  const ending = new AbortController()
  let isOver = false
  let timer: NodeJS.Timeout | undefined
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => {
      isOver = true
      ending.abort()
      reject(
        new BayarError(
          'overloaded',
          `The \`within\` handler ${name} took longer than ${WITHIN_DEADLINE_MS} ms: do slow work in an \`on\` handler.`,
        ),
      )
    }, WITHIN_DEADLINE_MS)
  })
  // What comes after the time is over would be committed with a transaction that was rolled back around it, or with a stranger's.
  const query: HostTransaction['query'] = async (text, params) => {
    assert(!isOver, `the \`within\` handler ${name} used its transaction after its end`)
    return tx.query(text, params)
  }
  try {
    await Promise.race([(async () => run({ ...argument, abort: ending.signal, tx: { query } }))(), late])
  } finally {
    isOver = true
    clearTimeout(timer)
  }
}
