/** How a subscription is paid, as the command line says it. */

import { toCamel } from '../domain/wire-case.ts'
import type { WayToPay } from '../operations/subscriptions/index.ts'
import type { Call } from './call.ts'
import { UsageError } from './exit-codes.ts'
import { readJsonObject } from './read-json.ts'

const OF_A_METHOD = ['bank', 'store', 'token', 'fields'] as const

/** undefined: the command line says nothing about it. */
export function wayToPay(call: Call): WayToPay | undefined {
  const paymentType = call.text('method')
  if (paymentType === undefined) {
    const lost = OF_A_METHOD.filter((flag) => call.has(flag)).map((flag) => `--${flag}`)
    if (lost.length > 0) throw new UsageError(`${lost.join(', ')}: say by which --method.`)
    return undefined
  }
  const fields = call.text('fields')
  const told = Object.fromEntries(
    (['bank', 'store', 'token'] as const).flatMap((flag) => {
      const value = call.text(flag)
      return value === undefined ? [] : [[flag, value]]
    }),
  )
  // Judged by the operation, like everybody's.
  return {
    ...(fields !== undefined && toCamel(readJsonObject('--fields', fields))),
    ...told,
    paymentType,
  } as unknown as WayToPay
}
