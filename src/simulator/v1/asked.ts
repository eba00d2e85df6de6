import type { V1Verb } from './endpoints.ts'

export interface V1Asked {
  readonly request: Request
  readonly verb: V1Verb
  /** From the path; empty for endpoints without one. */
  readonly id: string
  /** The parsed body; undefined when there is none, or it is not JSON. */
  readonly body: unknown
  /** Where the simulator was reached, for the addresses that it answers. */
  readonly origin: string
}
