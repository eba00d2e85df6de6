/**
 * What is still to happen, earliest first; at equal instants, in the order of planning. A binary heap, because a thousand deliveries may be
 * waiting for their retry.
 */
export interface Appointment {
  readonly atMs: number
  readonly run: () => void
  cancelled: boolean
}

interface Entry extends Appointment {
  readonly number: number
}

export class Agenda {
  #heap: Entry[] = []
  #planned = 0

  plan(atMs: number, run: () => void): Appointment {
    const entry: Entry = { atMs, run, number: this.#planned++, cancelled: false }
    const heap = this.#heap
    let at = heap.push(entry) - 1
    while (at > 0) {
      const parent = (at - 1) >> 1
      if (!before(heap[at]!, heap[parent]!)) break
      swap(heap, at, parent)
      at = parent
    }
    return entry
  }

  /** The instant of the next appointment. */
  nextMs(): number | undefined {
    while (this.#heap[0]?.cancelled) this.#removeFirst()
    return this.#heap[0]?.atMs
  }

  /** Takes the next appointment out, when it is due by then. */
  take(byMs: number): Appointment | undefined {
    const next = this.nextMs()
    return next !== undefined && next <= byMs ? this.#removeFirst() : undefined
  }

  #removeFirst(): Entry | undefined {
    const heap = this.#heap
    const first = heap[0]
    const last = heap.pop()
    if (!first || !last || heap.length === 0) return first
    heap[0] = last
    for (let at = 0; ; ) {
      const left = 2 * at + 1
      const right = left + 1
      let least = at
      if (left < heap.length && before(heap[left]!, heap[least]!)) least = left
      if (right < heap.length && before(heap[right]!, heap[least]!)) least = right
      if (least === at) return first
      swap(heap, at, least)
      at = least
    }
  }
}

function before(one: Entry, other: Entry): boolean {
  return one.atMs < other.atMs || (one.atMs === other.atMs && one.number < other.number)
}

function swap(heap: Entry[], one: number, other: number): void {
  const kept = heap[one]!
  heap[one] = heap[other]!
  heap[other] = kept
}
