/** Every refusal in one form, RFC 9457: what it is, what was wrong with which field, and whether to try again. */
import { BayarError, ERRORS, type ErrorCode, isBayarError, type Problem } from '../errors.ts'
import { type Log, reasonOf } from '../operations/log.ts'

export interface ProblemAnswer {
  readonly status: number
  readonly headers: Readonly<Record<string, string>>
  readonly body: ProblemBody
}

export interface ProblemBody {
  /** Where the code is explained. */
  readonly type: string
  readonly title: string
  readonly status: number
  readonly detail: string
  readonly code: ErrorCode
  readonly retry: 'never' | 'later' | 'after_check'
  readonly problems: readonly Problem[]
  readonly details?: Readonly<Record<string, unknown>>
  readonly request_id: string
}

const RETRY_AFTER_SECONDS = 5
/** Their sentence tells the caller about the caller's own request. What we say of our other failures names hosts, files and settings, which are the operator's business: it goes to the log. */
const TOLD_IN_FULL: ReadonlySet<ErrorCode> = new Set([
  'gateway_denied_keys',
  'gateway_unavailable',
  'overloaded',
])

export interface Asked {
  readonly requestId: string
  readonly basePath: string
  readonly log: Log
}

export function problemAnswer(thrown: unknown, asked: Asked): ProblemAnswer {
  const error = isBayarError(thrown) ? thrown : new BayarError('internal')
  const isOurs = error.status >= 500 && !TOLD_IN_FULL.has(error.code)
  if (error.status >= 500)
    asked.log.error('request failed', {
      request_id: asked.requestId,
      code: error.code,
      reason: reasonOf(error.cause ?? thrown),
    })
  const { problems = [], retry_after_seconds, ...details } = isOurs ? {} : error.details
  const headers: Record<string, string> = {
    'content-type': 'application/problem+json',
    'x-request-id': asked.requestId,
  }
  if (error.retry === 'later' && error.status !== 408)
    headers['retry-after'] = String(retry_after_seconds ?? RETRY_AFTER_SECONDS)
  if (error.code === 'not_authenticated') headers['www-authenticate'] = 'Bearer realm="bayar"'
  if (error.code === 'too_slow') headers.connection = 'close'
  if (error.code === 'method_not_allowed' && Array.isArray(details.allow))
    headers.allow = details.allow.join(', ')
  return {
    status: error.status,
    headers,
    body: {
      type: `${asked.basePath}/docs#${error.code}`,
      title: ERRORS[error.code].says,
      status: error.status,
      detail: isOurs ? ERRORS[error.code].says : error.message,
      code: error.code,
      retry: error.retry,
      problems,
      ...(Object.keys(details).length > 0 ? { details } : {}),
      request_id: asked.requestId,
    },
  }
}

export function problemResponse(thrown: unknown, asked: Asked): Response {
  return responseOf(problemAnswer(thrown, asked))
}

export function responseOf({ status, headers, body }: ProblemAnswer): Response {
  return new Response(JSON.stringify(body), { status, headers })
}
