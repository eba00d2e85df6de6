import { userInfo } from 'node:os'
import type { Bayar } from '../bayar.ts'
import { isBayarError } from '../errors.ts'
import type { Call } from './call.ts'
import { loadBesideDev } from './dev/beside-dev.ts'
import { gatewayAddress } from './gateway-address.ts'
import { loadConfig } from './load-config.ts'

/** Runs a command with the configured instance, or that of the `bayar dev` beside it, and closes it whatever happens. */
export async function withBayar<T>(call: Call, work: (bayar: Bayar) => Promise<T>): Promise<T> {
  const { bayar } = await loadBesideDev(call.text('config'), (text) => call.out.note(text))
  return closing(bayar, async () => {
    try {
      const result = await work(bayar)
      if (result === 'unknown') tellWhoWasAsked(call, bayar)
      return result
    } catch (error) {
      // A wrong address is the usual cause.
      if (isBayarError(error, 'gateway_unknown') || isBayarError(error, 'gateway_unavailable'))
        tellWhoWasAsked(call, bayar)
      throw error
    }
  })
}

/** The same for what runs by itself (`serve`, `worker`, `migrate`): it takes nothing from a `bayar dev` that may end before it. */
export async function withOwnBayar<T>(call: Call, work: (bayar: Bayar) => Promise<T>): Promise<T> {
  const { bayar } = await loadConfig(call.text('config'))
  return closing(bayar, () => work(bayar))
}

async function closing<T>(bayar: Bayar, work: () => Promise<T>): Promise<T> {
  try {
    return await work()
  } finally {
    await bayar.close()
  }
}

function tellWhoWasAsked(call: Call, { settings }: Bayar): void {
  call.out.note(`Midtrans was asked at ${gatewayAddress(settings)}.`)
}

/** Who commands, for the payment's history. */
export function whoAsks(): string {
  try {
    return `cli:${userInfo().username}`
  } catch {
    // In a container the account may have no name.
    return 'cli'
  }
}

/** An order id, with the account when one was named. */
export function paymentOf(call: Call): { orderId: string; merchant?: string } {
  const merchant = call.text('merchant')
  return { orderId: call.argument!, ...(merchant === undefined ? {} : { merchant }) }
}
