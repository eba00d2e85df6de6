/**
 * Where notices go that nobody can vouch for: a wrong signature, or a channel that has none. They are kept under a cap, because Midtrans sends them again when it was our key that was wrong; a
 * stranger gains nothing.
 *
 * One is written at a time, and few may wait: a flood of forgeries takes one connection and leaves the others to what is genuine. What finds no place is only counted, and refused like the rest.
 */
import { createHash } from 'node:crypto'
import { connectionLost, unreachable } from '../../store/database.ts'
import { recordUntrusted } from '../../store/notifications.ts'
import { checkSoon } from '../../store/open-payments.ts'
import type { NewNotification } from '../../store/write-advances.ts'
import type { Context } from '../context.ts'
import { minuteOf, type RefusalCounter } from './refusal-counter.ts'

const WAITING_MAX = 200

export interface UntrustedDesk {
  /** A signature that does not verify. */
  forged(notice: NewNotification): Promise<void>
  /** A recurring or pay-account notice: a hint, never believed. `isOurs` asks, in its turn, whether we know what it is about. */
  hint(
    notice: NewNotification,
    isOurs: () => Promise<boolean>,
  ): Promise<{ readonly id: string | null; readonly status: 'received' | 'foreign' }>
}

type Kept = 'invalid_signature' | 'foreign' | 'received'

interface Recorded<Status extends Kept> {
  readonly id: string | null
  readonly paymentId: string | null
  readonly status: Status
}

export function createUntrustedDesk(context: Context, refusals: RefusalCounter): UntrustedDesk {
  let waiting = 0
  let last: Promise<unknown> = Promise.resolve()

  function record<Status extends Kept>(
    notice: NewNotification,
    otherwise: Status,
    judge: () => Promise<Status>,
  ): Promise<Recorded<Status>> {
    if (waiting >= WAITING_MAX) {
      refusals.count('untrusted')
      return Promise.resolve({ id: null, paymentId: null, status: otherwise })
    }
    waiting++
    const mine = last
      .catch(() => {})
      .then(async () => {
        const status = await judge()
        const recorded = await recordUntrusted(context.database, notice, {
          digest: digestOf(notice.raw),
          status,
          error: null,
          minute: minuteOf(notice.receivedAt),
        })
        return { ...recorded, status }
      })
      .finally(() => waiting--)
    last = mine
    return mine.catch((error: unknown) => {
      throw connectionLost(error) ? unreachable(error) : error
    })
  }

  return {
    async forged(notice) {
      const { paymentId } = await record(notice, 'invalid_signature', async () => 'invalid_signature')
      // Perhaps our key is the wrong one: a known order is asked about at Midtrans, not believed.
      if (paymentId !== null) await checkSoon(context.database, paymentId, notice.receivedAt)
      context.log.warn('notification with a wrong signature', {
        order_id: paymentId === null ? null : notice.orderId,
      })
    },
    hint: (notice, isOurs) =>
      record<'received' | 'foreign'>(notice, 'foreign', async () =>
        (await isOurs()) ? 'received' : 'foreign',
      ),
  }
}

function digestOf(bytes: Uint8Array): string {
  const hex = createHash('sha256').update(bytes).digest('hex')
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-${hex.slice(12, 16)}-${hex.slice(16, 20)}-${hex.slice(20, 32)}`
}
