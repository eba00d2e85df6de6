/** Money is whole rupiah: `bigint` inside and in SQL, a safe-integer `number` at the surface. */
export type Rupiah = bigint

const SURFACE_MAX = BigInt(Number.MAX_SAFE_INTEGER)

/**
 * Reads an amount as Midtrans writes it: "100000.00", "100000", 100000 or 1000.0. Anything else (cents, signs, exponents, spaces)
 * is `undefined`, never a rounded guess: a misread amount would settle an order for the wrong money.
 */
export function parseRupiah(text: unknown): Rupiah | undefined {
  const written = typeof text === 'number' && Number.isSafeInteger(text) ? String(text) : text
  if (typeof written !== 'string') return undefined
  const match = /^(\d{1,15})(?:\.0{1,2})?$/.exec(written)
  return match ? BigInt(match[1]!) : undefined
}

/** For objects, events and JSON. */
export function toNumber(amount: Rupiah): number {
  if (amount > SURFACE_MAX || amount < -SURFACE_MAX)
    throw new RangeError('an amount is beyond what JSON carries exactly')
  return Number(amount)
}

/** As Midtrans writes amounts in answers and notifications. */
export function toWire(amount: Rupiah): string {
  return `${amount}.00`
}

export function min(left: Rupiah, right: Rupiah): Rupiah {
  return left < right ? left : right
}

export function max(left: Rupiah, right: Rupiah): Rupiah {
  return left > right ? left : right
}
