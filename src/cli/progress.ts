/** How far long work is: a bar that is redrawn on a terminal, a line now and then elsewhere. It goes to stderr, so that the answer can be piped. */
const EVERY_MS = 100
const LINE_EVERY_MS = 10_000
const WIDTH = 24

export interface Progress {
  /** `part` is between 0 and 1, where it is known. */
  at(count: number, part?: number): void
  end(): void
}

export function startProgress(what: string, isQuiet: boolean): Progress {
  const terminal = process.stderr.isTTY
  let shown = performance.now()
  let drawn = false
  return {
    at(count, part) {
      if (isQuiet || performance.now() - shown < (terminal ? EVERY_MS : LINE_EVERY_MS)) return
      shown = performance.now()
      const counted = `${count.toLocaleString('en')} ${what}`
      if (!terminal) {
        process.stderr.write(`${counted}\n`)
        return
      }
      drawn = true
      process.stderr.write(`\r\u001b[K${part === undefined ? '' : `${bar(part)} `}${counted}`)
    },
    end() {
      if (drawn) process.stderr.write('\r\u001b[K')
    },
  }
}

export function bar(part: number): string {
  const full = Math.round(Math.min(1, Math.max(0, part)) * WIDTH)
  return `[${'#'.repeat(full)}${'.'.repeat(WIDTH - full)}] ${String(Math.floor(Math.min(1, Math.max(0, part)) * 100)).padStart(3)} %`
}
