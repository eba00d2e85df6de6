/**
 * A notification for whoever has no bayar: its bytes in, its document out, and an error in place of what this account's key has not signed. One call, so that nobody reads a document that
 * was not verified; and with Web Crypto, so that it runs wherever there is a `fetch`.
 *
 * ```ts
 * import { readNotification } from 'bayar/midtrans'
 *
 * const notification = await readNotification(await request.arrayBuffer(), serverKey)
 * ```
 *
 * The signature covers neither `transaction_status` nor `transaction_id`: before anything of value is given away, ask `midtrans.status(…)`.
 */
import { BayarError } from '../errors.ts'
import type { Told } from './api-documents.ts'
import { readDocument, signedFields } from './read-document.ts'
import { verifySignatureByWebCrypto } from './signature.ts'
import type { NotificationDocument } from './wire.ts'

export async function readNotification(
  body: Uint8Array | ArrayBuffer | string,
  serverKey: string,
): Promise<Told<NotificationDocument>> {
  const document = readDocument(
    typeof body === 'string' ? new TextEncoder().encode(body) : new Uint8Array(body),
  )
  if (document === undefined) throw new BayarError('notification_malformed')
  const fields = signedFields(document)
  if (fields === undefined || !(await verifySignatureByWebCrypto(fields, serverKey)))
    throw new BayarError('notification_unsigned')
  return document as Told<NotificationDocument>
}
