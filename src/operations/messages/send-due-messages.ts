/**
 * A chore of the worker: sends what is due.
 *   1. claimed: a try is counted, and for a while nobody else takes it;
 *   2. put into words and sent, each by itself: what one of them does to its channel is nothing to the others;
 *   3. what came of it is written down, each at once.
 *
 * Between 2 and 3 a process may die, and then it is sent again: at least once, under the same id.
 */
import { secondsAfter } from '../../domain/clock.ts'
import type { MessageText } from '../../domain/message-facts.ts'
import { nextTryAt } from '../../domain/retry.ts'
import { claimMessages, type DueMessage, finishMessage, type TriedMessage } from '../../store/messages.ts'
import type { Context } from '../context.ts'
import { composeMessage, factsOf } from './compose-message.ts'
import { whyNotSent } from './why-not-sent.ts'

/** Beyond the deadline of a try, for writing down what came of it. */
const MARGIN_SECONDS = 60

export async function sendDueMessages(context: Context, limit: number): Promise<number> {
  const { clock, database, rules } = context
  const at = clock.now()
  const until = secondsAfter(at, rules.messages.deadlineSeconds + MARGIN_SECONDS)
  const claimed = await claimMessages(database, { at, until, limit })
  await Promise.all(claimed.map((message) => sendOne(context, message)))
  return claimed.length
}

async function sendOne(context: Context, message: DueMessage): Promise<void> {
  const { channel, clock, database, log } = context
  const tried = await trySending(context, message)
  if (tried.status !== 'sent' && tried.status !== 'suppressed')
    log.warn('a message could not be sent', {
      message_id: message.id,
      type: message.type,
      user_id: message.user_id,
      tries: message.tries,
      reason: tried.error,
    })
  const { id, tries } = message
  await finishMessage(database, { id, tries, channel: channel.name, ...tried }, clock.now())
}

type Tried = Omit<TriedMessage, 'id' | 'tries' | 'channel'>

async function trySending(context: Context, message: DueMessage): Promise<Tried> {
  const { channel, clock, rules } = context
  const suppressed = (error: string): Tried => ({
    status: 'suppressed',
    subject: message.subject,
    body: message.body,
    error,
    dueAt: null,
  })
  if (!message.is_current) return suppressed('It is not true any more, or too late.')
  if (channel.needsAddress && message.customer_email === null) return suppressed('Nobody knows an address.')
  let text: MessageText | null = null
  try {
    text = composeMessage(rules.messages, message)
    const outgoing = {
      id: message.id,
      type: message.type,
      language: message.language,
      userId: message.user_id,
      customerName: message.customer_name,
      customerEmail: message.customer_email,
      ...text,
      facts: factsOf(message),
    }
    await withinDeadline(rules.messages.deadlineSeconds, (abort) => channel.send(outgoing, abort))
    return { status: 'sent', ...text, error: null, dueAt: null }
  } catch (error) {
    const { says, isFinal } = whyNotSent(error)
    const dueAt = isFinal ? null : nextTryAt(message.tries, clock.now())
    return {
      status: dueAt === null ? 'failed' : 'pending',
      subject: text?.subject ?? null,
      body: text?.body ?? null,
      error: says,
      dueAt,
    }
  }
}

/** A function that never answers is given up; what it does afterwards nobody waits for. */
async function withinDeadline(seconds: number, work: (abort: AbortSignal) => Promise<void>): Promise<void> {
  const controller = new AbortController()
  let timer: NodeJS.Timeout | undefined
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => {
      const error = new Error(`It was not sent within ${seconds} s.`)
      controller.abort(error)
      reject(error)
    }, seconds * 1000)
  })
  try {
    await Promise.race([work(controller.signal), late])
  } finally {
    clearTimeout(timer)
  }
}
