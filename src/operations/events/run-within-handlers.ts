/** Handlers that run inside the transaction that causes their event: their effect is there exactly when the event is. */
import type { EventType } from '../../domain/events.ts'
import type { Plan } from '../../domain/steps.ts'
import { assert, BayarError } from '../../errors.ts'
import type { Transaction } from '../../store/database.ts'
import { readToldEvents } from '../../store/told-events.ts'
import type { Context } from '../context.ts'
import { argumentOf } from './argument-of.ts'
import type { EventArgument } from './event-argument.ts'
import type { HostTransaction, WithinHandler } from './handler-registry.ts'
import { readSubjects } from './subjects.ts'

/** The payment's lock is held while it runs; a slower handler belongs on `on`. */
export const WITHIN_DEADLINE_MS = 1000

interface ToldRow {
  readonly id: string
  readonly type: EventType | null
}

export function toldIn(plan: Plan): readonly ToldRow[] {
  return plan.history.map(({ id, event }) => ({ id, type: event }))
}

export async function runWithinHandlers(
  context: Context,
  tx: Transaction,
  rows: readonly ToldRow[],
): Promise<void> {
  if (context.withoutHandlers) return
  const told = rows.filter(({ type }) => type !== null && context.handlers.hasWithin(type))
  if (told.length === 0) return
  const { events, payments } = await readToldEvents(
    tx,
    told.map((row) => row.id),
  )
  const subjects = await readSubjects(tx, events.values(), payments)
  for (const { id } of told) {
    const event = events.get(id)!
    for (const handler of context.handlers.within(event.type as EventType)) {
      const argument = argumentOf(context, event, subjects.get(id)!, neverAborted)
      // A handler that swallows an error of its own SQL leaves a transaction that can only roll back. Its savepoint cannot be released then, and says so here.
      // The server, too, ends a statement after a second: whoever waits for this payment's lock must not wait for a stranger's query.
      await tx.savepoint(() => inTime(handler.name, argument, handler.run, tx), {
        statementTimeoutMs: WITHIN_DEADLINE_MS,
      })
    }
  }
}

type Argument = EventArgument

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
    await Promise.race([
      (async () =>
        run({ ...argument, abort: ending.signal, tx: { query } } as Parameters<WithinHandler>[0]))(),
      late,
    ])
  } finally {
    isOver = true
    clearTimeout(timer)
  }
}
