/**
 * A recurring or pay-account notice. What its signature is made of is published nowhere, so it is a hint: of an object that we know, Midtrans is asked; the notice itself is never believed.
 */
import { accountIdOf } from '../../gateway/pay-account.ts'
import type { WireDocument } from '../../gateway/wire.ts'
import { checkPayAccountSoon } from '../../store/pay-accounts.ts'
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
  const accountId = notice.channel === 'pay_account' ? accountIdOf(document) : null
  const { id, status } = await untrusted.hint(
    accountId === null ? notice : { ...notice, transactionId: accountId },
    async () =>
      accountId !== null && (await checkPayAccountSoon(context.database, accountId, notice.receivedAt)),
  )
  return { status, id: id ?? notice.id }
}
