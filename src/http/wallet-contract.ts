/** What goes over HTTP about wallets and top-ups, once, in snake_case; beside `contract.ts`. */
import { z } from '@hono/zod-openapi'
import { TOPUP_STATUSES } from '../domain/topup.ts'
import { WALLET_ENTRY_KINDS, WALLET_STATUSES, type WalletEntryKind } from '../domain/wallet.ts'
import { PAYMENT_TYPES } from '../gateway/wire.ts'
import {
  chargeRequest,
  instant,
  methodFields,
  paging,
  payment,
  rupiah,
  strict,
  text,
  uuid,
  type Words,
  whose,
} from './contract.ts'

const merchant = text(50).optional().openapi({ description: 'Which of your Midtrans accounts.' })
const entryKind = z.enum(Object.keys(WALLET_ENTRY_KINDS) as Words<WalletEntryKind>)

export const wallet = z
  .object({
    id: uuid,
    merchant: z.string(),
    user_id: z.string(),
    version: z.int(),
    status: z.enum(WALLET_STATUSES).openapi({ description: 'frozen: it takes money and gives none.' }),
    frozen_reason: z.string().nullable(),
    balance: rupiah,
    shortfall: rupiah.openapi({
      description: 'What was taken back after it had been spent: the next credits pay it first.',
    }),
    currency: z.string(),
    created_at: instant,
    updated_at: instant,
  })
  .openapi('Wallet')

export const walletTransaction = z
  .object({
    id: uuid,
    sequence: z.int(),
    kind: entryKind,
    amount: rupiah.openapi({ description: 'Into the wallet when positive.' }),
    balance_after: rupiah,
    shortfall_after: rupiah,
    cause_id: z.string(),
    note: z.string().nullable(),
    by: z.string().nullable().openapi({ description: 'For staff: who asked for it.' }),
    payment_id: uuid.nullable(),
    occurred_at: instant,
  })
  .openapi('WalletTransaction')

export const walletQuery = strict({ user_id: whose, merchant })

export const walletTransactionQuery = strict({
  user_id: whose,
  merchant,
  kind: entryKind.optional(),
  order: z.enum(['asc', 'desc']).optional(),
  ...paging,
})

export const byUser = z.object({
  user_id: z.string().openapi({ param: { name: 'user_id', in: 'path' } }),
})
export const ofAccount = strict({ merchant })

export const walletAdjustment = strict({
  amount: rupiah.openapi({ description: 'Into the wallet when positive, out of it when negative.' }),
  reason: z.string().openapi({ description: 'Why; the customer may read it.' }),
  key: z.string().optional().openapi({
    description:
      'Your own name for it: asked again under it, it is the same adjustment. Left out, it is made from Idempotency-Key.',
  }),
}).openapi('WalletAdjustment')

export const adjustedWallet = z
  .object({ wallet, transaction: walletTransaction, created: z.boolean() })
  .openapi('AdjustedWallet')

export const walletFreeze = strict({ reason: z.string() }).openapi('WalletFreeze')

export const topupRequest = strict({
  amount: rupiah,
  payment_type: z.enum(PAYMENT_TYPES),
  ...methodFields,
  customer_details: chargeRequest.shape.customer_details,
  reference: z.string().optional().openapi({
    description:
      'Your own name for it: asked again under it, it is the same top-up. Each user has names of their own. Left out, it is made from Idempotency-Key.',
  }),
  user_id: z.string().optional().openapi({
    description: 'For staff, who must say it: whose wallet. A user who names another is answered 403.',
  }),
  merchant: z.string().optional().openapi({ description: 'For staff: which of your Midtrans accounts.' }),
}).openapi('TopupRequest')

const topupFields = {
  id: uuid,
  merchant: z.string(),
  user_id: z.string(),
  order_id: z.string().openapi({ example: 'TOPUP-0123456789AB' }),
  status: z.enum(TOPUP_STATUSES),
  version: z.int(),
  amount: rupiah,
  received_amount: rupiah.openapi({ description: 'What of it has come, less what went back.' }),
  payment_type: z.string(),
  bank: z.string().nullable(),
  currency: z.string(),
  paid_at: instant.nullable(),
  created_at: instant,
  updated_at: instant,
}

export const topup = z.object(topupFields).openapi('Topup')

export const topupDetail = z
  .object({
    ...topupFields,
    payment: payment.openapi({ description: 'How to pay it, and how that stands.' }),
  })
  .openapi('TopupDetail')

export const topupQuery = strict({
  user_id: whose,
  status: z.enum(TOPUP_STATUSES).optional(),
  merchant,
  order: z.enum(['asc', 'desc']).optional(),
  ...paging,
})
