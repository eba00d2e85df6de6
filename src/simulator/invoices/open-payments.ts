import { choiceOf } from '../checkout/choices.ts'
import { checkOwnCharge, type OwnCharge, ownCharge } from '../own-charge.ts'
import { isObject } from '../reader.ts'
import { REFUSALS } from '../refusals.ts'
import { toWib } from '../wib-time.ts'
import type { World } from '../world.ts'
import type { AccountAsked } from './check-invoice.ts'
import type { Payments } from './invoices.ts'

/** What an invoice is paid with, from the moment it is one. */
export interface ToPay {
  readonly id: string
  readonly orderId: string
  readonly grossAmount: number
  readonly dueMs: number
  readonly paymentType: 'payment_link' | 'virtual_account'
  readonly accounts: readonly AccountAsked[]
  readonly paymentLink: unknown
}

/** All of it or, with the reason why not, nothing: a number that stayed open behind a refusal could be paid for an invoice that is none. */
export function openPayments(world: World, invoice: ToPay): Payments | string {
  const charges = invoice.accounts.map((account) => chargeFor(world, invoice, account))
  for (const charge of charges) {
    const checked = checkOwnCharge(world, charge)
    if ('kind' in checked) return [REFUSALS[checked.name].message, ...checked.problems].join(' ')
  }
  const accounts: { readonly name: string; readonly transactionId: string }[] = []
  for (const [at, charge] of charges.entries()) {
    const outcome = ownCharge(world, charge)
    if (outcome.kind !== 'charge') return REFUSALS.no_number.message
    accounts.push({ name: invoice.accounts[at]!.name, transactionId: outcome.view.transaction.id })
  }
  return { accounts, checkoutToken: openPage(world, invoice) }
}

function openPage(
  world: World,
  { id, orderId, grossAmount, paymentType, paymentLink }: ToPay,
): string | null {
  if (paymentType !== 'payment_link') return null
  const asked = isObject(paymentLink) ? paymentLink : {}
  world.checkouts.open(
    {
      origin: 'invoice',
      orderId,
      amount: grossAmount,
      request: { ...asked, metadata: { midtrans_invoice_id: id } },
      overrideUrls: null,
      appendUrls: null,
      expiresMs: null,
    },
    id,
  )
  return id
}

/** Payable until the due date. Nothing is told of it before somebody pays or it expires (notifications.md §7). */
function chargeFor(world: World, invoice: ToPay, { name, number }: AccountAsked): OwnCharge {
  const choice = choiceOf(name === 'mandiri_bill' ? 'echannel' : name)!
  const field = choice.paymentType === 'echannel' ? 'bill_key' : 'va_number'
  const part = { ...choice.part, ...(number === undefined ? {} : { [field]: number }) }
  const nowMs = world.clock.nowMs()
  return {
    orderId: invoice.orderId,
    amount: invoice.grossAmount,
    ofSnap: true,
    extras: { isQuiet: true },
    body: {
      payment_type: choice.paymentType,
      [choice.paymentType]: part,
      custom_expiry: {
        order_time: `${toWib(nowMs)} +0700`,
        expiry_duration: Math.max(20, Math.floor((invoice.dueMs - nowMs) / 1000)),
        unit: 'second',
      },
      metadata: { midtrans_invoice_id: invoice.id },
    },
  }
}
