import type { AnyVerb } from './v1/endpoints.ts'

/** The latest requests to the API, for the person who wonders what their program really asked. Never keys, headers, queries or bodies. */
export interface LoggedRequest {
  readonly at: Date
  readonly method: string
  readonly path: string
  readonly verb: AnyVerb | null
  readonly orderId: string | null
  /** Null when the line was cut. */
  readonly httpStatus: number | null
  readonly statusCode: string | null
  readonly message: string | null
  readonly faults: readonly string[]
  /** The answer was one kept for the same Idempotency-Key. */
  readonly replayed: boolean
  readonly durationMs: number
}

export const REQUESTS_KEPT = 500
