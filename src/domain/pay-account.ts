/** A customer's wallet account that the merchant may charge. Midtrans's words in lower case; only `enabled` can be charged. */
export const PAY_ACCOUNT_STATUSES = ['pending', 'enabled', 'disabled', 'expired'] as const
export type PayAccountStatus = (typeof PAY_ACCOUNT_STATUSES)[number]

/** After that, a customer who did not agree will not; a link is good for minutes. */
const AFTER_SECONDS: readonly number[] = [60, 300, 900, 3600]

export function nextCheckSeconds(checks: number): number | null {
  return AFTER_SECONDS[checks] ?? null
}
