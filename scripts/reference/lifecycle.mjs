import { ATTEMPT_LIFECYCLE, ATTEMPT_STATUSES, holdsMoney, judge } from '../../src/domain/attempt-lifecycle.ts'
import { PAYMENT_REQUESTS } from '../../src/domain/payment-requests.ts'
import { foldStatus, isFinal, PAYMENT_STATUSES } from '../../src/domain/payment-status.ts'
import { code, codes, table } from './markdown.mjs'

const FROM = ['none', ...ATTEMPT_STATUSES]
const LETTER = { unchanged: '=', move: 'move', stale: 'stale', conflict: 'CONFLICT' }

export function lifecyclePage() {
  const moves = Object.entries(ATTEMPT_LIFECYCLE).map(([status, { signal, from, emits }]) => [
    code(status),
    signal,
    codes(from),
    code(emits),
  ])
  const matrix = FROM.map((from) => [
    `**${from}**`,
    ...ATTEMPT_STATUSES.map((told) => LETTER[judge(from, told)]),
  ])
  const requests = Object.entries(PAYMENT_REQUESTS).map(([verb, { from, otherwise }]) => [
    code(verb),
    codes(from),
    otherwise,
  ])
  return `# The lifecycle

One table says what news may do to an *attempt* (one transaction of Midtrans's). Everything on this page is computed from
it. The sources of its rows are in [Midtrans's lifecycle](../midtrans/lifecycle.md).

${table(['told', 'signal', 'moves from', 'event'], moves)}

## Every verdict

Rows are what we know, columns what the news says. \`=\` is the same status again; *stale* is old news; *conflict* is
looked up at Midtrans, and what Midtrans confirms is applied with \`payment.needs_review\` in place of the event.

${table(['known \\ told', ...ATTEMPT_STATUSES], matrix)}

The order of judgement: a different amount, currency or merchant is a mismatch and moves nothing; then the same status;
then a row of the table; then two endings without money, of which the later is stale; then a status from which the known
one can be reached is stale; the rest is a conflict.

## As a picture

News of any status may be the first that we hear of an attempt. An arrow from or to a box stands for everything in it.

\`\`\`mermaid
flowchart LR
${diagram()}
\`\`\`

## What a payment shows

A payment may have several attempts. It shows the best of them, and the newest within a rank:

${table(
  ['rank', 'statuses', 'money is held', 'final'],
  ranks().map((statuses, index) => [
    index + 1,
    codes(statuses),
    statuses.every((status) => holdsMoney(status)) ? 'yes' : 'no',
    finality(statuses),
  ]),
)}

\`created\` is a payment whose charge Midtrans has not answered yet. *Final* means that nothing but a refund, a reversal or
a chargeback can follow.

## What may be asked

${table(['command', 'from', 'otherwise'], requests)}`
}

// How the picture is grouped; which arrows there are is computed.
const BOXES = {
  waiting: ['pending', 'authorized', 'challenged'],
  taken: ['captured', 'settled'],
  ended: ['denied', 'expired', 'failed', 'cancelled', 'reversed'],
  given_back: ['partially_refunded', 'refunded', 'partially_charged_back', 'charged_back'],
}

function diagram() {
  const boxes = Object.entries(BOXES)
  const missing = ATTEMPT_STATUSES.filter((status) => !boxes.some(([, members]) => members.includes(status)))
  if (missing.length > 0) throw new Error(`The picture has no box for ${missing.join(', ')}.`)
  return [
    ...boxes.flatMap(([box, members]) => [
      `  subgraph ${box}`,
      ...members.map((one) => `    ${one}`),
      '  end',
    ]),
    ...boxes.flatMap(([from, sources]) =>
      boxes.flatMap(([to, targets]) => arrows(from, sources, to, targets, from === to)),
    ),
  ].join('\n')
}

/** One arrow where all of a box do the same; else as few as say it all. */
function arrows(from, sources, to, targets, isWithin) {
  const moves = (source, target) => ATTEMPT_LIFECYCLE[target].from.includes(source)
  const everyTarget = (source) => targets.every((target) => moves(source, target))
  const everySource = (target) => sources.every((source) => moves(source, target))
  if (!isWithin && sources.every(everyTarget)) return [`  ${from} --> ${to}`]
  const wholeSources = isWithin ? [] : sources.filter(everyTarget)
  const wholeTargets = isWithin ? [] : targets.filter(everySource)
  const single = sources.flatMap((source) =>
    targets
      .filter((target) => moves(source, target))
      .filter((target) => !wholeSources.includes(source) && !wholeTargets.includes(target))
      .map((target) => `  ${source} --> ${target}`),
  )
  return [
    ...wholeSources.map((source) => `  ${source} --> ${to}`),
    ...wholeTargets.map((target) => `  ${from} --> ${target}`),
    ...single,
  ]
}

/** Found by folding each two statuses, the worse one newer: only a better rank beats a newer attempt. */
function ranks() {
  const left = [...PAYMENT_STATUSES]
  const found = []
  while (left.length > 0) {
    const best = left.filter((status) => !left.some((other) => beats(other, status)))
    found.push(best)
    for (const status of best) left.splice(left.indexOf(status), 1)
  }
  return found
}

function beats(status, other) {
  if (status === 'created' || other === 'created') {
    const [attempt] = [status, other].filter((one) => one !== 'created')
    if (attempt === undefined) return false
    const shown = foldStatus([attemptAt(attempt, 1)], true)
    return shown === status
  }
  return foldStatus([attemptAt(status, 1), attemptAt(other, 2)], false) === status && status !== other
}

function attemptAt(status, second) {
  return { id: `${second}`, status, transactionTime: new Date(second * 1000) }
}

function finality(statuses) {
  const final = statuses.filter((status) => isFinal(status))
  if (final.length === statuses.length) return 'yes'
  return final.length === 0 ? 'no' : `all but ${codes(statuses.filter((status) => !isFinal(status)))}`
}
