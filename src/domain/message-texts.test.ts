import { describe, expect, it } from 'vitest'
import { MESSAGE_LANGUAGES, MESSAGE_TYPES, type MessageLanguage, type MessageType } from './message.ts'
import type { AllFacts, MessageFacts, MessageTemplates, MessageText, Renewal } from './message-facts.ts'
import { ENGLISH } from './message-texts-en.ts'
import { INDONESIAN } from './message-texts-id.ts'
import { dayText, lastDayText, rupiahText, timeText } from './message-words.ts'

const TEXTS: Readonly<Record<MessageLanguage, MessageTemplates>> = { id: INDONESIAN, en: ENGLISH }

const FACTS: Omit<AllFacts, 'type' | 'language'> = {
  merchant: 'default',
  userId: 'user-1',
  customerName: 'Dewi',
  title: 'Pro',
  amount: 150_000,
  orderId: 'SUB-0123456789AB',
  paymentType: 'bank_transfer',
  payBefore: new Date('2026-03-09T16:59:00Z'),
  instructions: {
    bank: 'bca',
    vaNumber: '39001234',
    billerCode: null,
    billKey: null,
    store: null,
    paymentCode: null,
    url: null,
  },
  periodEnd: new Date('2026-04-09T05:00:00Z'),
  reason: 'expired',
  graceUntil: new Date('2026-03-12T05:00:00Z'),
  invoiceNumber: 'INV-000001',
  dueAt: new Date('2026-03-09T17:00:00Z'),
  endsAt: new Date('2026-03-16T05:00:00Z'),
  days: 7,
  renewal: 'automatic',
  balance: 1_205_000,
}

function say(language: MessageLanguage, type: MessageType, more: Partial<AllFacts> = {}): MessageText {
  const template = TEXTS[language][type] as (facts: MessageFacts) => MessageText
  return template({ ...FACTS, ...more, type, language } as unknown as MessageFacts)
}

describe('amounts and times', () => {
  it.each([
    [0, 'Rp0'],
    [999, 'Rp999'],
    [1_000, 'Rp1.000'],
    [150_000, 'Rp150.000'],
    [1_234_567_890, 'Rp1.234.567.890'],
  ])('%i is %s', (amount, written) => expect(rupiahText(amount)).toBe(written))

  it('are those of Jakarta, wherever the server is', () => {
    const lateInUtc = new Date('2026-03-09T18:05:00Z')
    expect(timeText(lateInUtc, 'id')).toBe('10 Maret 2026 pukul 01.05 WIB')
    expect(timeText(lateInUtc, 'en')).toBe('10 March 2026, 01:05 WIB')
    expect(dayText(lateInUtc, 'id')).toBe('10 Maret 2026')
  })

  it('what is due until 24:00 is due on that day', () => {
    expect(lastDayText(new Date('2026-03-09T17:00:00Z'), 'id')).toBe('9 Maret 2026')
  })
})

describe.each(MESSAGE_LANGUAGES)('in %s', (language) => {
  it.each(MESSAGE_TYPES)('%s is one line and a text, with and without what may be unknown', (type) => {
    const unknown = { customerName: null, payBefore: null, periodEnd: null, graceUntil: null, reason: null }
    const nowhere = { instructions: { ...FACTS.instructions, bank: null, vaNumber: null } }
    for (const text of [say(language, type), say(language, type, { ...unknown, ...nowhere })]) {
      expect(text.subject).toMatch(/^[^\n]{5,}$/)
      expect(text.body.length).toBeGreaterThan(20)
      expect(`${text.subject}${text.body}`).not.toMatch(/null|undefined|NaN|\[object|Invalid|\n\n\n| {2}/)
    }
  })

  it.each(['automatic', 'from_wallet', 'wallet_short', 'to_pay', 'ends'] satisfies Renewal[])(
    'a reminder says that it is %s, and when',
    (renewal) => {
      const { body } = say(language, 'expiry_reminder', { renewal })
      expect(body).toContain(timeText(FACTS.endsAt, language))
      expect(body.includes('Rp150.000')).toBe(renewal !== 'ends')
    },
  )
})

it.each([
  [{ vaNumber: '123', bank: 'bca' }, 'Nomor virtual account BCA: 123'],
  [{ billerCode: '70012', billKey: '99' }, 'Mandiri Bill: kode perusahaan 70012, kode pembayaran 99'],
  [{ paymentCode: '555', store: 'alfamart' }, 'Kode pembayaran di alfamart: 555'],
  [{ url: 'https://pay.example/1' }, 'Lanjutkan di: https://pay.example/1'],
])('how to pay: %o', (known, line) => {
  const nothing = { ...FACTS.instructions, bank: null, vaNumber: null }
  const { body } = say('id', 'payment_pending', { instructions: { ...nothing, ...known } })
  expect(body.split('\n')).toContain(line)
})

it('a reason that nobody knows is not said', () => {
  expect(say('id', 'payment_failed', { reason: 'less_than_owed' }).body).toContain('belum berhasil.')
  expect(say('en', 'payment_failed', { reason: 'denied' }).body).toContain(': the bank or wallet refused it.')
})
