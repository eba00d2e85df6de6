/**
 * Where Midtrans's notifications arrive: the hot path, so nothing stands between the server and it. The answers are few, and none of them is a 500, whatever a stranger sends:
 * 200 stored · 400 no JSON object · 403 not signed by us · 408 too slow · 413 too large · 503 cannot be stored now, which is the status after which Midtrans tries most often again.
 */
import { uuidv7 } from '../../domain/uuid.ts'
import { BayarError, isBayarError } from '../../errors.ts'
import { reasonOf } from '../../operations/log.ts'
import type { Received } from '../../operations/notifications/receive-notification.ts'
import { LIMITS } from '../limits.ts'
import type { HttpParts } from '../parts.ts'
import { type ProblemAnswer, problemAnswer } from '../problems.ts'
import { type Arriving, readBody, SenderGone } from '../read-body.ts'
import { senderReader } from '../sender.ts'

/** The JSON of a 200, or a refusal. Whoever asked writes it in the way of its server. */
export type Receive = (
  request: Arriving,
  env: unknown,
  channel: Received['channel'],
) => Promise<string | ProblemAnswer>

export function notificationReceiver({
  bayar: { notifications },
  settings,
  log,
  limits = LIMITS,
}: HttpParts): Receive {
  const senderOf = senderReader(settings.trustedProxies ?? [])
  const basePath = settings.basePath ?? ''

  return async (request, env, channel) => {
    try {
      const body = await readBody(request, env, limits)
      const { status, id } = await notifications.receive({ body, channel, sender: senderOf(request, env) })
      return `{"status":"${status}","id":"${id}"}`
    } catch (error) {
      const refusal = refusalOf(error)
      if (refusal.code === 'too_large' || refusal.code === 'too_slow') {
        // The sender is answered whether or not it could be counted.
        notifications
          .refuse(refusal.code)
          .catch((failed: unknown) => log.warn('refused body not counted', { reason: reasonOf(failed) }))
      }
      return problemAnswer(refusal, { requestId: uuidv7(), basePath, log })
    }
  }
}

/** Whatever is wrong on our side, keys and schema included, is no fault of the notification, and passes: it must come again. */
function refusalOf(error: unknown): BayarError {
  if (error instanceof SenderGone) return new BayarError('notification_malformed', 'It broke off.')
  if (isBayarError(error) && (error.status < 500 || error.code === 'overloaded')) return error
  return new BayarError('notification_not_stored', '', { cause: error })
}
