/** The latest so many, and none before. */
export class Ring<Entry> {
  readonly #most: number
  #entries: Entry[] = []
  /** Told of each new one. */
  onPush: (entry: Entry) => void = () => {}

  constructor(most: number) {
    this.#most = most
  }

  push(entry: Entry): void {
    this.restore(entry)
    this.onPush(entry)
  }

  restore(entry: Entry): void {
    this.#entries.push(entry)
    // Cut in the large, so that keeping the limit costs nothing each time.
    if (this.#entries.length >= this.#most * 2) this.#entries = this.#entries.slice(-this.#most)
  }

  /** Oldest first. */
  list(): Entry[] {
    return this.#entries.slice(-this.#most)
  }

  clear(): void {
    this.#entries = []
  }
}
