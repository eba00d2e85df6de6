import { checkCustomer, checkItems, ORDER_ID, ORDER_ID_SAYS } from '../check-charge.ts'
import type { Reader } from '../reader.ts'
import { readOrderTime } from '../wib-time.ts'

/** What Snap and payment links ask of an order; the same as Core, and all mistakes at once. */
export function checkOrder(
  read: Reader,
  problems: string[],
  { idMost = 50, needsAmount = true } = {},
): { readonly orderId: string; readonly amount: number } | undefined {
  const details = read.object('transaction_details', true)
  const orderId = details?.text('order_id', {
    required: true,
    most: idMost,
    pattern: ORDER_ID,
    says: ORDER_ID_SAYS,
  })
  const amount = needsAmount ? details?.amount('gross_amount') : 0
  checkItems(read, needsAmount ? amount : undefined, problems)
  checkCustomer(read)
  for (const field of ['custom_field1', 'custom_field2', 'custom_field3']) read.text(field, { most: 255 })
  return orderId === undefined || amount === undefined ? undefined : { orderId, amount }
}

const UNIT_SECONDS: Readonly<Record<string, number>> = { second: 1, minute: 60, hour: 3600, day: 86_400 }

/** `expiry` and `page_expiry`: a duration, its unit in singular or plural, and perhaps where it starts. */
export function checkExpiry(
  read: Reader,
  field: string,
  range: { readonly least: number; readonly most: number },
  problems: string[],
): { readonly startMs: number | null; readonly seconds: number } | undefined {
  const expiry = read.object(field, false)
  if (!expiry) return undefined
  const duration = expiry.whole('duration', { required: true, least: 1 })
  const unit = expiry.text('unit', { required: true })
  const written = expiry.text('start_time', {})
  const startMs = written === undefined ? null : readOrderTime(written)
  if (startMs === undefined) problems.push(`${field}.start_time must be formatted as yyyy-MM-dd HH:mm:ss Z`)
  const perUnit = unit === undefined ? undefined : UNIT_SECONDS[unit.replace(/s$/, '')]
  if (unit !== undefined && perUnit === undefined)
    problems.push(`${field}.unit must be one of second, minute, hour, day`)
  if (duration === undefined || perUnit === undefined || startMs === undefined) return undefined
  const seconds = duration * perUnit
  if (seconds < range.least || seconds > range.most)
    problems.push(`${field}.duration must be between ${range.least} seconds and ${range.most / 86_400} days`)
  return { startMs, seconds }
}
