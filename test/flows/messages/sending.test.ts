/** How messages leave: at least once, each by itself, with tries of its own; and never with a customer's contact in a log. */
import { expect, test } from 'vitest'
import { createBayar } from '../../../src/bayar.ts'
import type { BayarOptions } from '../../../src/config.ts'
import type { Log } from '../../../src/operations/log.ts'
import { loadNodemailer } from '../../../src/operations/messages/smtp/load-nodemailer.ts'
import type { TestBayarOptions } from '../../../src/testing/index.ts'
import { BCA, type Club, club, DAY, HOUR } from '../../support/billing.ts'
import { startMailServer } from '../../support/mail-server.ts'
import { mailbox } from '../../support/mailbox.ts'
import { mortalShop } from '../../support/mortal-shop.ts'

const CUSTOMER = { firstName: 'Dewi', lastName: 'Sari', email: 'dewi@example.com', phone: '08123456789' }
const FROM = 'Toko Melati <halo@toko.example>'

const shopWith = (messages: BayarOptions['messages'], more: TestBayarOptions['options'] = {}) =>
  club({ options: { ...more, messages } as never })
const subscribe = async (shop: Club, user = 'user-1', more: object = {}) => {
  const made = await shop.bayar.subscriptions.subscribe({
    user,
    plan: 'pro',
    ...BCA,
    customer: { ...CUSTOMER, email: `${user}@example.com` },
    ...more,
  } as never)
  await shop.idle()
  return made
}
const messages = async (shop: Club) => (await shop.bayar.messages.list({ descending: false })).results

test('the log says which message for whom, and neither contact nor words', async () => {
  const lines: string[] = []
  const write = (what: string, fields: object = {}) => void lines.push(JSON.stringify({ what, ...fields }))
  const log: Log = { info: write, warn: write, error: write }
  await using shop = await shopWith({}, { log })
  await subscribe(shop)
  const [{ id, status, channel } = {} as never] = await messages(shop)
  expect([status, channel]).toEqual(['sent', 'log'])
  const line = { what: 'message', message_id: id, type: 'payment_pending', user_id: 'user-1' }
  expect(lines).toContain(JSON.stringify(line))
  expect(lines.join('\n')).not.toMatch(/Dewi|Sari|@example|0812|Silakan/)
})

test('by SMTP, from whom and to whom it says, under one id however often', async () => {
  await using server = await startMailServer()
  await using shop = await shopWith({ channel: { smtp: server.url, from: FROM } })
  const { payment } = await subscribe(shop)
  const [message] = await messages(shop)
  expect(message).toMatchObject({ status: 'sent', channel: 'smtp', tries: 1 })
  expect(server.mails).toMatchObject([{ from: 'halo@toko.example', to: ['user-1@example.com'] }])
  const { source } = server.mails[0]!
  expect(source).toContain(`Message-ID: <${message!.id}@toko.example>`)
  expect(source).toContain('From: Toko Melati <halo@toko.example>')
  expect(source).toContain('To: Dewi Sari <user-1@example.com>')
  expect(source).toContain('Auto-Submitted: auto-generated')
  expect(source).toContain(payment!.instructions.vaNumber!)

  // The answer is lost after the server took it: sent again, and a server that remembers ids drops the copy.
  server.loseNextAnswer()
  await shop.pay(payment!.orderId)
  expect(await messages(shop)).toMatchObject([{}, { type: 'payment_succeeded', status: 'pending', tries: 1 }])
  await shop.advance(60)
  expect(await messages(shop)).toMatchObject([{}, { status: 'sent', tries: 2, error: null }])
  const ids = server.mails.slice(1).map((mail) => /Message-ID: (.*)/i.exec(mail.source)?.[1])
  expect(ids).toHaveLength(2)
  expect(new Set(ids).size).toBe(1)
})

test('an address that takes no mail is given up at once, without saying whose; the others get theirs', async () => {
  const lines: string[] = []
  const write = (what: string, fields: object = {}) => void lines.push(JSON.stringify({ what, ...fields }))
  await using server = await startMailServer()
  await using shop = await shopWith(
    { channel: { smtp: server.url, from: FROM } },
    { log: { info: write, warn: write, error: write } },
  )
  server.refuse('user-1@example.com', '550 5.1.1 <user-1@example.com>: no such mailbox')
  server.refuse('user-2@example.com', '450 4.2.1 <user-2@example.com>: full, try later')
  for (const user of ['user-1', 'user-2', 'user-3']) await subscribe(shop, user)
  expect(await messages(shop)).toMatchObject([
    { userId: 'user-1', status: 'failed', tries: 1, error: 'The mail server answered 550 (EENVELOPE).' },
    { userId: 'user-2', status: 'pending', tries: 1, error: 'The mail server answered 450 (EENVELOPE).' },
    { userId: 'user-3', status: 'sent', error: null },
  ])
  expect(lines.join('\n')).toContain('a message could not be sent')
  expect(lines.join('\n')).not.toContain('@example.com')

  // A person has corrected it at the mail server, and asks for another try.
  server.refuse('user-1@example.com', '250 welcome')
  const [failed] = await messages(shop)
  expect(await shop.bayar.messages.retry(failed!.id)).toMatchObject({
    status: 'pending',
    tries: 0,
    error: null,
  })
  await shop.idle()
  expect(await shop.bayar.messages.find(failed!.id)).toMatchObject({ status: 'sent', tries: 1 })
  await expect(shop.bayar.messages.retry(failed!.id)).rejects.toMatchObject({ code: 'message_not_retryable' })
})

test('without an address nothing is mailed, and it says so', async () => {
  await using server = await startMailServer()
  await using shop = await shopWith({ channel: { smtp: server.url, from: FROM } })
  await subscribe(shop, 'user-1', { customer: { firstName: 'Dewi' } })
  expect(await messages(shop)).toMatchObject([{ status: 'suppressed', error: 'Nobody knows an address.' }])
  expect(server.mails).toEqual([])
})

test('nodemailer is only needed by whoever mails, and is named when it is missing', async () => {
  const missing = Object.assign(new Error('Cannot find package'), { code: 'ERR_MODULE_NOT_FOUND' })
  await expect(loadNodemailer(() => Promise.reject(missing))).rejects.toMatchObject({
    code: 'mail_missing',
    message: expect.stringContaining('npm install nodemailer@'),
  })
  const broken = new Error('broken in itself')
  await expect(loadNodemailer(() => Promise.reject(broken))).rejects.toBe(broken)
})

test('a function that fails for one customer stops no other, and is tried ten times over a day', async () => {
  const box = mailbox()
  await using shop = await shopWith({ channel: box.channel })
  box.behave(async ({ userId, customerEmail }) => {
    if (userId === 'user-1') throw new Error(`The courier lost ${customerEmail}, +62 812-3456-7890.`)
  })
  // A payment that waits would be suppressed when its time is over.
  for (const user of ['user-1', 'user-2']) {
    const { subscription } = await subscribe(shop, user)
    await shop.bayar.subscriptions.cancel(subscription.id)
  }
  await shop.idle()
  expect(box.sent.map(({ userId, type }) => [userId, type])).toContainEqual(['user-2', 'cancelled'])
  const cancelled = async () =>
    (await messages(shop)).find((one) => one.userId === 'user-1' && one.type === 'cancelled')
  expect(await cancelled()).toMatchObject({
    status: 'pending',
    tries: 1,
    error: 'Error: The courier lost [e-mail], [phone].',
  })
  for (let hour = 0; hour < 30; hour++) await shop.advance(HOUR)
  expect(await cancelled()).toMatchObject({ status: 'failed', tries: 10, dueAt: null })
})

test('a function that never answers is given up at the deadline, and told to end', async () => {
  const box = mailbox()
  await using shop = await shopWith({ channel: box.channel, deadlineSeconds: 1 })
  const told: unknown[] = []
  box.behave(
    (_, abort) =>
      new Promise((_, reject) =>
        abort.addEventListener('abort', () => {
          told.push(abort.reason)
          reject(abort.reason)
        }),
      ),
  )
  await subscribe(shop)
  expect(await messages(shop)).toMatchObject([
    { status: 'pending', tries: 1, error: 'Error: It was not sent within 1 s.' },
  ])
  expect(told).toHaveLength(1)
  box.behave(async () => {})
  await shop.advance(60)
  expect(box.types()).toEqual(['payment_pending'])
})

test('what is not true any more is not sent: nobody is asked for what they have paid', async () => {
  const box = mailbox()
  await using shop = await shopWith({ channel: box.channel })
  box.behave(async () => {
    throw new Error('no network')
  })
  const { payment } = await subscribe(shop)
  await shop.simulator.pay(payment!.orderId)
  await shop.idle()
  box.behave(async () => {})
  await shop.advance(DAY)
  expect(box.types()).toEqual(['payment_succeeded'])
  expect(await messages(shop)).toMatchObject([
    { type: 'payment_pending', status: 'suppressed', error: 'It is not true any more, or too late.' },
    { type: 'payment_succeeded', status: 'sent' },
  ])
})

test('nor is anybody told that a period is not paid, who has paid it since', async () => {
  const box = mailbox()
  await using shop = await shopWith({ channel: box.channel })
  const { payment, subscription } = await subscribe(shop)
  box.behave(async () => {
    throw new Error('no network')
  })
  await shop.simulator.expire(payment!.orderId)
  await shop.idle()
  const again = await shop.bayar.subscriptions.pay(subscription.id)
  await shop.simulator.pay(again.payment!.orderId)
  await shop.idle()
  box.behave(async () => {})
  await shop.advance(DAY)
  expect(box.types()).toEqual(['payment_pending', 'payment_succeeded'])
  const failed = (await messages(shop)).filter(({ type }) => type === 'payment_failed')
  expect(failed).toMatchObject([{ status: 'suppressed', error: 'It is not true any more, or too late.' }])
})

test('nor is anybody told that it ended, who has begun it again', async () => {
  const box = mailbox()
  await using shop = await shopWith({ channel: box.channel })
  const { id } = await shop.member()
  box.behave(async () => {
    throw new Error('no network')
  })
  await shop.bayar.subscriptions.cancel(id)
  await shop.idle()
  await shop.bayar.subscriptions.reactivate(id)
  await shop.idle()
  expect((await shop.find(id)).status).not.toBe('cancelled')
  box.behave(async () => {})
  await shop.advance(HOUR)
  expect(box.types()).not.toContain('cancelled')
  expect((await messages(shop)).find(({ type }) => type === 'cancelled')).toMatchObject({
    status: 'suppressed',
  })
})

test('only the types that are wanted are written', async () => {
  const box = mailbox()
  await using shop = await shopWith({ channel: box.channel, types: ['payment_succeeded'] })
  const { payment } = await subscribe(shop)
  await shop.pay(payment!.orderId)
  expect(box.types()).toEqual(['payment_succeeded'])
  expect(await messages(shop)).toHaveLength(1)
})

test('a process that dies between sending and writing so down leaves it to be sent again, under the same id', async () => {
  const seen: string[] = []
  const shop = await mortalShop(() => {}, {
    messages: { channel: async ({ message }) => void seen.push(message.id) },
  })
  const first = shop.open()
  await first.ready()
  await first.plans.create({ slug: 'pro', name: 'Pro', price: 90_000, intervalUnit: 'month' })
  await first.subscriptions.subscribe({ user: 'user-1', plan: 'pro', ...BCA } as never)
  await first.close()

  // Dies after each statement of sending in turn, until one process lives through it.
  for (let at = 1; ; at++) {
    const death = { at, when: 'before' as const, statements: 0, isDead: false }
    const before = seen.length
    const lived = await shop.livesThrough(death, async () => {}, { beat: false })
    const { rows } = await shop.direct.query<{ status: string }>('select status from bayar.messages')
    expect(rows).toHaveLength(1)
    // Sent and not marked, or neither: never marked and not sent.
    if (rows[0]!.status === 'sent') expect(seen).not.toEqual([])
    if (lived || rows[0]!.status === 'sent') break
    if (seen.length > before) await shop.simulator.clock.advance(100)
  }
  const last = shop.open()
  const worker = await last.work({ beat: false })
  await shop.simulator.clock.advance(200)
  await worker.idle()
  expect((await last.messages.list()).results).toMatchObject([{ status: 'sent' }])
  expect(new Set(seen).size).toBe(1)
  expect(seen.length).toBeGreaterThan(1)
  await shop.close(last)
})

test('mistakes in the options are told all at once, without repeating a password', () => {
  const given = {
    messages: {
      channel: { smtp: 'http://user:secret@host', from: 'nobody' },
      language: 'fr',
      types: ['payment_suceeded'],
      templates: { id: { expiry_remindr: () => ({}) }, fr: {}, en: { refunded: 'text' } },
    },
    expiryReminderDays: [0],
  }
  expect(() => createBayar(given as never)).toThrow(
    expect.objectContaining({
      code: 'config_invalid',
      message: expect.not.stringContaining('secret'),
      details: {
        problems: expect.arrayContaining([
          expect.objectContaining({ field: 'messages.channel.smtp' }),
          expect.objectContaining({ field: 'messages.channel.from' }),
          expect.objectContaining({ field: 'messages.language', reason: 'must be id or en' }),
          expect.objectContaining({ field: 'messages.types.0' }),
          {
            field: 'messages.templates.id.expiry_remindr',
            reason: 'is not a message. Did you mean expiry_reminder?',
          },
          { field: 'messages.templates.fr', reason: 'is not a language of messages: id, en' },
          { field: 'messages.templates.en.refunded', reason: 'must be a function' },
          expect.objectContaining({ field: 'expiryReminderDays.0' }),
        ]),
      },
    }),
  )
})
