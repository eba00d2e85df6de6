/**
 * A notification, in a straight line: read → verify → translate → record and apply (one commit) → answer. The 200 is a promise: it is given only after the commit.
 *
 * Once a signature verifies, nothing else in the body leads to a 4xx: what cannot be understood is stored `failed`, to be replayed by a later version.
 */
import { uuidv7 } from '../../domain/uuid.ts'
import { BayarError } from '../../errors.ts'
import { noticeColumns } from '../../gateway/notice-columns.ts'
import { readDocument, signedFields } from '../../gateway/read-document.ts'
import { type MerchantKey, matchKey } from '../../gateway/signature.ts'
import { translate } from '../../gateway/translate.ts'
import type { WireDocument } from '../../gateway/wire.ts'
import { connectionLost, mustRunAgain, unreachable } from '../../store/database.ts'
import { recordFailed } from '../../store/notifications.ts'
import type { NewNotification, NotificationStatus } from '../../store/write-advances.ts'
import type { Context } from '../context.ts'
import { reasonOf } from '../log.ts'
import { applyNotification } from './apply-notification.ts'
import type { NotificationIntake } from './notification-intake.ts'
import { receiveHint } from './receive-hint.ts'
import type { RefusalCounter } from './refusal-counter.ts'
import type { UntrustedDesk } from './untrusted-desk.ts'

/** After so long the 200 goes out and the application goes on: Midtrans wants an answer within five seconds. */
const APPLY_WAIT_MS = 2_000

export interface Received {
  readonly body: Uint8Array
  readonly channel: NewNotification['channel']
  /** The sender's address. */
  readonly sender: string | null
}

/** Made once per instance. */
export interface NotificationParts {
  readonly context: Context
  readonly intake: NotificationIntake
  readonly refusals: RefusalCounter
  readonly untrusted: UntrustedDesk
}

export interface Receipt {
  readonly status: NotificationStatus
  readonly id: string
}

export async function receiveNotification(
  { context, intake, refusals, untrusted }: NotificationParts,
  received: Received,
): Promise<Receipt> {
  // 1. Read.
  const document = readDocument(received.body)
  if (document === undefined) {
    refusals.count('malformed')
    throw new BayarError('notification_malformed', 'It must be a JSON object, nested at most 64 deep.')
  }
  const at = context.clock.now()

  // 2. Verify. The key that fits names the merchant.
  const fields = signedFields(document)
  const merchant = fields && matchKey(fields, keysOf(context))
  if (merchant === undefined) {
    const notice = newNotice(received, document, null, at)
    if (received.channel !== 'payment') return receiveHint(context, untrusted, notice, document)
    await untrusted.forged(notice)
    throw new BayarError(
      'notification_unsigned',
      'Check that MIDTRANS_SERVER_KEY is the key of the account that sends this.',
    )
  }

  // 3. Translate.
  const notice = newNotice(received, document, merchant, at)
  const news = translate(document, { source: 'notification', confirmed: false, notificationId: notice.id })
  if ('problem' in news || notice.orderId === null) {
    const problem = 'problem' in news ? news.problem : 'It names no order.'
    await orUnreachable(recordFailed(context.database, notice, problem))
    context.log.warn('notification not understood', { id: notice.id, order_id: notice.orderId, problem })
    return { status: 'failed', id: notice.id }
  }

  // 4. Record and apply: one commit for a whole batch of these.
  const incoming = {
    merchant,
    orderId: notice.orderId,
    news,
    arriving: { ...notice, fingerprint: news.fingerprint },
  }
  const advanced = await submit(context, intake, incoming)
  if (advanced.verdict === 'look_up') {
    context.wake('notifications')
    return { status: 'received', id: notice.id }
  }
  if (advanced.verdict !== 'deferred') return { status: advanced.verdict, id: notice.id }

  // 5. A handler of the merchant belongs into the transaction: it is stored, and applied in one of its own before the answer, if that is quick.
  return { status: await applySoon(context, notice.id), id: notice.id }
}

/** Every key of every account, those that are being rotated out as well. */
export function keysOf({ rules }: Context): readonly MerchantKey[] {
  return rules.merchants.flatMap(({ name, serverKeys }) =>
    serverKeys.map((serverKey) => ({ merchant: name, serverKey })),
  )
}

async function submit(
  context: Context,
  intake: NotificationIntake,
  incoming: Parameters<NotificationIntake['submit']>[0],
) {
  try {
    return await intake.submit(incoming)
  } catch (error) {
    if (error instanceof BayarError) throw error
    if (connectionLost(error)) throw unreachable(error)
    // Someone else holds what it needs: nothing is wrong with it, and Midtrans sends it again.
    if (mustRunAgain(error)) throw new BayarError('overloaded', 'The payment is busy.', { cause: error })
    // The database refused this very row. It is genuine, so it must not be lost: stored as it came, without what was wrong.
    const reason = reasonOf(error)
    await orUnreachable(recordFailed(context.database, incoming.arriving!, reason))
    context.log.error('notification could not be applied', {
      id: incoming.arriving!.id,
      order_id: incoming.orderId,
      reason,
    })
    return { verdict: 'failed' as const, paymentId: null, error: reason }
  }
}

async function applySoon(context: Context, id: string): Promise<NotificationStatus> {
  // A process without the handler leaves it to one that has it.
  if (context.handlers.missing().length > 0) return 'received'
  const applied = applyNotification(context, id).catch((error: unknown) => {
    context.log.error('notification could not be applied', { id, reason: reasonOf(error) })
    return 'received' as const
  })
  let timer: NodeJS.Timeout | undefined
  const late = new Promise<NotificationStatus>((resolve) => {
    timer = setTimeout(() => resolve('received'), APPLY_WAIT_MS)
  })
  try {
    return await Promise.race([applied, late])
  } finally {
    clearTimeout(timer)
  }
}

function newNotice(
  received: Received,
  document: WireDocument,
  merchant: string | null,
  at: Date,
): NewNotification {
  return {
    id: uuidv7(),
    channel: received.channel,
    merchant,
    raw: received.body,
    ...noticeColumns(document),
    fingerprint: null,
    sender: received.sender,
    receivedAt: at,
  }
}

async function orUnreachable<T>(work: Promise<T>): Promise<T> {
  try {
    return await work
  } catch (error) {
    throw connectionLost(error) ? unreachable(error) : error
  }
}
