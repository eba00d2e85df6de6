/** What customers read in English. The same messages as in Indonesian, fact by fact. */
import type { AllFacts, MessageInstructions, MessageTemplates, Renewal } from './message-facts.ts'
import { lastDayText, rupiahText, timeText } from './message-words.ts'

export const ENGLISH: MessageTemplates = {
  payment_pending: (facts) => ({
    subject: `Waiting for your payment of ${rupiahText(facts.amount)}${forTitle(facts)}`,
    body: letter(facts, [
      `Please pay ${rupiahText(facts.amount)}${forTitle(facts)}.`,
      howToPay(facts.instructions),
      facts.payBefore && `Pay before ${timeText(facts.payBefore, 'en')}.`,
      `Order: ${facts.orderId}`,
    ]),
  }),
  payment_succeeded: (facts) => ({
    subject: `We received ${rupiahText(facts.amount)}${forTitle(facts)}`,
    body: letter(facts, [
      `We received your payment of ${rupiahText(facts.amount)}${forTitle(facts)}. Thank you.`,
      facts.periodEnd && `It is paid until ${timeText(facts.periodEnd, 'en')}.`,
    ]),
  }),
  payment_failed: (facts) => ({
    subject: `Your payment of ${rupiahText(facts.amount)}${forTitle(facts)} did not succeed`,
    body: letter(facts, [
      `Your payment of ${rupiahText(facts.amount)}${forTitle(facts)} did not succeed${because(facts.reason)}.`,
      facts.graceUntil && `You can go on until ${timeText(facts.graceUntil, 'en')}.`,
    ]),
  }),
  refunded: (facts) => ({
    subject: `Refund of ${rupiahText(facts.amount)}${forTitle(facts)}`,
    body: letter(facts, [
      `We gave back ${rupiahText(facts.amount)}${forTitle(facts)}, the way it was paid. When it arrives depends on your bank or wallet.`,
      `Order: ${facts.orderId}`,
    ]),
  }),
  invoice_overdue: (facts) => ({
    subject: `Invoice ${facts.invoiceNumber} is overdue`,
    body: letter(facts, [
      `Invoice ${facts.invoiceNumber} of ${rupiahText(facts.amount)} was due on ${lastDayText(facts.dueAt, 'en')}, and we have not received it yet.`,
      'If you have just paid it, please ignore this message.',
    ]),
  }),
  expiry_reminder: (facts) => ({
    subject: `${facts.title} ${facts.renewal === 'ends' ? 'ends' : 'renews'} in ${facts.days} day${facts.days === 1 ? '' : 's'}`,
    body: letter(facts, [RENEWALS[facts.renewal](facts)]),
  }),
  trial_ending: (facts) => ({
    subject: `Your trial of ${facts.title} ends soon`,
    body: letter(facts, [
      `Your trial of ${facts.title} ends on ${timeText(facts.endsAt, 'en')}. After that it costs ${rupiahText(facts.amount)}.`,
    ]),
  }),
  cancelled: (facts) => ({
    subject: `${facts.title} is cancelled`,
    body: letter(facts, [
      `Your subscription to ${facts.title} is cancelled. Nothing more is charged for it.`,
    ]),
  }),
  expired: (facts) => ({
    subject: `${facts.title} has ended`,
    body: letter(facts, [
      facts.reason === 'unpaid'
        ? `Your subscription to ${facts.title} has ended, because its renewal was not paid.`
        : `Your subscription to ${facts.title} has ended. Nothing more is charged for it.`,
    ]),
  }),
  topup_succeeded: (facts) => ({
    subject: `${rupiahText(facts.amount)} is in your wallet`,
    body: letter(facts, [
      `Your top-up of ${rupiahText(facts.amount)} has arrived. There is ${rupiahText(facts.balance)} in your wallet now.`,
      `Order: ${facts.orderId}`,
    ]),
  }),
  topup_failed: (facts) => ({
    subject: `Your top-up of ${rupiahText(facts.amount)} did not succeed`,
    body: letter(facts, [
      `Your top-up of ${rupiahText(facts.amount)} did not succeed${because(facts.reason)}. Your wallet has not changed.`,
      `Order: ${facts.orderId}`,
    ]),
  }),
}

type RenewalFacts = Pick<AllFacts, 'title' | 'amount' | 'endsAt'>

// biome-ignore format: a table is read in columns
const RENEWALS: Readonly<Record<Renewal, (facts: RenewalFacts) => string>> = {
  automatic:    (facts) => `${facts.title} renews by itself on ${timeText(facts.endsAt, 'en')}. ${rupiahText(facts.amount)} will be charged to what you saved; there is nothing for you to do.`,
  from_wallet:  (facts) => `${facts.title} renews by itself on ${timeText(facts.endsAt, 'en')}. ${rupiahText(facts.amount)} will be taken from your wallet, which has enough now.`,
  wallet_short: (facts) => `${facts.title} renews on ${timeText(facts.endsAt, 'en')} with ${rupiahText(facts.amount)} from your wallet, which has not enough now. Please top it up before then.`,
  to_pay:       (facts) => `${facts.title} is paid until ${timeText(facts.endsAt, 'en')}. You will then be told how to pay ${rupiahText(facts.amount)} for its renewal.`,
  ends:         (facts) => `${facts.title} ends on ${timeText(facts.endsAt, 'en')} and does not renew.`,
}

// biome-ignore format: a table is read in columns
const REASONS: Readonly<Record<string, string>> = {
  denied:               'the bank or wallet refused it',
  expired:              'it was not paid in time',
  cancelled:            'it was cancelled',
  reversed:             'the bank took the money back',
  insufficient_balance: 'there is not enough in your wallet',
  wallet_frozen:        'your wallet is frozen',
}

function because(reason: string | null): string {
  const says = reason === null ? undefined : REASONS[reason]
  return says === undefined ? '' : `: ${says}`
}

function forTitle({ title }: Pick<AllFacts, 'title'>): string {
  return title === null ? '' : ` for ${title}`
}

function howToPay(to: MessageInstructions): string | null {
  const lines = [
    to.vaNumber && `Virtual account${to.bank === null ? '' : ` of ${to.bank.toUpperCase()}`}: ${to.vaNumber}`,
    to.billKey && `Mandiri Bill: company code ${to.billerCode ?? '-'}, bill ${to.billKey}`,
    to.paymentCode && `Payment code${to.store === null ? '' : ` at ${to.store}`}: ${to.paymentCode}`,
    to.url && `Go on at: ${to.url}`,
  ].filter((line) => line !== null)
  return lines.length === 0 ? null : lines.join('\n')
}

function letter(
  { customerName }: Pick<AllFacts, 'customerName'>,
  paragraphs: readonly (string | null)[],
): string {
  const greeting = customerName === null ? 'Hello,' : `Hello ${customerName},`
  return [greeting, ...paragraphs.filter((one) => one !== null)].join('\n\n')
}
