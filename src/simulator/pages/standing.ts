import { type State, stateOf } from '../lifecycle.ts'
import type { Transaction } from '../transaction.ts'
import type { CheckoutWord } from './checkout-words.ts'

/** How a try stands, as its customer is told. A held card is `capture` by the gateway's word, and yet nothing is paid: whoever reads “Paid” there waits for goods that may never come. */
interface Standing {
  /** Null while the customer still has to do something. */
  readonly says: CheckoutWord | null
  readonly tone: 'good' | 'wait' | 'bad' | ''
  /** What snap.js hears. */
  readonly event: 'success' | 'pending' | 'denied' | 'open'
  /** In the query of the finish address. */
  readonly code: '200' | '201' | '202'
}

// biome-ignore format: a table is read in columns
const STANDINGS: Readonly<Record<State, Standing>> = {
  pending:            { says: null,         tone: 'wait', event: 'pending', code: '201' },
  challenge:          { says: 'in_review',  tone: 'wait', event: 'pending', code: '201' },
  authorize:          { says: 'reserved',   tone: 'good', event: 'success', code: '200' },
  capture:            { says: 'paid',       tone: 'good', event: 'success', code: '200' },
  settlement:         { says: 'paid',       tone: 'good', event: 'success', code: '200' },
  partial_refund:     { says: 'part_back',  tone: 'good', event: 'open',    code: '200' },
  partial_chargeback: { says: 'part_back',  tone: 'good', event: 'open',    code: '200' },
  refund:             { says: 'given_back', tone: '',     event: 'open',    code: '200' },
  chargeback:         { says: 'given_back', tone: '',     event: 'open',    code: '200' },
  deny:               { says: 'not_paid',   tone: 'bad',  event: 'denied',  code: '202' },
  cancel:             { says: 'not_paid',   tone: 'bad',  event: 'denied',  code: '202' },
  expire:             { says: 'not_paid',   tone: 'bad',  event: 'denied',  code: '202' },
  failure:            { says: 'not_paid',   tone: 'bad',  event: 'denied',  code: '202' },
}

export function standingOf(one: Transaction): Standing {
  return STANDINGS[stateOf(one)]
}
