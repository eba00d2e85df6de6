/** Delays between tries, in seconds: ten tries over a day. What still fails then stays visible and waits for a person. */
const DELAYS = [5, 30, 120, 600, 1_800, 3_600, 3 * 3_600, 7 * 3_600, 12 * 3_600]

/** When to try again after so many failures; null when there were enough. */
export function nextTryAt(failures: number, now: Date): Date | null {
  const seconds = DELAYS[failures - 1]
  return seconds === undefined ? null : new Date(now.getTime() + seconds * 1000)
}
