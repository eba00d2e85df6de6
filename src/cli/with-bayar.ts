import { userInfo } from 'node:os'
import type { Bayar } from '../bayar.ts'
import { isBayarError } from '../errors.ts'
import type { Call } from './call.ts'
import { loadBesideDev } from './dev/beside-dev.ts'
import { readDevFile } from './dev/running.ts'
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
  return closing(bayar, async () => {
    try {
      return await work(bayar)
    } catch (error) {
      if (bayar.settings.database === undefined && readDevFile()?.database_url)
        call.out.note(
          `\`bayar ${call.verb.name}\` takes nothing from the \`bayar dev\` of this folder, which has a database, an app and a worker of its own. To work beside it, give this one its DATABASE_URL and keys: they are in dev.json of BAYAR_HOME (.bayar).`,
        )
      throw error
    }
  })
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

/** An invoice's number, order id or id, with the account when one was named. */
export function invoiceOf(call: Call): { invoice: string; merchant?: string } {
  const { orderId: invoice, ...merchant } = paymentOf(call)
  return { invoice, ...merchant }
}

/** A user, with the account when one was named. */
export function walletOf(call: Call): { userId: string; merchant?: string } {
  const { orderId: userId, ...merchant } = paymentOf(call)
  return { userId, ...merchant }
}

/** A plan's slug or id, with the account when one was named. */
export function planOf(call: Call): { slug: string; merchant?: string } {
  const { orderId: slug, ...merchant } = paymentOf(call)
  return { slug, ...merchant }
}

/** The one of its transactions that was named. */
export function transactionOf(call: Call): { transactionId?: string } {
  const transactionId = call.text('transaction')
  return transactionId === undefined ? {} : { transactionId }
}
