/** Which paths take notifications, and as what. */
export const NOTIFICATION_PATHS = {
  '/midtrans/api/notification': 'payment',
  '/midtrans/api/notification/recurring': 'recurring',
  '/midtrans/api/notification/pay-account': 'pay_account',
  '/api/subscriptions/webhook/notification': 'payment',
} as const

/** With and without the last slash is the same address. A redirect would lose the body of a POST. */
export function withoutLastSlash(path: string): string {
  return path.length > 1 && path.endsWith('/') ? path.slice(0, -1) : path
}

/** The path of an absolute URL, without the cost of parsing it. */
export function pathOf(url: string): string {
  const begin = url.indexOf('/', url.indexOf('://') + 3)
  if (begin === -1) return '/'
  for (let at = begin; at < url.length; at++) {
    const letter = url.charCodeAt(at)
    if (letter === 0x3f || letter === 0x23) return url.slice(begin, at)
  }
  return url.slice(begin)
}
