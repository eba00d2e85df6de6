/** `bayar.events`: what was told to your code, to whom it is still owed, and telling it again. */
import { type EventType, type SubjectName, subjectOf } from '../../domain/events.ts'
import { BayarError } from '../../errors.ts'
import { listDeadDeliveries, readDeliveries } from '../../store/deliveries.ts'
import { type EventFilter, type EventRow, listEvents } from '../../store/events.ts'
import { readHandlers, retireHandler } from '../../store/handlers.ts'
import type { Context } from '../context.ts'
import { readIdCursor } from '../id-cursor.ts'
import { mapPage, type Page, type PageAsked, readPage } from '../page.ts'
import type { HistoryEntry } from '../payments/index.ts'
import { toHistoryEntry } from '../payments/index.ts'
import { type EventReplay, replayEvents } from './replay-events.ts'

export interface Delivery {
  readonly eventId: string
  readonly sequence: number
  readonly handler: string
  readonly state: 'waiting' | 'done' | 'dead'
  readonly attempts: number
  readonly replays: number
  readonly error: string | null
  readonly dueAt: Date
  readonly finishedAt: Date | null
}

export interface RegisteredHandler {
  readonly name: string
  readonly kind: 'on' | 'within'
  readonly events: readonly string[]
  readonly since: Date
  readonly retiredAt: Date | null
  /** This process has its code. */
  readonly isHere: boolean
}

export type ListedEvent = HistoryEntry & {
  readonly type: EventType
  /** What it is about: a payment, an invoice, a subscription; and which. */
  readonly subject: SubjectName
  readonly subjectId: string
  /** The payment that it is about, or that caused it. */
  readonly paymentId: string | null
}

export interface Events {
  list(query?: PageAsked & { readonly filter?: EventFilter }): Promise<Page<ListedEvent>>
  /** Everything owed for one payment, by our id. */
  deliveries(paymentId: string): Promise<readonly Delivery[]>
  dead(
    limit?: number,
  ): Promise<readonly (Delivery & { readonly orderId: string | null; readonly type: string })[]>
  /** Delivers again. Returns how many are owed. */
  replay(replay: EventReplay): Promise<number>
  handlers(): Promise<readonly RegisteredHandler[]>
  /** The way out when a handler's code is gone for good. */
  retireHandler(name: string): Promise<void>
}

const PAGE_DEFAULT = 50

/** `reading` is there also while a `within` handler is missing, and with it the registry: it is the way out of that. */
export function bindEvents(context: () => Promise<Context>, reading: () => Promise<Context>): Events {
  return {
    async list({ filter = {}, ...asked } = {}) {
      const { database } = await reading()
      const page = await readPage(
        asked,
        (row: EventRow) => row.id,
        ({ position, isBackward, limit }) =>
          listEvents(database, { filter, after: readIdCursor(position), limit, descending: !isBackward }),
      )
      return mapPage(page, (row: EventRow) => ({
        ...toHistoryEntry(row),
        ...aboutOf(row),
      }))
    },
    deliveries: async (paymentId) =>
      (await readDeliveries((await reading()).database, paymentId)).map(toDelivery),
    dead: async (limit = PAGE_DEFAULT) =>
      (await listDeadDeliveries((await reading()).database, limit)).map((row) => ({
        ...toDelivery(row),
        orderId: row.order_id,
        type: row.type,
      })),
    replay: async (replay) => replayEvents(await context(), replay),
    async handlers() {
      const at = await reading()
      const { handlers } = await readHandlers(at.database)
      return handlers.map((row) => ({
        name: row.name,
        kind: row.kind,
        events: row.events,
        since: row.since,
        retiredAt: row.retired_at,
        isHere: at.handlers.code(row.name) !== undefined,
      }))
    },
    async retireHandler(name) {
      const at = await reading()
      if (!(await retireHandler(at.database, name, at.clock.now())))
        throw new BayarError('handler_not_found', `No handler is registered as ${name}.`)
      await at.handlers.refresh(at.database)
    },
  }
}

function aboutOf(row: EventRow) {
  const type = row.type!
  const subject = subjectOf(type)
  return {
    type,
    subject,
    subjectId: row.subject_id,
    paymentId: subject === 'payment' ? row.subject_id : row.payment_id,
  }
}

function toDelivery(row: Awaited<ReturnType<typeof readDeliveries>>[number]): Delivery {
  return {
    eventId: row.event_id,
    sequence: row.sequence,
    handler: row.handler,
    state: row.state,
    attempts: row.attempts,
    replays: row.replays,
    error: row.error,
    dueAt: row.due_at,
    finishedAt: row.finished_at,
  }
}
