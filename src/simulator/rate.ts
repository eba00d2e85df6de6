/** So many calls in each minute of the clock, and no more. */
export class Rate {
  #minute = 0
  #calls = 0

  admits(nowMs: number, most: number): boolean {
    const minute = Math.floor(nowMs / 60_000)
    if (minute !== this.#minute) {
      this.#minute = minute
      this.#calls = 0
    }
    return ++this.#calls <= most
  }
}
