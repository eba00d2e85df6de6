import { expect, test } from 'vitest'
import { allows } from './plan.ts'

const features = { export: true, beta: false, max_projects: 3, seats: 'unlimited', support: 'mail', none: 0 }

// biome-ignore format: a table is read in columns
test.each([
  ['export',       undefined, true],
  ['beta',         undefined, false],
  ['missing',      undefined, false],
  ['toString',     undefined, false],
  ['max_projects', undefined, true],
  ['max_projects', 3,         true],
  ['max_projects', 4,         false],
  ['none',         undefined, false],
  ['none',         0,         true],
  ['seats',        1_000_000, true],
  ['support',      undefined, true],
  ['support',      1,         false],
  ['export',       1,         false],
] as const)('%s, at least %s: %s', (name, atLeast, allowed) => {
  expect(allows(features, name, atLeast)).toBe(allowed)
})
