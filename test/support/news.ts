import { createHash } from 'node:crypto'
import type { AttemptStatus } from '../../src/domain/attempt-lifecycle.ts'
import type { JudgeRules } from '../../src/domain/judge-news.ts'
import type { News, RefundFact } from '../../src/domain/news.ts'
import type { PaymentState } from '../../src/domain/payment.ts'
import { uuidv7 } from '../../src/domain/uuid.ts'

/** Building blocks for tests of the judgement: a pending order of Rp 100,000, and things that Midtrans may say of it. */
export const AMOUNT = 100_000n

export const RULES: JudgeRules = {
  imposedFees: false,
  confirm: 'signature',
  confirmAbove: 0n,
  gatewayMerchantId: 'G123456789',
  newId: uuidv7,
}

export function payment(changes: Partial<PaymentState> = {}): PaymentState {
  return {
    id: uuidv7(),
    merchant: 'default',
    orderId: 'ORDER-1',
    version: 0,
    status: 'created',
    isPage: false,
    presumed: null,
    presumedEvent: null,
    grossAmount: AMOUNT,
    captureAmount: null,
    currency: 'IDR',
    netAmount: 0n,
    openIntentId: uuidv7(),
    owner: null,
    attempts: [],
    refunds: [],
    reviews: [],
    ...changes,
  }
}

export function refund(key: string, amount: bigint, changes: Partial<RefundFact> = {}): RefundFact {
  return {
    key,
    chargebackUuid: `uuid-${key}`,
    chargebackId: null,
    amount,
    reason: null,
    bankConfirmedAt: null,
    ...changes,
  }
}

export function news(told: AttemptStatus, changes: Partial<News> = {}): News {
  const said: News = {
    source: 'notification',
    confirmed: false,
    transactionId: 'T1',
    told,
    transactionStatus: told,
    fraudStatus: 'accept',
    statusCode: '200',
    codeContradicts: false,
    paymentType: 'credit_card',
    grossAmount: AMOUNT,
    originalAmount: null,
    feeAmount: null,
    currency: 'IDR',
    gatewayMerchantId: 'G123456789',
    refundTotal: null,
    refunds: [],
    chargebackTotal: null,
    transactionTime: new Date('2026-03-02T05:00:00Z'),
    settlementTime: null,
    expiryTime: null,
    instructions: {},
    fingerprint: '',
    notificationId: uuidv7(),
    intentId: null,
    document: null,
    ...changes,
  }
  const words = [
    said.transactionId,
    said.told,
    said.fraudStatus,
    said.statusCode,
    said.refundTotal,
    ...said.refunds.map((row) => `${row.key}@${row.bankConfirmedAt?.toISOString() ?? ''}`).sort(),
  ]
  return { ...said, fingerprint: createHash('sha256').update(words.join('|')).digest('hex') }
}

/** The same, as Midtrans answers when it is asked. */
export function lookUp(told: AttemptStatus, changes: Partial<News> = {}): News {
  return news(told, { source: 'look_up', confirmed: true, notificationId: null, ...changes })
}
