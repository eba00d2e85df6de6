import { expect, test } from 'vitest'
import {
  ATTEMPT_LIFECYCLE,
  ATTEMPT_STATUSES,
  type AttemptStatus,
  type From,
  judge,
} from './attempt-lifecycle.ts'

// biome-ignore format: a table is read in columns
const short: Record<string, From> = {
  'none': 'none', 'pend': 'pending', 'chal': 'challenged', 'auth': 'authorized', 'capt': 'captured', 'sett': 'settled', 'part': 'partially_refunded',
  'refd': 'refunded', 'pcbk': 'partially_charged_back', 'cbck': 'charged_back', 'deny': 'denied', 'canc': 'cancelled', 'expd': 'expired', 'fail': 'failed', 'revd': 'reversed',
}

// Read it aloud: known as the row, told as the column. → moves, = repeats, · is old news, ! contradicts.
const MATRIX = `
      pend auth chal capt sett deny expd fail canc revd part refd pcbk cbck
none  →    →    →    →    →    →    →    →    →    →    →    →    →    →
pend  =    →    →    →    →    →    →    →    →    →    →    →    →    →
auth  ·    =    →    →    →    →    →    →    →    →    →    →    →    →
chal  ·    ·    =    →    →    →    →    →    →    →    →    →    →    →
capt  ·    ·    ·    =    →    !    ·    !    →    →    →    →    →    →
sett  ·    ·    ·    ·    =    !    ·    !    !    →    →    →    →    →
part  ·    ·    ·    ·    ·    !    ·    !    !    !    =    →    →    →
refd  ·    ·    ·    ·    ·    !    ·    !    !    !    ·    =    !    !
pcbk  ·    ·    ·    ·    ·    !    ·    !    !    !    ·    !    =    →
cbck  ·    ·    ·    ·    ·    !    ·    !    !    !    ·    !    ·    =
deny  ·    ·    ·    !    !    =    ·    ·    ·    ·    !    !    !    !
canc  ·    ·    ·    ·    !    ·    ·    ·    =    ·    !    !    !    !
expd  ·    ·    ·    →    →    ·    =    ·    ·    ·    →    →    →    →
fail  ·    ·    ·    !    !    ·    ·    =    ·    ·    !    !    !    !
revd  ·    ·    ·    ·    ·    ·    ·    ·    ·    =    !    !    !    !
`
const SIGN = { move: '→', unchanged: '=', stale: '·', conflict: '!' } as const

test('the whole matrix, computed from the table', () => {
  const lines = MATRIX.trim().split('\n')
  const told = lines[0]!.trim().split(/\s+/)
  for (const line of lines.slice(1)) {
    const [known, ...signs] = line.trim().split(/\s+/)
    const computed = told.map((one) => SIGN[judge(short[known!]!, short[one]! as AttemptStatus)])
    expect(`${known} ${computed.join(' ')}`).toBe(`${known} ${signs.join(' ')}`)
  }
  expect(told).toHaveLength(ATTEMPT_STATUSES.length)
})

test('the table is acyclic: only then is old news told from a contradiction', () => {
  const finished = new Set<string>()
  const visit = (status: AttemptStatus, path: readonly string[]): void => {
    expect(path, `a cycle: ${[...path, status].join(' → ')}`).not.toContain(status)
    if (finished.has(status)) return
    for (const next of ATTEMPT_STATUSES) {
      if (ATTEMPT_LIFECYCLE[next].from.includes(status)) visit(next, [...path, status])
    }
    finished.add(status)
  }
  for (const status of ATTEMPT_STATUSES) visit(status, [])
  expect(finished.size).toBe(ATTEMPT_STATUSES.length)
})

test('every status can be the first that is heard, and each row names a signal of its own', () => {
  for (const status of ATTEMPT_STATUSES) expect(ATTEMPT_LIFECYCLE[status].from).toContain('none')
  const signals = ATTEMPT_STATUSES.map((status) => ATTEMPT_LIFECYCLE[status].signal)
  expect(new Set(signals).size).toBe(signals.length)
})
