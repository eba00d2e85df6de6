import { ATTEMPT_LIFECYCLE } from '../../src/domain/attempt-lifecycle.ts'
import { EVENTS, REVIEW_REASONS } from '../../src/domain/events.ts'
import { code, codes, table } from './markdown.mjs'

export function eventsPage() {
  const events = Object.entries(EVENTS).map(([type, says]) => [code(type), says, statusesOf(type)])
  const reasons = Object.entries(REVIEW_REASONS).map(([reason, says]) => [code(reason), says])
  return `# Events

What bayar tells your code, through \`bayar.on\` and \`bayar.within\`. A name is its identity; \`*\` stands for all of them.
How they are delivered is told in [the guide to handlers](../guides/handlers.md).

${table(['event', 'means', 'when an attempt becomes'], events)}

An event is told when its step moves money or changes what the payment shows. A virtual account that expires beside a
paid one is a row of the payment's history, and nobody is told. Refunds and chargebacks are told row by row.

## Reasons of \`payment.needs_review\`

${table(['reason', 'means'], reasons)}

What to do about each is told in [the guide to notifications](../guides/notifications.md#8-reviews).`
}

function statusesOf(type) {
  const statuses = Object.entries(ATTEMPT_LIFECYCLE).filter(([, { emits }]) => emits === type)
  return codes(statuses.map(([status]) => status))
}
