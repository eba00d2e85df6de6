/** Where a reconciliation stands, as text: another process goes on behind it. It is taken after a page whose rows were all handed over. */
import { isUuid } from '../../domain/uuid.ts'
import { BayarError } from '../../errors.ts'

export type Position = Readonly<{ explained: Readonly<Record<string, string>> }> &
  (
    | { readonly phase: 'payments'; readonly createdAt: Date; readonly id: string }
    | { readonly phase: 'orders'; readonly merchant: string; readonly orderId: string }
    | {
        readonly phase: 'payments' | 'orders' | 'balance' | 'end'
        readonly id?: never
        readonly orderId?: never
      }
  )

export function writePosition(position: Position): string {
  return Buffer.from(JSON.stringify(position)).toString('base64url')
}

export function readPosition(text: string): Position {
  try {
    const read = JSON.parse(Buffer.from(text, 'base64url').toString('utf8')) as Record<string, unknown>
    const { phase, createdAt, id, merchant, orderId } = read
    const explained = (read.explained ?? {}) as Record<string, string>
    if (Object.values(explained).every((amount) => /^-?\d+$/.test(amount))) {
      if (phase === 'payments' && typeof id === 'string' && isUuid(id))
        return { phase, createdAt: new Date(String(createdAt)), id, explained }
      if (phase === 'orders' && typeof merchant === 'string' && typeof orderId === 'string')
        return { phase, merchant, orderId, explained }
      if (phase === 'payments' || phase === 'orders' || phase === 'balance' || phase === 'end')
        return { phase, explained }
    }
  } catch {
    // Not one of ours, as below.
  }
  throw new BayarError('invalid_request', 'after: use the `position` of an earlier run.', {
    details: { problems: [{ field: 'after', reason: 'is not one of ours' }] },
  })
}
