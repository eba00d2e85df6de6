/** `bayar.topups`: payments whose money goes into a wallet. */
import { isUuid } from '../../domain/uuid.ts'
import { BayarError } from '../../errors.ts'
import { findOwnedPayments } from '../../store/owned-payments.ts'
import {
  findTopupByOrder,
  findTopups,
  listTopups,
  type TopupFilter,
  type TopupRow,
} from '../../store/topups.ts'
import type { Context } from '../context.ts'
import { readIdCursor } from '../id-cursor.ts'
import { mapPage, type Page, type PageAsked, readPage } from '../page.ts'
import { type Payment, toPaymentView } from '../payments/payment-view.ts'
import { type CreatedTopup, type CreateTopupInput, createTopup } from './create-topup.ts'
import { type Topup, toTopup } from './topup-view.ts'

/** Its id; or its order id, of your first Midtrans account. */
export type TopupReference = string

export interface Topups {
  /** Asks the user to pay into their wallet, by a method. */
  create(input: CreateTopupInput, by?: string): Promise<CreatedTopup>
  find(topup: TopupReference): Promise<Topup | undefined>
  /** How to pay it, and how that stands. */
  payment(topup: TopupReference): Promise<Payment>
  list(
    query?: PageAsked & { readonly filter?: TopupFilter; readonly descending?: boolean },
  ): Promise<Page<Topup>>
}

const HOST = 'host'

export function bindTopups(context: () => Promise<Context>, reading: () => Promise<Context>): Topups {
  return {
    create: async (input, by = HOST) => createTopup(await context(), input, by),
    async find(reference) {
      const row = await find(await reading(), reference)
      return row && toTopup(row)
    },
    async payment(reference) {
      const at = await reading()
      const row = await find(at, reference)
      const payment = row && (await findOwnedPayments(at.database, row.id))[0]
      if (!payment) throw new BayarError('topup_not_found')
      return toPaymentView(payment)
    },
    async list({ filter = {}, descending = true, ...asked } = {}) {
      const { database } = await reading()
      const page = await readPage(
        asked,
        (row: TopupRow) => row.id,
        ({ position, isBackward, limit }) =>
          listTopups(database, {
            filter,
            after: readIdCursor(position),
            limit,
            descending: descending !== isBackward,
          }),
      )
      return mapPage(page, toTopup)
    },
  }
}

async function find(context: Context, reference: TopupReference): Promise<TopupRow | undefined> {
  if (isUuid(reference)) return (await findTopups(context.database, [reference]))[0]
  // Nothing else is an order of ours, and some of it is no text that a database takes.
  if (!/^TOPUP-[0-9A-F]{12}$/.test(reference)) return undefined
  return findTopupByOrder(context.database, context.rules.merchants[0]?.name ?? 'default', reference)
}
