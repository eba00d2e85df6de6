/** How much of a stranger's patience, bandwidth and nesting the HTTP surface accepts. */
export interface Limits {
  readonly bodyBytesMax: number
  /** From the moment the headers are read until the body has arrived. */
  readonly bodyDeadlineMs: number
}

export const LIMITS: Limits = {
  bodyBytesMax: 64 * 1024,
  bodyDeadlineMs: 10_000,
}
