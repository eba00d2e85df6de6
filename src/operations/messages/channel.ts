/** How messages leave. Each is sent at least once: a process that dies between sending and writing so down leaves it to be sent again, under the same id. */
import type { MessageChannel } from '../../domain/message.ts'
import type { OutgoingMessage, SendMessage } from '../../domain/message-facts.ts'
import type { Log } from '../log.ts'
import { sendBySmtp } from './smtp/send-by-smtp.ts'

export interface SmtpSetting {
  /** smtp:// or smtps://, with user and password. */
  readonly smtp: string
  readonly from: string
}

export type ChannelSetting = 'log' | SmtpSetting | SendMessage

export interface Channel {
  readonly name: MessageChannel
  /** Without an address nothing can be sent by it. */
  readonly needsAddress: boolean
  send(message: OutgoingMessage, abort: AbortSignal): Promise<void>
}

export function createChannel(
  setting: ChannelSetting,
  { log, deadlineSeconds }: { readonly log: Log; readonly deadlineSeconds: number },
): Channel {
  if (setting === 'log')
    return { name: 'log', needsAddress: false, send: async (message) => note(log, message) }
  if (typeof setting === 'function')
    return {
      name: 'host',
      needsAddress: false,
      send: async (message, abort) => void (await setting({ message, abort })),
    }
  return { name: 'smtp', needsAddress: true, send: sendBySmtp(setting, deadlineSeconds) }
}

/** Who looks into a log is not the one who is told. */
function note(log: Log, { id, type, userId }: OutgoingMessage): void {
  log.info('message', { message_id: id, type, user_id: userId })
}
