/**
 * Idempotency-Key: a request that is sent again under its name is done once and answered as the first time. It guards the caller's own retry; what guards the money is the payment's order id and its intent.
 */
import { createHash } from 'node:crypto'
import { secondsAfter } from '../../domain/clock.ts'
import { BayarError } from '../../errors.ts'
import {
  type ApiRequestName,
  claimApiRequest,
  finishApiRequest,
  releaseApiRequest,
} from '../../store/api-requests.ts'
import type { Context } from '../context.ts'
import { reasonOf } from '../log.ts'

export interface ApiAnswer {
  readonly status: number
  readonly body: Uint8Array
}

export interface ApiRequests {
  /** Runs `work` unless a run under this name has ended: then its answer is given again. Only an answer that is `kept` is remembered; after any other the request may be tried again. */
  once<Answer extends ApiAnswer>(
    request: ApiRequestName & { readonly body: Uint8Array },
    work: () => Promise<{ readonly answer: Answer; readonly isKept: boolean }>,
  ): Promise<
    | { readonly answer: Answer; readonly isReplay: false }
    | { readonly answer: ApiAnswer; readonly isReplay: true }
  >
}

const REMEMBERED_SECONDS = 24 * 3600

export function bindApiRequests(context: () => Promise<Context>): ApiRequests {
  return {
    async once({ body, ...name }, work) {
      const { database, clock, log, rules } = await context()
      const at = clock.now()
      const bodyDigest = createHash('sha256').update(body).digest()
      const other = await claimApiRequest(database, name, {
        bodyDigest,
        at,
        forgottenBefore: secondsAfter(at, -REMEMBERED_SECONDS),
        // Longer than any request of ours takes, which is two calls to Midtrans: the process that ran it is gone.
        deadBefore: secondsAfter(at, -(2 * rules.gatewayDeadlineSeconds + 60)),
      })
      if (other && !other.body_digest.equals(bodyDigest))
        throw new BayarError('idempotency_key_reused', 'Use a new key for a new request.')
      if (other?.status === null)
        throw new BayarError('idempotency_key_in_use', '', { details: { retry_after_seconds: 2 } })
      if (other)
        return { answer: { status: other.status, body: other.response ?? new Uint8Array() }, isReplay: true }
      try {
        const { answer, isKept } = await work()
        if (isKept)
          await finishApiRequest(database, name, {
            claimedAt: at,
            status: answer.status,
            response: Buffer.from(answer.body),
          })
        else await releaseApiRequest(database, name, at)
        return { answer, isReplay: false }
      } catch (error) {
        await releaseApiRequest(database, name, at).catch((failed: unknown) =>
          log.warn('idempotency key not released', { reason: reasonOf(failed) }),
        )
        throw error
      }
    },
  }
}
