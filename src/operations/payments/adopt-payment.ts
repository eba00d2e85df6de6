/**
 * Takes in an order that Midtrans told of and that was never charged here: of a shop's former software, or made by hand in the dashboard. Only a person does this, and the person names the amount: were Midtrans's
 * taken silently, any order that somebody else charges on the same account would be money of ours (defect D9).
 *
 * Midtrans is asked first, then the payment is written with what it said, in one commit. There is no intent, because nothing was asked. The notices that wait are judged again by a worker.
 */
import { createHash } from 'node:crypto'
import { firstCheckAt } from '../../domain/check-schedule.ts'
import type { News } from '../../domain/news.ts'
import { uuidv7 } from '../../domain/uuid.ts'
import { BayarError, invalidRequest, type Problem } from '../../errors.ts'
import { readDocument } from '../../gateway/read-document.ts'
import { isAnotherOrders, translate } from '../../gateway/translate.ts'
import { listForeignTransactions } from '../../store/notifications.ts'
import { findPaymentByOrder, type PaymentRow } from '../../store/payments.ts'
import { insertPayment } from '../../store/write-payment.ts'
import { advanceWithin } from '../advance-payments.ts'
import type { Context } from '../context.ts'
import { orderIsParents } from './new-charge.ts'
import type { PaymentName } from './payment-name.ts'
import { type Payment, toPaymentView } from './payment-view.ts'
import { refuseInsideTransaction } from './run-intent.ts'

export interface AdoptInput {
  readonly orderId: string
  /** What the order costs, by your own books. Where Midtrans has another amount, a person decides. */
  readonly expectedAmount: number
  readonly userId?: string
  /** Your name for the Midtrans account, when you have several. */
  readonly merchant?: string
}

export interface Adopted {
  readonly payment: Payment
  /** False when it was adopted before, with the same amount and user. */
  readonly created: boolean
}

export async function adoptPayment(context: Context, input: AdoptInput): Promise<Adopted> {
  const asked = checkInput(context, input)
  context.handlers.assertComplete()
  refuseInsideTransaction()
  const known = await findPaymentByOrder(context.database, asked.merchant, asked.orderId)
  if (known) return adoptedBefore(known, asked)

  const news = await askMidtrans(context, asked)
  const at = context.clock.now()
  const created = await context.database.transaction(async (tx) => {
    const isMade = await insertPayment(tx, {
      id: uuidv7(),
      merchant: asked.merchant,
      orderId: asked.orderId,
      paymentType: news.paymentType,
      bank: news.instructions.bank ?? null,
      grossAmount: asked.expectedAmount,
      openIntentId: null,
      owner: null,
      ownerId: null,
      userId: asked.userId,
      customer: {},
      customFields: [],
      metadata: null,
      items: [],
      requestDigest: digestOf(asked),
      at,
      firstCheckAt: firstCheckAt(at),
    })
    if (isMade) await advanceWithin(context, tx, { merchant: asked.merchant, orderId: asked.orderId, news })
    return isMade
  })
  context.wake()
  context.wake('notifications')
  const row = await findPaymentByOrder(context.database, asked.merchant, asked.orderId)
  // It is written by itself, when its notice is judged.
  if (!row) throw orderIsParents(asked.orderId)
  return created ? { payment: toPaymentView(row), created } : adoptedBefore(row, asked)
}

interface Asked extends PaymentName {
  readonly expectedAmount: bigint
  readonly userId: string | null
}

function checkInput(context: Context, input: AdoptInput): Asked {
  const names = context.rules.merchants.map(({ name }) => name)
  const { orderId, expectedAmount, userId = null, merchant = names[0] ?? 'default' } = input
  const problems: Problem[] = []
  if (typeof orderId !== 'string' || !/^[\x21-\x7e]{1,50}$/.test(orderId))
    problems.push({ field: 'order_id', reason: 'must be 1 to 50 printable characters' })
  if (!Number.isSafeInteger(expectedAmount) || expectedAmount < 1)
    problems.push({ field: 'expected_amount', reason: 'must be whole rupiah, at least 1' })
  if (userId !== null && (typeof userId !== 'string' || !/^[^\u0000-\u001f]{1,255}$/.test(userId)))
    problems.push({ field: 'user_id', reason: 'must be 1 to 255 characters' })
  if (!names.includes(merchant))
    problems.push({ field: 'merchant', reason: `must be one of ${names.join(', ')}` })
  if (problems.length > 0) throw invalidRequest(problems)
  return { orderId, merchant, expectedAmount: BigInt(expectedAmount), userId }
}

function digestOf({ expectedAmount, userId }: Asked): Buffer {
  return createHash('sha256')
    .update(JSON.stringify({ isAdopted: true, expectedAmount: String(expectedAmount), userId }))
    .digest()
}

function adoptedBefore(row: PaymentRow, asked: Asked): Adopted {
  if (row.request_digest.equals(digestOf(asked))) return { payment: toPaymentView(row), created: false }
  throw new BayarError(
    'order_id_taken',
    `${asked.orderId} is here already: there is nothing to adopt. \`bayar payments show ${asked.orderId}\` shows it.`,
  )
}

/** By the order id; where that finds nothing (DANA), by the transactions that its notices named. */
async function askMidtrans(context: Context, { merchant, orderId }: Asked): Promise<News> {
  const named = await listForeignTransactions(context.database, merchant, orderId)
  for (const id of [orderId, ...named]) {
    const answer = await context.gateway.status({ merchant }, id)
    if (answer.class === 'absent') continue
    const document = answer.document && readDocument(answer.document)
    if (answer.class !== 'done' || !document) {
      const says = `${answer.message}${answer.code === null ? '' : ` (${answer.code})`}`
      throw new BayarError('gateway_unavailable', says, { details: { gateway_code: answer.code } })
    }
    if (isAnotherOrders(document, orderId, id)) continue
    const news = translate(document, { source: 'look_up', confirmed: true, document: answer.document! })
    if ('problem' in news) throw new BayarError('gateway_unavailable', news.problem)
    return id === orderId ? news : { ...news, transactionId: id }
  }
  throw new BayarError('payment_not_found', `Midtrans does not know ${orderId} either.`)
}
