import {
  type ActionName,
  actionDocument,
  captureDeniedDocument,
  chargeDocument,
  refundDeniedDocument,
  refundDocument,
  statusB2bDocument,
  statusDocument,
} from './documents.ts'
import { type RefusalName, refusalDocument } from './refusals.ts'
import type { Refund, Transaction } from './transaction.ts'
import type { View } from './view.ts'
import type { World } from './world.ts'

/** What came of a request, before it is a document: this is what an Idempotency-Key keeps. */
export type Outcome =
  | { readonly kind: 'charge' | ActionName | 'status'; readonly view: View }
  | { readonly kind: 'status_b2b'; readonly views: readonly View[] }
  | { readonly kind: 'refund'; readonly view: View; readonly refund: Refund }
  | { readonly kind: 'refund_denied'; readonly view: View; readonly key: string | null }
  | { readonly kind: 'capture_denied'; readonly view: View }
  /** Of endpoints that are about no transaction. */
  | { readonly kind: 'document'; readonly http: number; readonly document: Document | string }
  | { readonly kind: 'refusal'; readonly name: RefusalName; readonly problems: readonly string[] }

export function refused(name: RefusalName, problems: readonly string[] = []): Outcome {
  return { kind: 'refusal', name, problems }
}

/** What the log and the mirror of codes look at; some documents have neither. */
interface Document {
  readonly status_code?: string
  readonly status_message?: string
}

/** For a file: a transaction by its sequence. */
export function outcomeRecord(outcome: Outcome): unknown {
  if (!('view' in outcome)) return outcome
  return { ...outcome, view: { ...outcome.view, transaction: outcome.view.transaction.sequence } }
}

export function outcomeIn(
  record: unknown,
  find: (sequence: number) => Transaction | undefined,
): Outcome | undefined {
  const kept = record as
    | Outcome
    | { readonly view: Omit<View, 'transaction'> & { readonly transaction: number } }
  if (!('view' in kept)) return kept
  const transaction = typeof kept.view.transaction === 'number' ? find(kept.view.transaction) : undefined
  return transaction && ({ ...kept, view: { ...kept.view, transaction } } as Outcome)
}

export function documentOf(world: World, outcome: Outcome, origin: string): Document | string {
  const { merchant } = world
  switch (outcome.kind) {
    case 'refusal':
      return refusalDocument(outcome.name, outcome.problems, world.answerIds)
    case 'charge':
      return chargeDocument(outcome.view, merchant, origin)
    case 'status':
      return statusDocument(outcome.view, merchant)
    case 'status_b2b':
      return statusB2bDocument(outcome.views, merchant)
    case 'refund':
      return refundDocument(outcome.view, outcome.refund, merchant)
    case 'refund_denied':
      return refundDeniedDocument(outcome.view, outcome.key, merchant)
    case 'capture_denied':
      return captureDeniedDocument(outcome.view, merchant)
    case 'document':
      return outcome.document
    default:
      return actionDocument(outcome.kind, outcome.view, merchant)
  }
}
