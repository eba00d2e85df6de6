/** Subscriptions as the original's users have them: a user subscribes to what is sold, and sees and steers their own; staff also set terms of their own, and act for anybody. */
import { createRoute, type OpenAPIHono } from '@hono/zod-openapi'
import { BayarError, invalidRequest } from '../../errors.ts'
import type { PayAccounts } from '../../operations/pay-accounts/index.ts'
import type { SubscribeInput } from '../../operations/subscriptions/index.ts'
import { billedPaymentBody, billedSubscriptionBody, toBePaidBody } from '../billing-body.ts'
import {
  billedSubscription,
  billedSubscriptionDetail,
  billedSubscriptionQuery,
  entitlement,
  entitlementQuery,
  subscribed,
  subscribeRequest,
  TERMS,
} from '../billing-contract.ts'
import { byId, idempotent, noQuery, pageOf } from '../contract.ts'
import { subscriptionFinder } from '../find-subscription.ts'
import { callerName, requestName } from '../idempotency.ts'
import type { Caller } from '../identify.ts'
import { orderingOf } from '../ordering.ts'
import { whoseAreListed, whoseIs } from '../own-only.ts'
import { pageBody, readCursorParameter } from '../page-body.ts'
import type { HttpParts } from '../parts.ts'
import type { RestEnv } from '../rest.ts'
import { answers, jsonBody, OTHERS_REFUSED, OWN, TAGS } from '../route-words.ts'
import { given, toCamel, toSnake } from '../wire-case.ts'

const at = '/api/subscriptions/subscriptions'
const one = `${at}/{id}`
const PAYMENTS_SHOWN = 50

const create = createRoute({
  method: 'post',
  path: at,
  ...TAGS.billing,
  description: 'A user subscribes to a plan, for themselves. Only staff set prices and name another user.',
  summary: 'Subscribe',
  request: { headers: idempotent, query: noQuery, body: jsonBody(subscribeRequest) },
  responses: {
    201: answers(subscribed, 'Begun: `payment` says how to pay the first period.'),
    200: answers(subscribed, 'An equal request had begun it before.'),
    202: answers(subscribed, 'Midtrans gave no clear answer and is being asked. Do not ask for another one.'),
    ...OTHERS_REFUSED,
  },
})

const list = createRoute({
  method: 'get',
  path: at,
  ...TAGS.billing,
  summary: 'List subscriptions: all for staff, their own for users',
  request: { query: billedSubscriptionQuery },
  responses: {
    200: answers(pageOf(billedSubscription, 'BilledSubscriptionPage'), 'A page.'),
    ...OTHERS_REFUSED,
  },
})

const can = createRoute({
  method: 'get',
  path: `${at}/can`,
  ...TAGS.billing,
  summary: 'Whether a user may use a feature at this moment, by the plans of what they have',
  request: { query: entitlementQuery },
  responses: { 200: answers(entitlement, 'Yes or no.'), ...OTHERS_REFUSED },
})

const detail = createRoute({
  method: 'get',
  path: one,
  ...TAGS.billing,
  ...OWN,
  summary: 'One subscription with its last charges; for staff also its history',
  request: { params: byId, query: noQuery },
  responses: { 200: answers(billedSubscriptionDetail, 'The subscription.') },
})

const SORTS = { created_at: 'created', next_billing_date: 'next_charge' } as const

export function addBillingRoutes(
  app: OpenAPIHono<RestEnv>,
  { bayar: { subscriptions, payments, plans, payAccounts } }: HttpParts,
): void {
  const find = subscriptionFinder(subscriptions)

  app.openapi(create, async (c) => {
    const { caller } = c.var
    const body = c.req.valid('json')
    refuseTerms(caller, body)
    const userId = whoseIs(caller, body.user_id)
    if (userId === undefined) throw invalidRequest([{ field: 'user_id', reason: 'must say whose' }])
    if (caller.kind === 'user' && body.gopay_account_id !== undefined)
      await refuseOthersAccount(payAccounts, caller.userId, body.gopay_account_id)
    const key = c.req.valid('header')['idempotency-key']
    // Sent again with the first answer lost, it meets the same subscription.
    const reference = requestName(caller, { given: body.reference, key, body: c.var.body })
    const made = await subscriptions.subscribe(inputOf({ ...body, reference }, userId), callerName(caller))
    const isUnknown = made.payment?.outcome === 'unknown' || made.subscription.outcome === 'unknown'
    return c.json(
      { ...toBePaidBody(made, caller), created: made.created },
      isUnknown ? 202 : made.created ? 201 : 200,
    )
  })

  app.openapi(list, async (c) => {
    const { ordering, limit, cursor, user_id, plan, search, ...filter } = c.req.valid('query')
    const { caller } = c.var
    const { name, descending } = orderingOf(ordering)
    const userId = whoseAreListed(caller, user_id)
    if (search !== undefined && caller.kind !== 'staff')
      throw new BayarError('not_allowed', 'A user has few enough: leave `search` out.')
    const planId = plan === undefined ? undefined : await planIdOf(plan, filter.merchant)
    const page = await subscriptions.list({
      filter: given({ ...toCamel(filter), userId, planId, search }),
      ...given({ sort: name && SORTS[name], descending, limit }),
      ...readCursorParameter(cursor),
    })
    return c.json(pageBody(page, c.req.url, billedSubscriptionBody), 200)
  })

  // Before one by its id, for which it would be taken.
  app.openapi(can, async (c) => {
    const { feature, amount, user_id, merchant } = c.req.valid('query')
    const userId = whoseIs(c.var.caller, user_id)
    if (userId === undefined)
      throw invalidRequest([{ field: 'user_id', reason: 'must say whose: ?user_id=…' }])
    const allowed = await subscriptions.can(userId, feature, amount, merchant)
    return c.json({ user_id: userId, feature, amount: amount ?? null, allowed }, 200)
  })

  app.openapi(detail, async (c) => {
    const { caller } = c.var
    const found = await find(c.req.valid('param').id, caller)
    const charges = await payments.list({ filter: { ownerId: found.id }, limit: PAYMENTS_SHOWN })
    const body = {
      ...billedSubscriptionBody(found),
      payments: charges.results.map((payment) => billedPaymentBody(payment, caller)),
    }
    if (caller.kind === 'user') return c.json(body, 200)
    return c.json({ ...body, history: toSnake([...(await subscriptions.history(found.id))]) }, 200)
  })

  const planIdOf = async (slug: string, merchant: string | undefined): Promise<string> => {
    const found = await plans.find({ slug, ...given({ merchant }) })
    if (!found) throw invalidRequest([{ field: 'plan', reason: 'is no plan' }])
    return found.id
  }
}

/** A browser must not choose a price (defect D10). */
function refuseTerms(caller: Caller, body: Readonly<Record<string, unknown>>): void {
  if (caller.kind === 'staff') return
  const chosen = TERMS.filter((name) => body[name] !== undefined)
  if (chosen.length > 0)
    throw new BayarError('not_allowed', `Only staff set ${chosen.join(', ')}: name a plan by \`plan_id\`.`)
  if (body.plan_id === undefined) throw invalidRequest([{ field: 'plan_id', reason: 'is missing' }])
}

/** An account that nobody here is known to have linked is charged for staff alone: its id is no secret. */
async function refuseOthersAccount(
  payAccounts: PayAccounts,
  userId: string,
  accountId: string,
): Promise<void> {
  const { results } = await payAccounts.list({ filter: { userId }, limit: ACCOUNTS_LOOKED_AT })
  if (!results.some((account) => account.accountId === accountId))
    throw new BayarError('pay_account_not_found')
}

const ACCOUNTS_LOOKED_AT = 200

type Body = ReturnType<typeof subscribeRequest.parse>

function inputOf(
  { user_id: _, plan_id: plan, customer_details: customer, payment_type, ...rest }: Body,
  user: string,
): SubscribeInput {
  // A linked account is charged by Midtrans's own clock, as in the original.
  const isNative = payment_type === 'gopay' && rest.gopay_account_id !== undefined
  const way =
    payment_type === 'wallet'
      ? { collection: 'wallet' }
      : { paymentType: payment_type, ...(isNative && { collection: 'native' }) }
  return given({
    user,
    plan,
    ...toCamel(rest),
    ...way,
    ...(customer && { customer: toCamel(customer) }),
  }) as unknown as SubscribeInput
}
