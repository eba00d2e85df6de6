import fc from 'fast-check'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { type Bayar, composeBayar } from '../../src/bayar.ts'
import { uuidv7 } from '../../src/domain/uuid.ts'
import { signatureOf } from '../../src/gateway/signature.ts'
import type { Worker } from '../../src/jobs/worker.ts'
import { silentLog } from '../../src/operations/log.ts'
import { type Database, openDatabase } from '../../src/store/database.ts'
import { insertPayment } from '../../src/store/write-payment.ts'
import { checkBooks } from '../support/books.ts'
import { cloneDatabase, type TestDatabase } from '../support/database.ts'
import { deliveries, expectedEnd, newsOfLife, type Told } from '../support/histories.ts'
import { AMOUNT } from '../support/news.ts'

/**
 * Legal lives of a transaction against a real database: notifications in any order, repeated, interleaved with polls, taken by one process and by two at once. In the end the payment is where the
 * gateway has it, and each event was told once.
 */
const KEY = 'SB-Mid-server-HISTORIES'
let database: TestDatabase
let direct: Database
const shops: { bayar: Bayar; worker: Worker }[] = []
/** What the gateway answers when it is asked, by transaction id: the truth at this moment. */
const truth = new Map<string, Record<string, unknown>>()

beforeAll(async () => {
  database = await cloneDatabase()
  direct = openDatabase({ database: database.url, connections: 4 })
  for (let process = 0; process < 2; process++) {
    const bayar = composeBayar(
      {
        database: database.url,
        serverKey: KEY,
        baseUrl: 'http://gateway.test',
        log: silentLog,
        connections: 6,
        fetch: async (input) => {
          const id = decodeURIComponent(
            new URL(input instanceof Request ? input.url : input).pathname.split('/')[2]!,
          )
          return Response.json(
            truth.get(id) ?? { status_code: '404', status_message: "Transaction doesn't exist." },
          )
        },
      },
      { waiveDurability: true },
    )
    shops.push({ bayar, worker: await bayar.work() })
  }
})

afterAll(async () => {
  await checkBooks(direct)
  for (const { bayar } of shops) await bayar.close()
  await direct.close()
  await database.drop()
})

const WORDS: Readonly<
  Record<string, [status: string, fraud: string, noticeCode: string, statusCode: string]>
> = {
  pending: ['pending', 'accept', '201', '201'],
  challenged: ['capture', 'challenge', '201', '201'],
  authorized: ['authorize', 'accept', '200', '200'],
  captured: ['capture', 'accept', '200', '200'],
  settled: ['settlement', 'accept', '200', '200'],
  denied: ['deny', 'deny', '202', '202'],
  cancelled: ['cancel', 'accept', '202', '200'],
  expired: ['expire', 'accept', '202', '407'],
  failed: ['failure', 'accept', '202', '202'],
  reversed: ['deny', 'accept', '202', '202'],
  partially_refunded: ['partial_refund', 'accept', '200', '200'],
  refunded: ['refund', 'accept', '200', '200'],
  charged_back: ['chargeback', 'accept', '200', '200'],
}

function document(orderId: string, { told, refunds }: Told, isNotice: boolean): Record<string, unknown> {
  const [status, fraud, noticeCode, statusCode] = WORDS[told]!
  const body: Record<string, unknown> = {
    transaction_time: '2026-03-02 12:00:00',
    transaction_status: status,
    transaction_id: `T-${orderId}`,
    status_code: isNotice ? noticeCode : statusCode,
    order_id: orderId,
    gross_amount: `${AMOUNT}.00`,
    fraud_status: fraud,
    payment_type: 'credit_card',
    currency: 'IDR',
    ...(told === 'reversed' ? { settlement_time: '2026-03-02 12:03:00' } : {}),
    ...(refunds.length === 0
      ? {}
      : {
          refund_amount: `${refunds.reduce((sum, row) => sum + row.amount, 0n)}.00`,
          refunds: refunds.map((row) => ({
            refund_key: row.key,
            refund_chargeback_uuid: row.chargebackUuid,
            refund_amount: `${row.amount}.00`,
          })),
        }),
  }
  const signed = { orderId, statusCode: String(body.status_code), grossAmount: String(body.gross_amount) }
  return { ...body, signature_key: signatureOf(signed, KEY) }
}

let orders = 0

async function live(
  life: string,
  order: readonly { kind: 'notice' | 'poll'; index: number }[],
  atOnce: number,
  processes: number,
) {
  const orderId = `H-${++orders}`
  const id = uuidv7()
  const news = newsOfLife(life)
  await insertPayment(direct, {
    id,
    merchant: 'default',
    orderId,
    paymentType: 'credit_card',
    bank: null,
    grossAmount: AMOUNT,
    openIntentId: null,
    owner: null,
    ownerId: null,
    userId: null,
    customer: {},
    customFields: [],
    metadata: null,
    items: [],
    requestDigest: Buffer.alloc(32),
    at: new Date(),
    firstCheckAt: new Date(Date.now() + 3_600_000),
  })
  let seen = 0
  for (let at = 0; at < order.length; at += atOnce) {
    await Promise.all(
      order.slice(at, at + atOnce).map(async ({ kind, index }, place) => {
        const { bayar } = shops[(at + place) % processes]!
        // Time does not run backwards at the gateway: what it answers is never older than what it answered before.
        seen = Math.max(seen, index)
        truth.set(`T-${orderId}`, document(orderId, news[seen]!, false))
        truth.set(orderId, document(orderId, news[seen]!, false))
        if (kind === 'poll') await bayar.payments.checkStatus(orderId)
        else
          await bayar.notifications.receive({
            body: Buffer.from(JSON.stringify(document(orderId, news[index]!, true))),
            channel: 'payment',
            sender: null,
          })
      }),
    )
  }
  truth.set(`T-${orderId}`, document(orderId, news.at(-1)!, false))
  truth.set(orderId, document(orderId, news.at(-1)!, false))
  await Promise.all(shops.map(({ worker }) => worker.idle()))
  const expected = expectedEnd(life)
  const payment = (await shops[0]!.bayar.payments.find(orderId))!
  const history = await shops[0]!.bayar.payments.history(orderId)
  const told = history.map((row) => row.event).filter((event) => event !== null)
  const count = (name: string) => told.filter((event) => event === name).length
  expect(payment.status, `${life}: ${told}`).toBe(expected.status)
  expect(payment.netAmount).toBe(Number(expected.net))
  expect(count('payment.refunded')).toBe(expected.refunds)
  expect(count('payment.needs_review')).toBe(0)
  if (expected.ending) expect(count(expected.ending)).toBe(1)
  if (expected.moneyIsTold === 'once') expect(count('payment.settled')).toBe(1)
  for (const name of new Set(told)) if (name !== 'payment.refunded') expect(count(name), name).toBe(1)
  expect(history.map((row) => row.sequence)).toEqual(history.map((_, index) => index + 1))
}

test.each([
  ['one process, one after the other', 1, 1],
  ['one process, many at once', 6, 1],
  ['two processes, one after the other', 1, 2],
  ['two processes, many at once', 6, 2],
])(
  'any legal history ends where the gateway has it: %s',
  async (_, atOnce, processes) => {
    await fc.assert(
      fc.asyncProperty(deliveries, ({ life, order }) => live(life, order, atOnce, processes)),
      { numRuns: 60, endOnFailure: true },
    )
  },
  120_000,
)
