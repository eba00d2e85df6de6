import type { State } from './lifecycle.ts'
import type { Method, RefundRule } from './methods.ts'

/** What several rows of the method table share. */
export const MINUTE = 60
export const HOUR = 3600
export const DAY = 86_400

export const NEVER: ReadonlySet<State> = new Set()
const WHILE_WAITING: ReadonlySet<State> = new Set(['pending'])
const UNTIL_SETTLED: ReadonlySet<State> = new Set(['pending', 'settlement'])

/** As the recorded documents of most methods: in the charge answer and GET status, and in no notification. */
export const EXPIRY_TOLD: Method['tellsExpiry'] = {
  charge: WHILE_WAITING,
  notification: NEVER,
  status: UNTIL_SETTLED,
}

export const EXPIRY_TOLD_EVERYWHERE: Method['tellsExpiry'] = {
  ...EXPIRY_TOLD,
  notification: new Set(['pending', 'settlement', 'expire']),
}

export function refundedWithin(days: number, more: Partial<RefundRule> = {}): RefundRule {
  return { partial: true, windowDays: () => days, confirmedAfterSeconds: 0, ...more }
}

export const nothing = (): Record<string, unknown> => ({})
