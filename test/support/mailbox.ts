import type { OutgoingMessage, SendMessage } from '../../src/domain/message-facts.ts'

export interface Mailbox {
  readonly sent: readonly OutgoingMessage[]
  readonly channel: SendMessage
  /** From now on: throws, hangs or sends, as this says of each message. */
  behave(how: (message: OutgoingMessage, abort: AbortSignal) => Promise<void>): void
  /** Types in the order in which they were sent. */
  types(): string[]
}

/** A function of the host's that keeps what it was given. */
export function mailbox(): Mailbox {
  const sent: OutgoingMessage[] = []
  let how: (message: OutgoingMessage, abort: AbortSignal) => Promise<void> = async () => {}
  return {
    sent,
    channel: async ({ message, abort }) => {
      await how(message, abort)
      sent.push(message)
    },
    behave: (other) => {
      how = other
    },
    types: () => sent.map(({ type }) => type),
  }
}
