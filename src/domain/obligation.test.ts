import { expect, test } from 'vitest'
import { judgeMoney, type MoneyVerdict, type ObligationStatus } from './obligation.ts'

type Case = readonly [
  why: string,
  status: ObligationStatus,
  isPayer: boolean,
  isLive: boolean,
  delta: bigint,
  to: string,
  verdict: MoneyVerdict,
]

// biome-ignore format: a table is read in columns
const CASES: readonly Case[] = [
  ['it is paid',                          'open',       false, true,   100n, 'settled',              'pays'],
  ['W9: too little is not it',            'open',       false, true,    99n, 'settled',              'credit'],
  ['W6: after its end it revives nothing', 'open',      false, false,  100n, 'settled',              'credit'],
  ['paid twice',                          'paid',       false, true,   100n, 'settled',              'credit'],
  ['W4: a code that was replaced',        'superseded', false, true,   100n, 'settled',              'credit'],
  ['a period that was given up',          'ended',      false, true,   100n, 'settled',              'credit'],
  ['the credit is taken back',            'paid',       false, true,  -100n, 'reversed',             'credit'],
  ['a refund takes nothing away',         'paid',       true,  true,  -100n, 'refunded',             'given_back'],
  ['nor does a part of one',              'paid',       true,  true,   -10n, 'partially_refunded',   'given_back'],
  ['nor a part of a chargeback',          'paid',       true,  true,   -10n, 'partially_charged_back', 'given_back'],
  ['the bank takes it back',              'paid',       true,  true,  -100n, 'reversed',             'reopens'],
  ['a captured card is voided',           'paid',       true,  true,  -100n, 'cancelled',            'reopens'],
  ['the cardholder takes it back',        'paid',       true,  true,  -100n, 'charged_back',         'reopens'],
  ['taken back after the end',            'paid',       true,  false, -100n, 'reversed',             'reopens'],
]

test.each(CASES)('%s', (_, status, isPayer, isLive, delta, to, verdict) => {
  const known = { status, amount: 100n, attemptId: status === 'paid' ? 'a' : null, isLive }
  expect(judgeMoney(known, { attemptId: isPayer ? 'a' : 'b', delta, to })).toBe(verdict)
})
