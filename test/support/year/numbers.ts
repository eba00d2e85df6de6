/** What becomes of the numbers that customers are given to pay, and of their cards that were charged: settled by the dice when each is first seen, and done at its step. */
import { anotherMethod, latest, takeBack } from './deeds.ts'
import { dice, pick } from './dice.ts'
import { CARD_FATES, HABITS } from './script.ts'
import type { Life, Town } from './town.ts'

export interface Fate {
  readonly customer: number
  /** Of the numbers of this customer the first, the second … */
  readonly nth: number
  readonly says: string
  work(): Promise<unknown>
}

interface Waiting {
  readonly order_id: string
  readonly user_id: string
  readonly status: 'pending' | 'captured'
}

export class Numbers {
  readonly #town: Town
  readonly #seen = new Set<string>()
  readonly #fates = new Map<number, Fate[]>()

  constructor(town: Town) {
    this.#town = town
  }

  /** What is to be done at this step, with what has come since the last one. */
  async at(step: number): Promise<readonly Fate[]> {
    const waiting = await this.#town.rows<Waiting>(
      `select p.order_id, p.user_id, p.status from bayar.open_payments o join bayar.payments p on p.id = o.payment_id
        where p.status = case when p.payment_type = 'credit_card' then 'captured' else 'pending' end and p.user_id is not null order by p.id`,
    )
    for (const { order_id: orderId, user_id: user, status } of waiting) {
      if (this.#seen.has(orderId)) continue
      this.#seen.add(orderId)
      const life = this.#town.lives[Number(user.slice('user-'.length))]!
      if (status === 'captured') this.#settleCard(life, orderId, step)
      else this.#settleNumber(life, orderId, step)
    }
    const due = this.#fates.get(step) ?? []
    this.#fates.delete(step)
    return due
  }

  #settleCard(life: Life, orderId: string, now: number): void {
    const nth = ++life.charges
    const roll = dice(this.#town.script.seed, 'card', life.customer.number, nth)
    const { simulator } = this.#town.test
    const fate = pick(CARD_FATES, roll)
    if (fate === 'is voided')
      this.#plan(life, nth, now, 'has its card voided', () =>
        takeBack(this.#town, life, () => simulator.cancel(orderId)),
      )
    if (fate === 'is disputed')
      this.#plan(life, nth, now + 4 + roll(90), 'disputes the charge of its card', () =>
        takeBack(this.#town, life, () => simulator.chargeback(orderId)),
      )
  }

  #settleNumber(life: Life, orderId: string, now: number): void {
    const nth = ++life.numbers
    const roll = dice(this.#town.script.seed, 'number', life.customer.number, nth)
    const { simulator, bayar } = this.#town.test
    const pay = () => simulator.pay(orderId)
    const late = () => this.#plan(life, nth, now + 3 + roll(6), 'pays a number late', pay)
    switch (pick(HABITS[life.customer.habit], roll)) {
      case 'at once':
        this.#plan(life, nth, now, 'pays a number', pay)
        break
      case 'next day':
        this.#plan(life, nth, now + 1, 'pays a number', pay)
        break
      case 'too late':
        late()
        break
      case 'is taken back':
        this.#plan(life, nth, now, 'pays a number', pay)
        this.#plan(life, nth, now + 1 + roll(6), 'has its number reversed', () =>
          takeBack(this.#town, life, () => simulator.reverse(orderId)),
        )
        break
      case 'is told thrice':
        this.#plan(life, nth, now, 'pays a number that is told thrice', () => {
          simulator.faults.add({ kind: 'repeat', orderId, copies: 3, times: 1 })
          return pay()
        })
        break
      case 'by another way': {
        const isCut = roll(3) === 0
        // Not ended, it can still be paid: then nothing may take its place.
        const then = isCut ? pay : async () => {}
        this.#plan(
          life,
          nth,
          now,
          `pays by another way${isCut ? ' while the line is cut' : ''}`,
          async () => {
            if (isCut)
              simulator.faults.add({ kind: 'cut', when: 'before', verb: 'cancel', orderId, times: 2 })
            try {
              await bayar.subscriptions.pay(latest(life).id, anotherMethod(life, roll) as never)
            } finally {
              await then()
            }
          },
        )
        return
      }
      case 'cancels and pays':
        this.#plan(life, nth, now, 'cancels, and pays what could not be ended', async () => {
          const known = latest(life)
          simulator.faults.add({ kind: 'cut', when: 'before', verb: 'cancel', orderId, times: 2 })
          await bayar.subscriptions.cancel(known.id)
          known.hasEnded = true
          await pay()
        })
        break
      case 'never':
        break
    }
  }

  #plan({ customer }: Life, nth: number, step: number, says: string, work: () => Promise<unknown>): void {
    const there = this.#fates.get(step)
    const fate = { customer: customer.number, nth, says, work }
    if (there) there.push(fate)
    else this.#fates.set(step, [fate])
  }
}
