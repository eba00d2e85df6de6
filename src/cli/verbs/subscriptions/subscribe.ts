import type { SubscribeInput } from '../../../operations/subscriptions/index.ts'
import type { Call } from '../../call.ts'
import { type ExitName, UsageError } from '../../exit-codes.ts'
import { answerToBePaid } from '../../tell-subscription.ts'
import { wayToPay } from '../../way-to-pay.ts'
import { whoAsks, withBayar } from '../../with-bayar.ts'

export async function run(call: Call): Promise<ExitName | undefined> {
  const input = inputOf(call)
  return withBayar(call, async (bayar) =>
    answerToBePaid(call.out, await bayar.subscriptions.subscribe(input, whoAsks())),
  )
}

/** Judged by the operation, like everybody's. */
function inputOf(call: Call): SubscribeInput {
  const way = wayToPay(call)
  if (way === undefined)
    throw new UsageError('Say how it is paid: --method bank_transfer --bank bca, say, or --method wallet.')
  const account = call.text('gopay-account')
  const customer = {
    firstName: call.text('first-name'),
    lastName: call.text('last-name'),
    email: call.text('email'),
    phone: call.text('phone'),
  }
  const told = {
    user: call.argument,
    plan: call.text('plan'),
    name: call.text('name'),
    amount: call.whole('amount'),
    interval: call.whole('interval'),
    intervalUnit: call.text('unit'),
    reference: call.text('key'),
    merchant: call.text('merchant'),
    ...(Object.values(customer).some((one) => one !== undefined) && { customer: given(customer) }),
    ...(account !== undefined && { collection: 'native', gopayAccountId: account }),
    ...(way.paymentType === 'wallet' ? { collection: 'wallet' } : way),
  }
  return given(told) as unknown as SubscribeInput
}

function given(all: object): object {
  return Object.fromEntries(Object.entries(all).filter(([, value]) => value !== undefined))
}
