/** The second step of a command: its intent, as it was written down, is sent. Whoever sends it (the caller, a worker, a second process) sends the same. */
import type { Rupiah } from '../../domain/money.ts'
import type { Answer, Ask, Gateway, RefundAsked } from '../../gateway/port.ts'
import type { IntentCommand, IntentRow } from '../../store/intents.ts'
import type { Context } from '../context.ts'
import { readAsked, readCheckoutAsked } from './charge-request.ts'

type Send = (gateway: Gateway, ask: Ask, intent: IntentRow) => Promise<Answer>

// biome-ignore format: a table is read in columns
const SEND: Readonly<Record<IntentCommand, Send>> = {
  charge:        (gateway, ask, intent) => gateway.charge(ask, readAsked(intent.request)),
  checkout:      (gateway, ask, intent) => gateway.checkout(ask, readCheckoutAsked(intent.request)),
  cancel:        (gateway, ask, intent) => isOfPage(intent) ? gateway.cancelPage(ask, tokenOf(intent)) : gateway.cancel(ask, transactionOf(intent)),
  expire:        (gateway, ask, intent) => isOfPage(intent) ? gateway.expirePage(ask, tokenOf(intent)) : gateway.expire(ask, transactionOf(intent)),
  approve:       (gateway, ask, intent) => gateway.approve(ask, transactionOf(intent)),
  deny:          (gateway, ask, intent) => gateway.deny(ask, transactionOf(intent)),
  capture:       (gateway, ask, intent) => gateway.capture(ask, transactionOf(intent), captureOf(intent)),
  refund:        (gateway, ask, intent) => gateway.refund(ask, transactionOf(intent), refundOf(intent)),
  direct_refund: (gateway, ask, intent) => gateway.directRefund(ask, transactionOf(intent), refundOf(intent)),
}

export function sendIntent(context: Context, intent: IntentRow): Promise<Answer> {
  return SEND[intent.command](context.gateway, { merchant: intent.merchant, key: intent.key }, intent)
}

/** Not of a transaction: of the page on which one could be begun. */
export function isOfPage({ command, transaction_id: id }: IntentRow): boolean {
  return (command === 'cancel' || command === 'expire') && id === null
}

function tokenOf({ request }: IntentRow): string {
  return (request as { token: string }).token
}

function transactionOf({ transaction_id: id, command }: IntentRow): string {
  if (id === null) throw new Error(`bayar is wrong: ${command} names no transaction`)
  return id
}

/** JSON has no bigint: amounts are kept as text. */
export function refundOf({ request }: IntentRow): RefundAsked {
  const { key, amount, reason } = request as { key: string; amount: string; reason: string | null }
  return { key, amount: BigInt(amount), reason }
}

function captureOf({ request }: IntentRow): Rupiah {
  return BigInt((request as { amount: string }).amount)
}
