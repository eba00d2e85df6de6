/** What a charge asks, as its intent keeps it: JSON with amounts as text, and read back to be sent once more. */
import type { ChargeAsked } from '../../domain/payment.ts'

/** As JSON keeps it: amounts as text, keys in one order, so that equal requests are equal text. */
export function asText(value: unknown): unknown {
  if (typeof value === 'bigint') return value.toString()
  if (Array.isArray(value)) return value.map(asText)
  if (typeof value !== 'object' || value === null) return value
  return Object.fromEntries(
    Object.entries(value)
      .sort(([left], [right]) => (left < right ? -1 : 1))
      .map(([key, inner]) => [key, asText(inner)]),
  )
}

/** The way back. Only we have written it, so it is what `asText` made of a charge. */
export function readAsked(request: unknown): ChargeAsked {
  const kept = request as ChargeAsked & { grossAmount: string }
  return {
    ...kept,
    grossAmount: BigInt(kept.grossAmount),
    items: kept.items.map((item) => ({ ...item, price: BigInt(item.price) })),
  }
}
