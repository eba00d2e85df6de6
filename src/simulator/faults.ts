import { BayarError, invalidRequest, type Problem } from '../errors.ts'
import { TRANSACTION_STATUSES, type TransactionStatus } from '../gateway/wire.ts'
import { ORDER_ID, ORDER_ID_SAYS } from './check-charge.ts'
import { VERBS } from './endpoints.ts'
import { REFUSALS } from './refusals.ts'
import { type AnyVerb, V1_VERBS } from './v1/endpoints.ts'

/**
 * Faults on demand, as a table: what a network and a gateway do to a merchant sooner or later. The one that costs money is `lose_answer`:
 * Midtrans did it, and nobody heard.
 */
export type FaultKind = keyof typeof FAULTS

interface FaultRow {
  readonly on: 'request' | 'notification'
  /** Only requests to these mean anything to it. */
  readonly verbs?: readonly AnyVerb[]
  /** `when`: before Midtrans acts (nothing happened) or after (it did, and the answer is lost). */
  readonly takes: readonly ('when' | 'seconds' | 'status' | 'body' | 'copies' | 'code')[]
  readonly says: { readonly en: string; readonly id: string }
}

// biome-ignore format: a table is read in columns
export const FAULTS = {
  lose_answer:     { on: 'request',      takes: [],                 says: { en: 'Do it and lose the answer',                        id: 'Dikerjakan, jawabannya hilang' } },
  cut:             { on: 'request',      takes: ['when'],           says: { en: 'Cut the line',                                     id: 'Putuskan sambungan' } },
  timeout:         { on: 'request',      takes: ['when'],           says: { en: 'Never answer',                                     id: 'Tidak pernah menjawab' } },
  latency:         { on: 'request',      takes: ['seconds'],        says: { en: 'Act after so many seconds',                        id: 'Bertindak setelah sekian detik' } },
  http_error:      { on: 'request',      takes: ['when', 'status', 'body'], says: { en: 'HTTP 5xx, with or without a body',         id: 'HTTP 5xx, dengan atau tanpa isi' } },
  too_many:        { on: 'request',      takes: [],                 says: { en: 'HTTP 429, too many requests',                      id: 'HTTP 429, terlalu banyak permintaan' } },
  html:            { on: 'request',      takes: ['when', 'status'], says: { en: 'An HTML page instead of JSON',                     id: 'Halaman HTML, bukan JSON' } },
  refuse:          { on: 'request',      takes: ['code'],           says: { en: 'Refuse with a code (402, 410, 505 …)',             id: 'Tolak dengan kode (402, 410, 505 …)' } },
  challenge:       { on: 'request',      verbs: ['charge'], takes: [], says: { en: 'The fraud engine challenges the card',         id: 'Mesin fraud menahan kartu' } },
  bank_refuses:    { on: 'request',      verbs: ['charge', 'capture', 'refund', 'direct_refund'], takes: [], says: { en: 'The bank refuses the card, the capture or the refund', id: 'Bank menolak kartu, capture, atau refund' } },
  lose:            { on: 'notification', takes: [],                 says: { en: 'Never send the notification',                      id: 'Notifikasi tidak dikirim' } },
  repeat:          { on: 'notification', takes: ['copies'],         says: { en: 'Send the notification so many times',              id: 'Kirim notifikasi sekian kali' } },
  delay:           { on: 'notification', takes: ['seconds'],        says: { en: 'Send the notification so many seconds later',      id: 'Kirim notifikasi sekian detik kemudian' } },
  reorder:         { on: 'notification', takes: [],                 says: { en: 'Send the notification after the next one of its order', id: 'Kirim notifikasi setelah notifikasi berikutnya' } },
  wrong_signature: { on: 'notification', takes: [],                 says: { en: 'Sign the notification with another key',           id: 'Tanda tangani notifikasi dengan kunci lain' } },
} as const satisfies Record<string, FaultRow>

export const FAULT_KINDS = Object.keys(FAULTS) as readonly FaultKind[]

/** What a kind that cannot do without a value uses when none is given; the list of faults shows it. */
// biome-ignore format: a table is read in columns
const DEFAULTS: Readonly<Partial<Record<FaultKind, Partial<Pick<Fault, 'seconds' | 'status' | 'copies' | 'code'>>>>> = {
  latency:    { seconds: 5 },
  http_error: { status: 500 },
  html:       { status: 502 },
  refuse:     { code: '505' },
  repeat:     { copies: 2 },
  delay:      { seconds: 60 },
}

/** Longer than any that Midtrans takes, because those of payment links have a suffix. */
const ORDER_ID_MOST = 100

/** What a fault makes the bank or the fraud engine say: the request goes its way, to another end. */
export const FORCES: Readonly<Partial<Record<FaultKind, 'challenge' | 'refuse'>>> = {
  challenge: 'challenge',
  bank_refuses: 'refuse',
}

/** `refuse` takes the code of any row of the refusal table that needs no validation message. */
const REFUSE_CODES: readonly string[] = [
  ...new Set(
    Object.values(REFUSALS)
      .map((row) => row.code)
      .filter((code) => code !== '400' && code !== '202'),
  ),
]

export const ANY_VERBS: readonly AnyVerb[] = [...VERBS, ...V1_VERBS]

export interface Fault {
  readonly kind: FaultKind
  /** Only requests to this endpoint; left out, any. */
  readonly verb?: AnyVerb
  /** Only this order. */
  readonly orderId?: string
  /** Only notifications that tell this `transaction_status`. */
  readonly transactionStatus?: TransactionStatus
  /** How often; 1 unless said. */
  readonly times?: number
  readonly when?: 'before' | 'after'
  readonly seconds?: number
  /** HTTP status of `http_error` and `html`. */
  readonly status?: number
  /** Whether `http_error` has Midtrans's JSON body. */
  readonly body?: boolean
  /** How many notifications `repeat` sends in all. */
  readonly copies?: number
  /** Body status_code of `refuse`. */
  readonly code?: string
}

export interface ActiveFault extends Fault {
  readonly id: string
  /** How often it will still act. */
  readonly left: number
}

export interface Faults {
  add(fault: Fault): string
  remove(id: string): boolean
  clear(): void
  list(): readonly ActiveFault[]
}

const FAULTS_MAX = 1000

export class FaultList implements Faults {
  #faults: (ActiveFault & { left: number })[] = []
  #added = 0
  /** Told of each that is new, acted, or is gone: then none of it is left. */
  onChange: (fault: ActiveFault) => void = () => {}

  restore(fault: ActiveFault): void {
    const number = Number(fault.id.slice('fault-'.length))
    if (number > this.#added) this.#added = number
    const at = this.#faults.findIndex(({ id }) => id === fault.id)
    if (fault.left <= 0) this.#faults = this.#faults.filter(({ id }) => id !== fault.id)
    // In its old place: of two that match, the first acts.
    else if (at >= 0) this.#faults[at] = { ...fault }
    else this.#faults.push({ ...fault })
  }

  add(fault: Fault): string {
    const checked = checkFault(fault)
    if (this.#faults.length >= FAULTS_MAX)
      throw new BayarError('overloaded', `The simulator keeps at most ${FAULTS_MAX} faults.`)
    const id = `fault-${++this.#added}`
    const added = { ...checked, id, left: checked.times ?? 1 }
    this.#faults.push(added)
    this.onChange({ ...added })
    return id
  }

  remove(id: string): boolean {
    const removed = this.#faults.find((fault) => fault.id === id)
    if (!removed) return false
    this.#faults = this.#faults.filter((fault) => fault !== removed)
    this.onChange({ ...removed, left: 0 })
    return true
  }

  clear(): void {
    for (const { id } of this.list()) this.remove(id)
  }

  list(): readonly ActiveFault[] {
    return this.#faults.map((fault) => ({ ...fault }))
  }

  /** Every latency that matches, and at most one fault that ends the request. Each is used up by one. */
  takeForRequest(verb: AnyVerb, orderId: string | undefined): Fault[] {
    const taken: Fault[] = []
    let ended = false
    for (const fault of this.#faults) {
      const row: FaultRow = FAULTS[fault.kind]
      const ends = fault.kind !== 'latency' && !FORCES[fault.kind]
      if (row.on !== 'request' || (ended && ends)) continue
      if (row.verbs && !row.verbs.includes(verb)) continue
      if (fault.verb !== undefined && fault.verb !== verb) continue
      if (fault.orderId !== undefined && fault.orderId !== orderId) continue
      fault.left--
      this.onChange({ ...fault })
      taken.push(fault)
      ended ||= ends
    }
    this.#dropUsedUp()
    return taken
  }

  takeForNotification(orderId: string, status: TransactionStatus | null): Fault | undefined {
    const fault = this.#faults.find(
      (one) =>
        FAULTS[one.kind].on === 'notification' &&
        (one.orderId === undefined || one.orderId === orderId) &&
        (one.transactionStatus === undefined || one.transactionStatus === status),
    )
    if (fault) {
      fault.left--
      this.onChange({ ...fault })
    }
    this.#dropUsedUp()
    return fault
  }

  #dropUsedUp(): void {
    if (this.#faults.some((fault) => fault.left <= 0))
      this.#faults = this.#faults.filter((fault) => fault.left > 0)
  }
}

/** Nothing has happened when this fault ends the request. */
export function actsBefore(fault: Fault): boolean {
  if (fault.kind === 'lose_answer') return false
  return (fault.when ?? 'before') === 'before'
}

/** Fault requests come from people and from programs in other languages: every mistake is named at once. */
export function checkFault(fault: Fault): Fault {
  return checkNamed(fault, (field) => field)
}

/** `nameOf` is how the asker spells a field: over HTTP and on a page it is `order_id`. */
function checkNamed(fault: Fault, nameOf: (field: string) => string): Fault {
  const problems: Problem[] = []
  const says = (field: string, reason: string) => void problems.push({ field: nameOf(field), reason })
  if (!Object.hasOwn(FAULTS, fault.kind)) {
    says('kind', `must be one of ${FAULT_KINDS.join(', ')}`)
    throw invalidRequest(problems)
  }
  const row: FaultRow = FAULTS[fault.kind]
  for (const field of ['when', 'seconds', 'status', 'body', 'copies', 'code'] as const) {
    if (fault[field] !== undefined && !row.takes.includes(field))
      says(field, `means nothing for ${fault.kind}`)
  }
  if (fault.verb !== undefined && row.on !== 'request') says('verb', `means nothing for ${fault.kind}`)
  if (fault.verb !== undefined && !ANY_VERBS.includes(fault.verb))
    says('verb', `must be one of ${ANY_VERBS.join(', ')}`)
  if (fault.transactionStatus !== undefined && row.on !== 'notification')
    says('transactionStatus', `means nothing for ${fault.kind}`)
  if (fault.transactionStatus !== undefined && !TRANSACTION_STATUSES.includes(fault.transactionStatus))
    says('transactionStatus', `must be one of ${TRANSACTION_STATUSES.join(', ')}`)
  if (fault.orderId !== undefined && typeof fault.orderId !== 'string') says('orderId', 'must be text')
  else if (fault.orderId !== undefined && !ORDER_ID.test(fault.orderId)) says('orderId', ORDER_ID_SAYS)
  else if (fault.orderId !== undefined && fault.orderId.length > ORDER_ID_MOST)
    says('orderId', `must not be longer than ${ORDER_ID_MOST} characters`)
  if (fault.when !== undefined && fault.when !== 'before' && fault.when !== 'after')
    says('when', 'must be before or after')
  if (fault.body !== undefined && typeof fault.body !== 'boolean') says('body', 'must be true or false')
  if (fault.code !== undefined && !REFUSE_CODES.includes(fault.code))
    says('code', `must be one of ${REFUSE_CODES.join(', ')}`)
  checkRange(fault.times, 'times', 1, 1_000_000, says)
  checkRange(fault.copies, 'copies', 2, 100, says)
  checkRange(fault.status, 'status', 400, 599, says)
  if (fault.seconds !== undefined && !(fault.seconds > 0 && fault.seconds <= 86_400))
    says('seconds', 'must be between 0 and 86400')
  if (problems.length) throw invalidRequest(problems)
  const given = Object.fromEntries(Object.entries(fault).filter(([, value]) => value !== undefined))
  return { ...DEFAULTS[fault.kind], ...given } as Fault
}

function checkRange(
  value: number | undefined,
  field: string,
  least: number,
  most: number,
  says: (field: string, reason: string) => void,
): void {
  if (value !== undefined && !(Number.isInteger(value) && value >= least && value <= most))
    says(field, `must be a whole number between ${least} and ${most}`)
}

const WIRE_NAMES: Readonly<Record<string, keyof Fault>> = {
  order_id: 'orderId',
  transaction_status: 'transactionStatus',
}

const wireNameOf = (field: string) =>
  Object.keys(WIRE_NAMES).find((name) => WIRE_NAMES[name] === field) ?? field

/** From JSON of the control API, or the header `X-Simulator-Fault: lose_answer`: a short name stands for the fault with its defaults. */
export function readFault(value: unknown): Fault {
  if (typeof value === 'string') return checkNamed({ kind: value.trim() as FaultKind }, wireNameOf)
  if (typeof value !== 'object' || value === null || Array.isArray(value))
    throw invalidRequest([{ field: 'fault', reason: 'must be a name or an object with a kind' }])
  const known = [
    'kind',
    'verb',
    'orderId',
    'transactionStatus',
    'times',
    'when',
    'seconds',
    'status',
    'body',
    'copies',
    'code',
  ]
  const problems: Problem[] = []
  const fault: Record<string, unknown> = {}
  for (const [field, given] of Object.entries(value)) {
    const name = WIRE_NAMES[field] ?? field
    if (known.includes(name)) fault[name] = given
    else problems.push({ field, reason: 'is not a field of a fault' })
  }
  if (problems.length) throw invalidRequest(problems)
  return checkNamed(fault as unknown as Fault, wireNameOf)
}
