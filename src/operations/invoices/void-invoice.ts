/**
 * Withdraws an invoice. Money that may be under way is asked about first; one of which anything was received stays (defect D34). One of the Invoicing API is withdrawn there, by the documented path (defect D21):
 * only when Midtrans has said so is it void here, because a customer who can still pay it will.
 */
import { secondsAfter } from '../../domain/clock.ts'
import { VOIDABLE } from '../../domain/invoice.ts'
import { randomKey, uuidv7 } from '../../domain/uuid.ts'
import { assert, BayarError, invalidRequest } from '../../errors.ts'
import type { Answer } from '../../gateway/port.ts'
import type { InvoiceFacts } from '../../gateway/read-invoice.ts'
import type { Transaction } from '../../store/database.ts'
import {
  endInvoiceIntent,
  findInvoiceIntent,
  findOpenInvoiceIntent,
  hasUnknownCreation,
  type InvoiceIntentRow,
  insertInvoiceIntent,
} from '../../store/invoice-intents.ts'
import { findInvoice, type InvoiceRow, lockInvoice } from '../../store/invoices.ts'
import { findOwnedPayments, lockOwnedPayments } from '../../store/owned-payments.ts'
import type { Context } from '../context.ts'
import { refusedBecause } from '../payments/gateway-refusal.ts'
import { refuseInsideTransaction, SEND_WITHIN_SECONDS } from '../payments/run-intent.ts'
import { BY_PERSON, changeInvoice, type InvoiceCause } from './change-invoice.ts'
import { askAboutOpen, endOpenPayments, openPaymentsOf } from './end-open-payments.ts'
import { stillOpen } from './invoice-payments.ts'
import { type Invoice, toInvoiceView } from './invoice-view.ts'
import { bringPaidToLight } from './paid-at-midtrans.ts'
import { askLater, type InvoiceOutcome, inProgress, takeInvoiceAnswer } from './run-invoice-intent.ts'
import { factsOf } from './send-creation.ts'

export interface VoidInvoiceInput {
  /** For whoever reads the invoice later. */
  readonly reason?: string
}

const REASON_MAX = 255

export async function voidInvoice(
  context: Context,
  row: InvoiceRow,
  { reason }: VoidInvoiceInput,
  requestedBy: string,
): Promise<Invoice> {
  const because = readReason(reason)
  context.handlers.assertComplete()
  refuseInsideTransaction()
  if (row.status !== 'void') {
    refuseUnlessVoidable(row)
    if (row.channel === 'local') await endOpenPayments(context, row.id, requestedBy)
    else await askAboutOpen(context, row.id)
    const intentId = uuidv7()
    const begun = await context.database.transaction((tx) =>
      begin(context, tx, row.id, { intentId, because, requestedBy }),
    )
    context.wake()
    if (begun === 'sending') await sendVoid(context, intentId)
  }
  const now = await findInvoice(context.database, row.id)
  assert(now, 'an invoice that was withdrawn is gone')
  if (now.status !== 'void') throw notVoidable(now)
  return toInvoiceView(now, context.clock.now())
}

function readReason(reason: unknown): string | null {
  if (reason === undefined || reason === null || reason === '') return null
  const isText = typeof reason === 'string' && reason.isWellFormed() && !reason.includes('\u0000')
  if (!isText || reason.length > REASON_MAX)
    throw invalidRequest([{ field: 'reason', reason: `must be text of at most ${REASON_MAX} characters` }])
  return reason
}

function refuseUnlessVoidable(invoice: InvoiceRow): void {
  if (!VOIDABLE.has(invoice.status)) throw notVoidable(invoice)
}

function notVoidable(invoice: InvoiceRow): BayarError {
  const because =
    invoice.received_amount > 0n
      ? `Of the money for ${invoice.number}, ${invoice.received_amount} is still here: refund that too, and it can be withdrawn. Left as it is, nothing more is asked of the customer.`
      : `${invoice.number} is ${invoice.status}.`
  return new BayarError('invoice_not_voidable', because, { details: { status: invoice.status } })
}

interface Voiding {
  readonly intentId: string
  readonly because: string | null
  readonly requestedBy: string
}

/** The locks of its payments before its own, like everywhere. Money that settles at this moment either is seen here or finds the invoice void. */
async function begin(
  context: Context,
  tx: Transaction,
  id: string,
  { intentId, because, requestedBy }: Voiding,
): Promise<'void' | 'sending'> {
  await lockOwnedPayments(tx, id)
  const invoice = await lockInvoice(tx, id)
  assert(invoice, 'an invoice that is to be withdrawn is gone')
  if (invoice.status === 'void') return 'void'
  refuseUnlessVoidable(invoice)
  if (await findOpenInvoiceIntent(tx, id)) throw inProgress(invoice)
  // Its link was used up when it was paid, and Midtrans withdraws only what can be paid: refunded whole, it would wait for ever.
  const isUsedUp = (await findOwnedPayments(tx, id)).some(({ refunded_amount }) => refunded_amount > 0n)
  if (invoice.midtrans_id === null || isUsedUp) {
    const [open] = await openPaymentsOf(context, id, tx)
    if (open) throw stillOpen(open)
    if (await hasUnknownCreation(tx, id))
      throw new BayarError(
        'invoice_not_voidable',
        `Midtrans may have ${invoice.number}, under an id that nobody was told: look for it in the dashboard, and name it with \`refresh\`.`,
      )
    await becomeVoid(context, tx, invoice, because, BY_PERSON)
    return 'void'
  }
  const at = context.clock.now()
  const isWritten = await insertInvoiceIntent(tx, {
    id: intentId,
    invoiceId: id,
    command: 'void',
    key: randomKey(),
    reason: because,
    requestedBy,
    sendBefore: secondsAfter(at, SEND_WITHIN_SECONDS),
    checkAt: secondsAfter(at, context.rules.gatewayDeadlineSeconds + 5),
    at,
  })
  assert(isWritten, 'something else is asked about an invoice under its lock')
  return 'sending'
}

async function sendVoid(context: Context, intentId: string): Promise<void> {
  const intent = await findInvoiceIntent(context.database, intentId)
  assert(intent, 'an intent that was written is gone')
  const { answer, invoice } = await send(context, intent)
  let outcome = await takeVoid(context, intent, answer)
  if (answer.class === 'look') outcome = await lookUpVoid(context, intent, { isImpossible: true })
  else if (outcome === 'rejected')
    throw refusedBecause(answer, { order_id: invoice.order_id, invoice_id: invoice.id })
  if (outcome === 'unknown')
    throw new BayarError('gateway_unknown', `Ask for ${invoice.number} again shortly.`, {
      details: { invoice_id: invoice.id },
    })
}

async function send(
  context: Context,
  intent: InvoiceIntentRow,
): Promise<{ answer: Answer; invoice: InvoiceRow }> {
  const invoice = await findInvoice(context.database, intent.invoice_id)
  assert(invoice && invoice.midtrans_id !== null, 'an invoice that Midtrans does not have is withdrawn there')
  return {
    answer: await context.gateway.voidInvoice({ merchant: invoice.merchant }, invoice.midtrans_id),
    invoice,
  }
}

export function takeVoid(
  context: Context,
  intent: InvoiceIntentRow,
  answer: Answer,
): Promise<InvoiceOutcome> {
  return takeInvoiceAnswer(context, intent, {
    judge: async () => answer,
    async apply(tx, invoice) {
      if (answer.class === 'done') return withdrawn(context, tx, invoice, intent, 'voided')
      if (answer.class !== 'rejected') return askLater(context, tx, intent)
      await endInvoiceIntent(tx, intent.id, 'rejected')
      return 'rejected'
    },
  })
}

/** By a worker: first how it stands, and only an invoice that is still owed is withdrawn again. Withdrawing twice withdraws once. */
export async function findOutVoid(context: Context, intent: InvoiceIntentRow): Promise<void> {
  const isOver = context.clock.now() >= intent.send_before
  const outcome = await lookUpVoid(context, intent, { isImpossible: isOver })
  if (outcome !== 'unknown' || isOver) return
  await takeVoid(context, intent, (await send(context, intent)).answer)
}

/** `isImpossible`: still owed means that it was not done and is not going to be. */
async function lookUpVoid(
  context: Context,
  intent: InvoiceIntentRow,
  { isImpossible }: { readonly isImpossible: boolean },
): Promise<InvoiceOutcome> {
  const invoice = await findInvoice(context.database, intent.invoice_id)
  assert(invoice && invoice.midtrans_id !== null, 'an invoice that Midtrans does not have is withdrawn there')
  const answer = await context.gateway.getInvoice({ merchant: invoice.merchant }, invoice.midtrans_id)
  const facts = answer.class === 'done' ? factsOf(answer) : undefined
  const outcome = await takeInvoiceAnswer(context, intent, {
    // What was answered to the request itself stays on record until it is known.
    judge: async () => ({ ...answer, class: 'unknown' }),
    async apply(tx, locked) {
      if (!facts) return askLater(context, tx, intent)
      // Expired, it cannot be paid any more, and Midtrans withdraws only what can be.
      if (facts.told === 'voided' || facts.told === 'expired')
        return withdrawn(context, tx, locked, intent, facts.status)
      if (facts.told === 'owed' && !isImpossible) return askLater(context, tx, intent)
      await endInvoiceIntent(tx, intent.id, 'rejected')
      return 'rejected'
    },
  })
  if (facts?.told === 'paid') await bringPaidToLight(context, invoice)
  return outcome
}

async function withdrawn(
  context: Context,
  tx: Transaction,
  invoice: InvoiceRow,
  intent: InvoiceIntentRow,
  status: InvoiceFacts['status'],
): Promise<InvoiceOutcome> {
  await endInvoiceIntent(tx, intent.id, 'done')
  const cause = { ...BY_PERSON, source: 'answer' }
  // Money that came while Midtrans was asked is received, whatever it says of the invoice.
  if (invoice.received_amount > 0n)
    await changeInvoice(context, tx, invoice, { midtrans_status: status }, { event: null, cause })
  else await becomeVoid(context, tx, { ...invoice, midtrans_status: status }, intent.reason, cause)
  return 'done'
}

export async function becomeVoid(
  context: Context,
  tx: Transaction,
  invoice: InvoiceRow,
  reason: string | null,
  cause: InvoiceCause,
): Promise<void> {
  if (invoice.status === 'void') return
  const set = { voided_at: context.clock.now(), void_reason: reason }
  await changeInvoice(context, tx, invoice, set, { event: 'invoice.voided', cause })
}
