/** Owes events to a handler again, whatever became of them before. The event's id is the same, so a handler that deduplicates by it does nothing twice. */
import type { EventType } from '../../domain/events.ts'
import { isUuid } from '../../domain/uuid.ts'
import { BayarError } from '../../errors.ts'
import { oweAgain } from '../../store/deliveries.ts'
import { type EventFilter, listEvents } from '../../store/events.ts'
import { readHandlers } from '../../store/handlers.ts'
import type { Context } from '../context.ts'

export interface EventReplay {
  readonly handler: string
  readonly eventId?: string
  readonly paymentId?: string
  /** What it is about, by our id: a payment, an invoice, a subscription. */
  readonly subjectId?: string
  readonly type?: EventType
  readonly from?: Date
  readonly to?: Date
}

const PAGE = 500

/** Returns how many deliveries are owed again. */
export async function replayEvents(context: Context, replay: EventReplay): Promise<number> {
  const { handlers } = await readHandlers(context.database)
  const handler = handlers.find((one) => one.name === replay.handler && one.retired_at === null)
  if (!handler) throw new BayarError('handler_not_found', `No handler is registered as ${replay.handler}.`)
  if (handler.kind !== 'on')
    throw new BayarError(
      'handler_not_found',
      `${replay.handler} runs within transactions: replay the notification instead.`,
    )
  const owed =
    replay.eventId === undefined
      ? await oweRange(context, replay)
      : await oweOne(context, replay.handler, replay.eventId)
  if (owed > 0) context.wake()
  return owed
}

async function oweOne(context: Context, handler: string, eventId: string): Promise<number> {
  if (!isUuid(eventId)) throw new BayarError('event_not_found', eventId)
  return oweAgain(context.database, handler, [eventId], context.clock.now())
}

async function oweRange(context: Context, replay: EventReplay): Promise<number> {
  const subjectId = replay.subjectId ?? replay.paymentId
  const filter: EventFilter = {
    ...(subjectId === undefined ? {} : { subjectId }),
    ...(replay.type === undefined ? {} : { type: replay.type }),
    ...(replay.from === undefined ? {} : { from: replay.from }),
    ...(replay.to === undefined ? {} : { to: replay.to }),
  }
  let owed = 0
  for (let after: string | null = null; ; ) {
    const page = await listEvents(context.database, { filter, after, limit: PAGE, descending: false })
    const ids = page.slice(0, PAGE).map((event) => event.id)
    if (ids.length > 0) owed += await oweAgain(context.database, replay.handler, ids, context.clock.now())
    if (page.length <= PAGE) return owed
    after = ids.at(-1)!
  }
}
