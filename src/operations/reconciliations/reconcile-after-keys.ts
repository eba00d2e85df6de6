/**
 * When the server keys change. While a key was missing, genuine notices looked forged: they were refused, and kept. With the key they verify, so
 *
 *   1. whatever did not verify is verified again, and judged if it does now;
 *   2. every payment that is open, or moved since the first such notice came, is held against Midtrans: more notices came than were kept.
 *
 * A worker does this when the set of keys is another one than the last that it was done for. Several workers share it out by a lease, a second run of any part finds nothing new, and one that dies is gone on
 * with where it was.
 */
import { createHash } from 'node:crypto'
import { secondsAfter } from '../../domain/clock.ts'
import { BayarError } from '../../errors.ts'
import {
  claimKeyPass,
  endKeyPass,
  noteKeyPosition,
  noteVerifiedSince,
  releaseKeyPass,
} from '../../store/key-set.ts'
import { listNotifications, type NotificationRow } from '../../store/notifications.ts'
import { listTouchedPayments } from '../../store/reconciliations.ts'
import type { Context, Merchant } from '../context.ts'
import { replayNotification, verifyAgain } from '../notifications/replay-notifications.ts'
import { createPace } from './pace.ts'
import { readPosition, writePosition } from './position.ts'
import { comparePage, merchantsWithKeys } from './reconcile.ts'

const PAGE = 100
/** Longer than any page takes. */
const LEASE_SECONDS = 300

/** Returns how much there was to do; 0 when the keys are those of the last time. */
export function createKeyWatch(context: Context): () => Promise<number> {
  const digest = digestOf(context.rules.merchants)
  let isDone = false
  return async () => {
    if (isDone) return 0
    const pass = await claimKeyPass(context.database, digest, {
      at: context.clock.now(),
      leaseUntil: leaseEnd(context),
    })
    if (pass === 'taken') return 0
    if (pass === 'same') {
      isDone = true
      return 0
    }
    try {
      const verified = await verifyEverything(context)
      const since = earliest(pass.since, verified.since)
      const compared = since === null ? 0 : await compareSince(context, since, pass.position)
      await endKeyPass(context.database, digest)
      isDone = true
      if (verified.count + compared > 0)
        context.log.info('the server keys changed', { verified: verified.count, compared })
      return verified.count + compared
    } catch (error) {
      await releaseKeyPass(context.database)
      throw error
    }
  }
}

/** Of the set: which key is the first does not change what verifies. */
function digestOf(merchants: readonly Merchant[]): string {
  const keys = merchants.flatMap(({ name, serverKeys }) => serverKeys.map((key) => `${name}\n${key}`)).sort()
  return createHash('sha256')
    .update(`bayar's set of server keys\n${keys.join('\n')}`)
    .digest('hex')
}

async function verifyEverything(context: Context): Promise<{ count: number; since: Date | null }> {
  let count = 0
  let since: Date | null = null
  for (let after: string | null = null; ; ) {
    const page: readonly NotificationRow[] = await listNotifications(context.database, {
      filter: { status: 'invalid_signature' },
      after,
      limit: PAGE,
      descending: false,
    })
    for (const notice of page.slice(0, PAGE)) {
      if (verifyAgain(context, notice) === undefined) continue
      // Before it is trusted: afterwards nobody would know that there was one.
      await noteVerifiedSince(context.database, notice.received_at, leaseEnd(context))
      since = earliest(since, notice.received_at)
      await replayNotification(context, notice.id)
      count++
    }
    if (page.length <= PAGE) return { count, since }
    after = page[PAGE - 1]!.id
  }
}

async function compareSince(context: Context, since: Date, from: string | null): Promise<number> {
  // "Too many requests" ends this turn; the next one goes on from here.
  const pace = createPace(async (_, why) => {
    if (why === 'too_many') throw later()
  })
  let count = 0
  const start = from === null ? null : readPosition(from)
  let after = start?.phase === 'payments' && start.id !== undefined ? start : null
  for (;;) {
    const page = await listTouchedPayments(context.database, {
      merchants: merchantsWithKeys(context),
      since,
      after,
      limit: PAGE,
    })
    const rows = await comparePage(context, page, { pace, fix: true })
    const unanswered = rows.filter(({ difference }) => difference.kind === 'unanswered').length
    // One that cannot be asked about does not keep the others from it; when none can, Midtrans is away.
    if (unanswered > 0 && unanswered >= page.length) throw later()
    for (const { difference } of rows)
      context.log.warn('a payment differed from Midtrans', {
        order_id: difference.orderId,
        kind: difference.kind,
        repaired: difference.isFixed,
      })
    count += page.length
    const last = page.at(-1)
    if (last === undefined || page.length < PAGE) return count
    after = { phase: 'payments', createdAt: last.created_at, id: last.id, explained: {} }
    await noteKeyPosition(context.database, writePosition(after), leaseEnd(context))
  }
}

function later(): BayarError {
  return new BayarError('gateway_unavailable', 'It is asked again shortly.')
}

function leaseEnd(context: Context): Date {
  return secondsAfter(context.clock.now(), LEASE_SECONDS)
}

function earliest(left: Date | null, right: Date | null): Date | null {
  if (left === null || right === null) return left ?? right
  return left < right ? left : right
}
