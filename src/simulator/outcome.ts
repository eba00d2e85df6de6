import {
  type ActionName,
  actionDocument,
  chargeDocument,
  refundDocument,
  statusB2bDocument,
  statusDocument,
  type View,
} from './documents.ts'
import { type RefusalName, refusalDocument } from './refusals.ts'
import type { Refund } from './transaction.ts'
import type { World } from './world.ts'

/** What came of a request, before it is a document: this is what an Idempotency-Key keeps. */
export type Outcome =
  | { readonly kind: 'charge' | ActionName | 'status'; readonly view: View }
  | { readonly kind: 'status_b2b'; readonly views: readonly View[] }
  | { readonly kind: 'refund'; readonly view: View; readonly refund: Refund }
  | { readonly kind: 'refusal'; readonly name: RefusalName; readonly problems: readonly string[] }

export function refused(name: RefusalName, problems: readonly string[] = []): Outcome {
  return { kind: 'refusal', name, problems }
}

interface Document {
  readonly status_code: string
  readonly status_message: string
}

export function documentOf(world: World, outcome: Outcome): Document {
  const { merchant } = world
  switch (outcome.kind) {
    case 'refusal':
      return refusalDocument(outcome.name, outcome.problems, world.answerIds)
    case 'charge':
      return chargeDocument(outcome.view, merchant)
    case 'status':
      return statusDocument(outcome.view, merchant)
    case 'status_b2b':
      return statusB2bDocument(outcome.views, merchant)
    case 'refund':
      return refundDocument(outcome.view, outcome.refund, merchant)
    default:
      return actionDocument(outcome.kind, outcome.view, merchant)
  }
}
