/**
 * A recurring or pay-account notice. What its signature is made of is published nowhere, so it is a hint: of an object that we know, Midtrans is asked; the notice itself is never believed.
 */
import { accountIdOf } from '../../gateway/pay-account.ts'
import { subscriptionHint } from '../../gateway/subscription.ts'
import type { WireDocument } from '../../gateway/wire.ts'
import { checkPayAccountSoon } from '../../store/pay-accounts.ts'
import { syncSubscriptionSoon } from '../../store/subscription-syncs.ts'
import type { NewNotification } from '../../store/write-advances.ts'
import type { Context } from '../context.ts'
import type { Receipt } from './receive-notification.ts'
import type { UntrustedDesk } from './untrusted-desk.ts'

export async function receiveHint(
  context: Context,
  untrusted: UntrustedDesk,
  notice: NewNotification,
  document: WireDocument,
): Promise<Receipt> {
  const { about, look } = notice.channel === 'recurring' ? ofSubscription(document) : ofAccount(document)
  const { id, status } = await untrusted.hint(
    about === null ? notice : { ...notice, transactionId: about },
    async () => about !== null && (await look(context, notice.receivedAt)),
  )
  return { status, id: id ?? notice.id }
}

interface Hint {
  /** What the notice is filed under, and closed by when its object was read again. */
  readonly about: string | null
  /** Has Midtrans asked about it soon. True when one of ours is meant. */
  look(context: Context, at: Date): Promise<boolean>
}

function ofAccount(document: WireDocument): Hint {
  const about = accountIdOf(document)
  return {
    about,
    look: async ({ database }, at) => about !== null && checkPayAccountSoon(database, about, at),
  }
}

function ofSubscription(document: WireDocument): Hint {
  const hint = subscriptionHint(document)
  return {
    about: hint.id ?? hint.name,
    look: ({ database }, at) => syncSubscriptionSoon(database, hint, at),
  }
}
