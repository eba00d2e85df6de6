/** What is sold again and again: a price, a rhythm, and what it allows. */
import type { Rhythm } from './billing-period.ts'
import type { Rupiah } from './money.ts'

export const PLAN_STATUSES = ['active', 'inactive', 'archived'] as const
/** Only an active one is sold. Who has it keeps it, whatever becomes of it. */
export type PlanStatus = (typeof PLAN_STATUSES)[number]

/** true or false, a limit, or a word of the host's. `unlimited` is above every limit. */
export type Feature = boolean | number | string | null
export type Features = Readonly<Record<string, Feature>>

export const UNLIMITED = 'unlimited'

export interface PlanTerms {
  readonly price: Rupiah
  readonly rhythm: Rhythm
  /** null is without end. */
  readonly cyclesMax: number | null
}

/** Whether this feature is there; with a number, whether its limit is at least that. What is not named is not allowed. */
export function allows(features: Features, name: string, atLeast?: number): boolean {
  const feature = Object.hasOwn(features, name) ? features[name] : undefined
  if (feature === undefined || feature === null || feature === false) return false
  if (feature === UNLIMITED) return true
  if (atLeast === undefined) return feature !== 0 && feature !== ''
  return typeof feature === 'number' && feature >= atLeast
}
