import { BayarError } from '../../errors.ts'
import { type SimulatedTransaction, showTransaction } from '../show-transaction.ts'
import type { World } from '../world.ts'
import { choose, type Filled } from './choose.ts'

/** What a customer does on a hosted page, by hand. */
export interface CheckoutActs {
  /**
   * The customer of a Snap session, a payment link or an invoice's page picks a way to pay; `id` is the page's token or its order id. What comes of it is then paid, refused or left as any other
   * transaction.
   */
  choose(id: string, method: string, options?: Omit<Filled, 'method'>): Promise<SimulatedTransaction>
}

export function createCheckoutActs(world: () => World): CheckoutActs {
  return {
    async choose(id, method, options = {}) {
      const { checkouts } = world()
      const checkout = checkouts.find(id) ?? checkouts.ofOrder(id)
      if (!checkout) throw new BayarError('payment_not_found', `Simulator: it knows no payment page “${id}”.`)
      const made = choose(world(), checkout, { ...options, method })
      if ('refusal' in made) throw new BayarError('command_not_possible', `Simulator: ${made.refusal.en}`)
      return showTransaction(world(), made.transaction)
    },
  }
}
