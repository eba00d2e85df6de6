import { assert } from '../../../errors.ts'
import type { Channel, SmtpSetting } from '../channel.ts'
import { loadNodemailer, type MailTransport } from './load-nodemailer.ts'

/** Each mail has a connection of its own, which ends with it: nothing is left open when the worker stops. */
export function sendBySmtp({ smtp: url, from }: SmtpSetting, deadlineSeconds: number): Channel['send'] {
  let transport: MailTransport | undefined
  const milliseconds = deadlineSeconds * 1000
  return async (message) => {
    assert(message.customerEmail !== null, 'a mail has no address')
    const { createTransport } = await loadNodemailer()
    transport ??= createTransport({
      url,
      connectionTimeout: milliseconds,
      greetingTimeout: milliseconds,
      socketTimeout: milliseconds,
      disableFileAccess: true,
      disableUrlAccess: true,
    })
    await transport.sendMail({
      from,
      to: { name: message.customerName ?? '', address: message.customerEmail },
      subject: message.subject,
      text: message.body,
      // The same at every try, so that mail servers can drop the copy of one whose answer was lost.
      messageId: `<${message.id}@${domainOf(from)}>`,
      // Nobody's out-of-office answers it (RFC 3834).
      headers: { 'Auto-Submitted': 'auto-generated' },
    })
  }
}

function domainOf(from: string): string {
  return /@([A-Za-z0-9.-]+)/.exec(from)?.[1] ?? 'bayar.invalid'
}
