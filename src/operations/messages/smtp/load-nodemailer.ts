/** `nodemailer` is an optional peer: whoever sends no mail by SMTP does not install it. */
import { BayarError } from '../../../errors.ts'

/** What of it is used. */
export interface Mail {
  readonly from: string
  readonly to: { readonly name: string; readonly address: string }
  readonly subject: string
  readonly text: string
  readonly messageId: string
  readonly headers: Readonly<Record<string, string>>
}

export interface MailTransport {
  sendMail(mail: Mail): Promise<unknown>
  close(): void
}

export interface TransportOptions {
  readonly url: string
  readonly connectionTimeout: number
  readonly greetingTimeout: number
  readonly socketTimeout: number
  /** A mail of ours is text: whatever stands in it, no file and no address is read for it. */
  readonly disableFileAccess: true
  readonly disableUrlAccess: true
}

export interface Nodemailer {
  createTransport(options: TransportOptions): MailTransport
}

type Load = () => Promise<object>

export async function loadNodemailer(load: Load = () => import('nodemailer')): Promise<Nodemailer> {
  try {
    return (await load()) as Nodemailer
  } catch (error) {
    if ((error as { code?: unknown }).code === 'ERR_MODULE_NOT_FOUND')
      throw new BayarError('mail_missing', '', { cause: error })
    throw error
  }
}
