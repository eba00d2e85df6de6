/** `bayar.messages`: what customers were told, and what could not be sent. */
import { isUuid } from '../../domain/uuid.ts'
import { BayarError } from '../../errors.ts'
import {
  findMessage,
  listMessages,
  type MessageFilter,
  type MessageRow,
  retryMessage,
} from '../../store/messages.ts'
import type { Context } from '../context.ts'
import { readIdCursor } from '../id-cursor.ts'
import { mapPage, type Page, type PageAsked, readPage } from '../page.ts'
import { type Message, toMessage } from './message-view.ts'

export interface Messages {
  list(
    query?: PageAsked & { readonly filter?: MessageFilter; readonly descending?: boolean },
  ): Promise<Page<Message>>
  find(id: string): Promise<Message | undefined>
  /** One that failed or was suppressed is sent after all, with all its tries; unless what it says is not true any more. */
  retry(id: string): Promise<Message>
}

export function bindMessages(context: () => Promise<Context>, reading: () => Promise<Context>): Messages {
  return {
    async list({ filter = {}, descending = true, ...asked } = {}) {
      const { database } = await reading()
      const page = await readPage(
        asked,
        (row: MessageRow) => row.id,
        ({ position, isBackward, limit }) =>
          listMessages(database, {
            filter,
            after: readIdCursor(position),
            limit,
            descending: descending !== isBackward,
          }),
      )
      return mapPage(page, toMessage)
    },
    async find(id) {
      const row = await find(await reading(), id)
      return row && toMessage(row)
    },
    async retry(id) {
      const at = await context()
      const due = isUuid(id) ? await retryMessage(at.database, id, at.clock.now()) : undefined
      if (due) return toMessage(due)
      const row = await find(at, id)
      if (!row) throw new BayarError('message_not_found')
      throw new BayarError('message_not_retryable', `It is ${row.status}.`, {
        details: { status: row.status },
      })
    },
  }
}

async function find({ database }: Context, id: string): Promise<MessageRow | undefined> {
  // Nothing else is an id of ours, and some of it is no text that a database takes.
  return isUuid(id) ? findMessage(database, id) : undefined
}
