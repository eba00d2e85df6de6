/**
 * When Midtrans is asked about a payment that has no ending yet. Soon at first, because a notice may be lost; then rarely; and never less than daily until Midtrans gives an
 * ending, so that a lost expiry does not leave a payment pending for ever (defect D28 polled every one each five minutes instead).
 */
const MINUTE_MS = 60_000
const HOUR_MS = 60 * MINUTE_MS
const DAY_MS = 24 * HOUR_MS
const FIRST_MS = [1 * MINUTE_MS, 5 * MINUTE_MS, 15 * MINUTE_MS, 60 * MINUTE_MS]
const OFTEN_MS = 6 * HOUR_MS
const OFTEN_UNTIL_AFTER_EXPIRY_MS = 3 * DAY_MS

export function firstCheckAt(now: Date): Date {
  return new Date(now.getTime() + FIRST_MS[0]!)
}

/** `checks` is how many were made; the first delays count from the charge, the later ones from now. */
export function nextCheckAt(
  payment: { createdAt: Date; expiryTime: Date | null },
  checks: number,
  now: Date,
): Date {
  const early = FIRST_MS.slice(checks)
    .map((delay) => payment.createdAt.getTime() + delay)
    .find((at) => at > now.getTime())
  const expiry = payment.expiryTime?.getTime() ?? payment.createdAt.getTime() + DAY_MS
  const often = now.getTime() < expiry + OFTEN_UNTIL_AFTER_EXPIRY_MS
  const regular = early ?? now.getTime() + (often ? OFTEN_MS : DAY_MS)
  // Just after the deadline the ending is there to be asked: an expiry notice may be the one that got lost.
  const afterExpiry = expiry + 2 * MINUTE_MS
  return new Date(afterExpiry > now.getTime() && afterExpiry < regular ? afterExpiry : regular)
}
