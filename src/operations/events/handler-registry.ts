/**
 * The merchant's handlers: what this process has in its code, and what is registered in the database by any process.
 *
 * `on` handlers need not be here: their deliveries are rows, and whoever has the code works them off. A `within` handler must be here in every process
 * that applies news, because its effect belongs into the very transaction: a process without it would settle a payment and skip the effect for ever.
 */
import { EVENT_TYPES, type EventType } from '../../domain/events.ts'
import { BayarError } from '../../errors.ts'
import type { Database, Queryable, Transaction } from '../../store/database.ts'
import { type HandlerKind, type HandlerRow, readHandlers, registerHandlers } from '../../store/handlers.ts'
import type { EventArgument } from './event-argument.ts'

export type OnHandler<Type extends EventType = EventType> = (argument: EventArgument<Type>) => unknown
export type WithinHandler<Type extends EventType = EventType> = (
  argument: EventArgument<Type> & { readonly tx: HostTransaction },
) => unknown

/** The running transaction, for the host's own tables. */
export type HostTransaction = Pick<Transaction, 'query'>

export interface CodeHandler {
  readonly name: string
  readonly kind: HandlerKind
  readonly events: readonly EventType[]
  readonly run: WithinHandler
}

const NAME = /^[a-zA-Z0-9][a-zA-Z0-9._:/-]{0,99}$/

export class HandlerRegistry {
  readonly #code = new Map<string, CodeHandler>()
  #version = -1
  #registered: readonly HandlerRow[] = []

  add(
    kind: HandlerKind,
    events: EventType | '*' | readonly EventType[],
    name: string,
    run: WithinHandler,
  ): void {
    const list = events === '*' ? EVENT_TYPES : typeof events === 'string' ? [events] : events
    const unknown = list.filter((event) => !EVENT_TYPES.includes(event))
    if (unknown.length > 0)
      throw new BayarError('handler_invalid', `${name}: there is no event ${unknown.join(', ')}.`)
    if (list.length === 0) throw new BayarError('handler_invalid', `${name}: it names no event.`)
    if (typeof name !== 'string' || !NAME.test(name)) {
      throw new BayarError(
        'handler_invalid',
        `A name is 1 to 100 letters, digits and . _ : / - (got ${JSON.stringify(name)}).`,
      )
    }
    if (typeof run !== 'function')
      throw new BayarError('handler_invalid', `${name}: the handler is not a function.`)
    if (this.#code.has(name))
      throw new BayarError(
        'handler_invalid',
        `Two handlers are called ${name}: a name is a handler's identity.`,
      )
    this.#code.set(name, { name, kind, events: [...new Set(list)].sort(), run })
  }

  get version(): number {
    return this.#version
  }

  code(name: string): CodeHandler | undefined {
    return this.#code.get(name)
  }

  /** Ids of the registered `on` handlers that this process can run. */
  runnable(): ReadonlyMap<number, CodeHandler> {
    const runnable = new Map<number, CodeHandler>()
    for (const row of this.#registered) {
      const code = this.#code.get(row.name)
      if (row.kind === 'on' && row.retired_at === null && code?.kind === 'on') runnable.set(row.id, code)
    }
    return runnable
  }

  /** The handlers to run inside the transaction that causes `event`, in order of registration. */
  within(event: EventType): readonly CodeHandler[] {
    return this.#active('within')
      .filter((row) => row.events.includes(event))
      .map((row) => this.#code.get(row.name)!)
  }

  hasWithin(event: EventType): boolean {
    return this.#active('within').some((row) => row.events.includes(event))
  }

  /** Names of registered `within` handlers that this code does not have, or has for fewer events. */
  missing(): readonly string[] {
    return this.#active('within')
      .filter((row) => {
        const code = this.#code.get(row.name)
        return (
          code?.kind !== 'within' ||
          row.events.some((event) => !(code.events as readonly string[]).includes(event))
        )
      })
      .map((row) => row.name)
  }

  /** Throws, and names them, when news may not be applied here. */
  assertComplete(): void {
    const missing = this.missing()
    if (missing.length === 0) return
    throw new BayarError(
      'handlers_missing',
      `${missing.join(', ')}: load the code that registers ${missing.length === 1 ? 'it' : 'them'}, or run \`npx bayar handlers retire ${missing[0]}\`.`,
      { details: { missing } },
    )
  }

  async refresh(database: Queryable): Promise<void> {
    const { version, handlers } = await readHandlers(database)
    this.#version = version
    this.#registered = handlers
  }

  /**
   * Makes this process's handlers known. A new name starts with the events after this moment. Code that may not apply news itself registers nothing: its `within` handler would only take those out of
   * service that may.
   */
  async register(database: Database, at: Date): Promise<void> {
    await this.refresh(database)
    this.assertFits()
    const registrations = [...this.#code.values()].map(({ name, kind, events }) => ({ name, kind, events }))
    if (registrations.length === 0) return
    await registerHandlers(database, registrations, at)
    await this.refresh(database)
    this.assertFits()
  }

  /** Throws unless this code may apply news: a name keeps its kind, and no `within` handler is missing. */
  assertFits(): void {
    const other = this.#registered.find(
      (row) => row.retired_at === null && (this.#code.get(row.name)?.kind ?? row.kind) !== row.kind,
    )
    if (other) {
      throw new BayarError(
        'handler_invalid',
        `${other.name} is registered as \`${other.kind}\`: give it another name, or retire the old one with \`npx bayar handlers retire ${other.name}\`.`,
      )
    }
    this.assertComplete()
  }

  #active(kind: HandlerKind): readonly HandlerRow[] {
    return this.#registered.filter((row) => row.kind === kind && row.retired_at === null)
  }
}
