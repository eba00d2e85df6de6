/** What a task's operation knows of the run it is in: enough to say how far it is, to end when asked, and to go on where the last run came to. */
export interface TaskRun {
  /** The same for every try of one task: what money is moved by it is keyed with this. */
  readonly id: string
  /** How often a person had it tried again. */
  readonly replays: number
  /** Where an earlier run had come to. */
  readonly bookmark: string | null
  /** The worker wants to end: finish the page, and `comeBack`. */
  readonly isStopping: () => boolean
  /** Throws when another worker has taken the task over, because this one was silent for too long. */
  readonly progress: (told: TaskTold) => Promise<void>
}

export interface TaskTold {
  readonly done: number
  readonly total?: number | null
  readonly bookmark?: string | null
}

/** Thrown by an operation that is not finished and has not failed: it goes on at this time, from its bookmark. */
export class ComeBack extends Error {
  readonly until: Date
  constructor(until: Date, because: string) {
    super(because)
    this.until = until
  }
}

/** How many are worked on at once, whatever happens to one: all of them are begun, and the first failure is thrown when the others have ended. */
export async function eachOf<T>(
  items: readonly T[],
  atOnce: number,
  work: (item: T) => Promise<void>,
): Promise<void> {
  const waiting = items[Symbol.iterator]()
  const failures: unknown[] = []
  const lane = async () => {
    for (const item of { [Symbol.iterator]: () => waiting }) {
      try {
        await work(item)
      } catch (error) {
        failures.push(error)
      }
    }
  }
  await Promise.all(Array.from({ length: Math.min(atOnce, items.length) }, lane))
  if (failures.length > 0) throw failures[0]
}
