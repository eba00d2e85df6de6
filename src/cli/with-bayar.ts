import { userInfo } from 'node:os'
import type { Bayar } from '../bayar.ts'
import type { Call } from './call.ts'
import { loadConfig } from './load-config.ts'

/** Runs a command with the configured instance, and closes it whatever happens. */
export async function withBayar<T>(call: Call, work: (bayar: Bayar) => Promise<T>): Promise<T> {
  const { bayar } = await loadConfig(call.text('config'))
  try {
    return await work(bayar)
  } finally {
    await bayar.close()
  }
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
