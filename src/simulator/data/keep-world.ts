import { statSync } from 'node:fs'
import { BayarError } from '../../errors.ts'
import type { KeptAnswer } from '../answer-memory.ts'
import { cardRecord, type OneTimeRecord } from '../card-vault.ts'
import type { CheckoutRecord } from '../checkout/checkouts.ts'
import type { ClockState } from '../clock.ts'
import type { ActiveFault } from '../faults.ts'
import type { Invoice } from '../invoices/invoices.ts'
import type { NoticeRecord } from '../notice.ts'
import { outcomeIn, outcomeRecord } from '../outcome.ts'
import type { PayAccount } from '../pay-accounts.ts'
import type { LoggedRequest } from '../request-log.ts'
import type { Subscription } from '../subscriptions/subscriptions.ts'
import type { TransactionRecord } from '../transaction.ts'
import type { Answer } from '../v1/refusals.ts'
import { createWorld, type World, type WorldOptions } from '../world.ts'
import { drawSeed, type Entry, type Header, Journal } from './journal.ts'

/**
 * A world whose state outlives its process. What is kept, by kind: what each line says, and how it is read back. What is not kept is what the command line says at each start: addresses, keys, disabled methods, limits; and
 * how many calls this minute has seen.
 */
interface Kind {
  /** Calls back with each change. */
  watch(world: World, tell: (record: unknown) => void): void
  restore(world: World, record: unknown): void
  all(world: World): Iterable<unknown>
}

const KINDS: Readonly<Record<string, Kind>> = {
  transaction: {
    watch({ ledger }, tell) {
      const { onChange } = ledger
      ledger.onChange = (one) => {
        // On file before anybody is told.
        tell(one.toRecord())
        onChange(one)
      }
    },
    restore: ({ ledger }, record) => ledger.restore(record as TransactionRecord),
    *all({ ledger }) {
      for (const one of ledger.oldest()) yield one.toRecord()
    },
  },
  notice: {
    watch: ({ outbox }, tell) => {
      outbox.onChange = tell
    },
    restore: ({ outbox, ledger }, record) =>
      outbox.restore(record as NoticeRecord, (sequence) => ledger.at(sequence)),
    all: ({ outbox }) => outbox.records(),
  },
  checkout: {
    watch: ({ checkouts }, tell) => {
      checkouts.onChange = tell
    },
    restore: ({ checkouts }, record) => checkouts.restore(record as CheckoutRecord),
    all: ({ checkouts }) => checkouts.all(),
  },
  subscription: {
    watch: ({ subscriptions }, tell) => {
      subscriptions.onChange = tell
    },
    restore: ({ subscriptions }, record) => subscriptions.restore(record as Subscription),
    all: ({ subscriptions }) => subscriptions.all(),
  },
  invoice: {
    watch: ({ invoices }, tell) => {
      invoices.onChange = tell
    },
    restore: ({ invoices }, record) => invoices.restore(record as Invoice),
    all: ({ invoices }) => invoices.all(),
  },
  card: {
    watch: ({ cards }, tell) => {
      cards.onSave = (token, card) => tell(cardRecord(token, card))
    },
    restore: ({ cards }, record) => cards.restore(record as ReturnType<typeof cardRecord>),
    *all({ cards }) {
      for (const [token, card] of cards.allSaved()) yield cardRecord(token, card)
    },
  },
  account: {
    watch: ({ payAccounts }, tell) => {
      payAccounts.onKeep = tell
    },
    restore: ({ payAccounts }, record) => payAccounts.restore(record as PayAccount),
    all: ({ payAccounts }) => payAccounts.list().reverse(),
  },
  fault: {
    watch: ({ faults }, tell) => {
      faults.onChange = tell
    },
    restore: ({ faults }, record) => faults.restore(record as ActiveFault),
    all: ({ faults }) => faults.list(),
  },
  request: {
    watch: ({ requests }, tell) => {
      requests.onPush = tell
    },
    restore: ({ requests }, record) => {
      const logged = record as LoggedRequest
      requests.restore({ ...logged, at: new Date(logged.at) })
    },
    all: ({ requests }) => requests.list(),
  },
  token: {
    watch: ({ cards }, tell) => {
      cards.onToken = tell
    },
    restore: ({ cards }, record) => cards.restoreToken(record as OneTimeRecord),
    all: ({ cards, clock }) => cards.allTokens(clock.nowMs()),
  },
  answer: {
    watch: ({ memory }, tell) => {
      memory.onKeep = ({ key, answer, untilMs }) => tell({ key, untilMs, answer: outcomeRecord(answer) })
    },
    restore: ({ memory, ledger }, record) => {
      const { key, untilMs, answer } = record as KeptAnswer<unknown>
      const outcome = outcomeIn(answer, (sequence) => ledger.at(sequence))
      if (outcome) memory.restore({ key, untilMs, answer: outcome })
    },
    *all({ memory, clock }) {
      for (const { key, untilMs, answer } of memory.all(clock.nowMs()))
        yield { key, untilMs, answer: outcomeRecord(answer) }
    },
  },
  answer_v1: {
    watch: ({ v1Memory }, tell) => {
      for (const [verb, memory] of Object.entries(v1Memory)) memory.onKeep = (kept) => tell({ verb, ...kept })
    },
    restore: ({ v1Memory }, record) => {
      const { verb, ...kept } = record as KeptAnswer<Answer> & { readonly verb: string }
      v1Memory[verb]?.restore(kept)
    },
    *all({ v1Memory, clock }) {
      for (const [verb, memory] of Object.entries(v1Memory))
        for (const kept of memory.all(clock.nowMs())) yield { verb, ...kept }
    },
  },
  clock: {
    watch: ({ clock }, tell) => {
      clock.onMove = tell
    },
    restore: ({ clock }, record) => clock.restore(record as ClockState),
    *all({ clock }) {
      yield clock.state()
    },
  },
}

/** Fewer lines than this are not worth writing anew. */
const LINES_FEW = 10_000

export interface Kept {
  readonly world: World
  readonly header: Header
  /** Another world from the beginning, with an empty file. */
  reset(): World
  close(): void
}

export function openWorld(path: string, given: WorldGiven): Kept {
  const opened: { header?: Header; options?: WorldOptions; world?: World } = {}
  let lines = 0
  const { journal, header } = Journal.open(
    path,
    (kept) => {
      const made = headerFrom(given, kept)
      opened.options = { ...given, ...made, seed: made.seed }
      // After a restart other numbers are drawn, or the second refund would have the id of the first.
      opened.world = createWorld({ ...opened.options, epoch: kept ? statSync(path).size : 0 })
      return made
    },
    ([kind, record]) => {
      lines++
      KINDS[kind]?.restore(opened.world!, record)
    },
  )
  const world = opened.world!
  const options = opened.options!
  if (!world.clock.isReadable) {
    journal.close()
    throw new BayarError(
      'config_invalid',
      `The clock in the simulator’s data file ${path} stands at no instant between 1970 and 9000: remove the lines that begin with ["clock", from it, or move the file away, and a new one is begun.`,
    )
  }
  world.ledger.planRestored()
  world.outbox.planRestored()
  let current = world
  let live = countLive(world)
  const tidy = () => {
    if (lines <= LINES_FEW || lines <= 2 * live) return
    journal.rewrite(header, entriesOf(current))
    lines = live
  }
  tidy()
  // Not amid a change, of which only a part might be written; and seldom, because all of it is.
  let isPlanned = false
  const tidySoon = () => {
    if (isPlanned || lines <= LINES_FEW || lines <= 4 * live) return
    isPlanned = true
    setImmediate(() => {
      isPlanned = false
      if (isClosed) return
      live = countLive(current)
      tidy()
    })
  }
  let isClosed = false
  // A request that was still waiting when its world was reset must not write into the next one's file.
  const keep = (one: World) =>
    watch(one, (kind, record) => {
      if (one !== current || isClosed) return
      journal.append(kind, record)
      lines++
      tidySoon()
    })
  keep(world)
  return {
    world,
    header,
    reset() {
      current = createWorld(options)
      journal.rewrite(header, [])
      lines = 0
      live = 0
      keep(current)
      return current
    },
    close() {
      isClosed = true
      journal.close()
    },
  }
}

export type WorldGiven = Omit<WorldOptions, 'serverKey' | 'clientKey' | 'merchantId'> & {
  readonly serverKey?: string | undefined
  readonly clientKey?: string | undefined
  readonly merchantId?: string | undefined
  /** Where none were given and none are kept. */
  readonly makeKeys: (seed: number) => Pick<Header, 'serverKey' | 'clientKey' | 'merchantId'>
}

function headerFrom(given: WorldGiven, kept: Header | undefined): Header {
  const seed = kept?.seed ?? given.seed ?? drawSeed()
  const made = kept ?? given.makeKeys(seed)
  return {
    simulator: 1,
    seed,
    serverKey: given.serverKey ?? made.serverKey,
    clientKey: given.clientKey ?? made.clientKey,
    merchantId: given.merchantId ?? made.merchantId,
  }
}

function watch(world: World, append: (kind: string, record: unknown) => void): void {
  for (const [name, kind] of Object.entries(KINDS)) kind.watch(world, (record) => append(name, record))
}

function* entriesOf(world: World): Iterable<Entry> {
  for (const [name, kind] of Object.entries(KINDS)) for (const record of kind.all(world)) yield [name, record]
}

function countLive(world: World): number {
  let count = 0
  for (const kind of Object.values(KINDS)) for (const _ of kind.all(world)) count++
  return count
}
