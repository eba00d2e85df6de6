/** Commands on a subscription that bayar bills: for staff, and for the user whose it is. */
import { createRoute, type OpenAPIHono } from '@hono/zod-openapi'
import { invalidRequest } from '../../errors.ts'
import type { Subscription, WayToPay } from '../../operations/subscriptions/index.ts'
import { billedSubscriptionBody, toBePaidBody } from '../billing-body.ts'
import {
  billedSubscription,
  cancellation,
  methodChange,
  payOwed,
  planChange,
  toBePaid,
} from '../billing-contract.ts'
import { byId, idempotent, noQuery } from '../contract.ts'
import { subscriptionFinder } from '../find-subscription.ts'
import { callerName } from '../idempotency.ts'
import type { HttpParts } from '../parts.ts'
import { type RestEnv, staffOnly } from '../rest.ts'
import { answers, jsonBody, OWN, optionalJsonBody, STAFF, TAGS } from '../route-words.ts'
import { given, toCamel } from '../wire-case.ts'

const one = '/api/subscriptions/subscriptions/{id}'

const cancel = createRoute({
  method: 'post',
  path: `${one}/cancel`,
  ...TAGS.billing,
  ...OWN,
  summary: 'End it: now, or when the period that is paid for is over',
  request: { params: byId, query: noQuery, headers: idempotent, body: optionalJsonBody(cancellation) },
  responses: { 200: answers(billedSubscription, 'It has ended, or will.') },
})

/** Without a body, and answered with the subscription. */
const PLAIN = {
  pause: { summary: 'Charge nothing, and use nothing, until it is resumed; the days that are paid are kept' },
  resume: { summary: 'Go on; the days of the pause are added' },
  activate: { ...STAFF, summary: 'What is owed was paid elsewhere, or is given', middleware: staffOnly },
  renew: { ...STAFF, summary: 'The next period was paid elsewhere, or is given', middleware: staffOnly },
} as const
type Plain = keyof typeof PLAIN

const plain = (verb: Plain) =>
  createRoute({
    method: 'post',
    path: `${one}/${verb}`,
    ...TAGS.billing,
    ...OWN,
    ...PLAIN[verb],
    request: { params: byId, query: noQuery, headers: idempotent },
    responses: { 200: answers(billedSubscription, 'Done.') },
  })

/** Answered with what is to be paid for it. */
const paying = {
  pay: createRoute({
    method: 'post',
    path: `${one}/pay`,
    ...TAGS.billing,
    ...OWN,
    summary: 'Pay what is owed: by the way that is open, or by another one from now on, the wallet included',
    request: { params: byId, query: noQuery, headers: idempotent, body: optionalJsonBody(payOwed) },
    responses: { 200: answers(toBePaid, 'Paid out of the wallet, or `payment` says how to pay.') },
  }),
  retry: createRoute({
    method: 'post',
    path: `${one}/retry`,
    ...TAGS.billing,
    ...OWN,
    summary:
      'Charge what is owed again, in the same way: a card is pulled, an open number is given once more',
    request: { params: byId, query: noQuery, headers: idempotent },
    responses: { 200: answers(toBePaid, 'Tried; `subscription.status` says what came of it.') },
  }),
  reactivate: createRoute({
    method: 'post',
    path: `${one}/reactivate`,
    ...TAGS.billing,
    ...OWN,
    summary: 'One that is to end goes on; one that has ended begins a new first period, which is to be paid',
    request: { params: byId, query: noQuery, headers: idempotent },
    responses: { 200: answers(toBePaid, 'It goes on, or begins anew.') },
  }),
  changePlan: createRoute({
    method: 'post',
    path: `${one}/change-plan`,
    ...TAGS.billing,
    ...OWN,
    summary: 'Another plan: now, with the difference paid or credited, or at the end of the period',
    request: { params: byId, query: noQuery, headers: idempotent, body: jsonBody(planChange) },
    responses: {
      200: answers(toBePaid, 'Changed; or `payment` is the difference, and it changes with that.'),
    },
  }),
}

const changeMethod = createRoute({
  method: 'post',
  path: `${one}/change-method`,
  ...TAGS.billing,
  ...OWN,
  summary: 'Another card, another way to pay, or the wallet, from the next charge on',
  request: { params: byId, query: noQuery, headers: idempotent, body: jsonBody(methodChange) },
  responses: { 200: answers(billedSubscription, 'Changed.') },
})

export function addBillingCommandRoutes(
  app: OpenAPIHono<RestEnv>,
  { bayar: { subscriptions } }: HttpParts,
): void {
  const find = subscriptionFinder(subscriptions)

  app.openapi(cancel, async (c) => {
    const found = await find(c.req.valid('param').id, c.var.caller)
    const { immediate, reason } = c.req.valid('json')
    const atPeriodEnd = immediate === undefined ? hasPeriod(found) : !immediate
    const ended = await subscriptions.cancel(
      found.id,
      { atPeriodEnd, ...given({ reason }) },
      callerName(c.var.caller),
    )
    return c.json(billedSubscriptionBody(ended), 200)
  })

  for (const verb of Object.keys(PLAIN) as Plain[]) {
    app.openapi(plain(verb), async (c) => {
      const found = await find(c.req.valid('param').id, c.var.caller)
      return c.json(
        billedSubscriptionBody(await subscriptions[verb](found.id, callerName(c.var.caller))),
        200,
      )
    })
  }

  app.openapi(paying.pay, async (c) => {
    const { caller } = c.var
    const found = await find(c.req.valid('param').id, caller)
    const { payment_type, ...fields } = c.req.valid('json')
    if (payment_type === undefined && Object.keys(fields).length > 0)
      throw invalidRequest([
        { field: 'payment_type', reason: 'must say by which way, or leave out the rest' },
      ])
    const way =
      payment_type === undefined
        ? undefined
        : (given(toCamel({ payment_type, ...fields })) as unknown as WayToPay)
    return c.json(toBePaidBody(await subscriptions.pay(found.id, way, callerName(caller)), caller), 200)
  })

  for (const verb of ['retry', 'reactivate'] as const) {
    app.openapi(paying[verb], async (c) => {
      const { caller } = c.var
      const found = await find(c.req.valid('param').id, caller)
      const by = callerName(caller)
      const done = await (verb === 'retry'
        ? subscriptions.pay(found.id, undefined, by)
        : subscriptions.reactivate(found.id, by))
      return c.json(toBePaidBody(done, caller), 200)
    })
  }

  app.openapi(paying.changePlan, async (c) => {
    const { caller } = c.var
    const found = await find(c.req.valid('param').id, caller)
    const { plan_id: slug, at: when } = c.req.valid('json')
    const plan = { slug, merchant: found.merchant }
    const changed = await subscriptions.changePlan(
      found.id,
      { plan, ...given({ at: when }) },
      callerName(caller),
    )
    return c.json(toBePaidBody(changed, caller), 200)
  })

  app.openapi(changeMethod, async (c) => {
    const { caller } = c.var
    const found = await find(c.req.valid('param').id, caller)
    const way = given(toCamel(c.req.valid('json'))) as unknown as WayToPay
    return c.json(
      billedSubscriptionBody(await subscriptions.changeMethod(found.id, way, callerName(caller))),
      200,
    )
  })
}

/** That is paid for, or a trial: to be used until it is over. */
function hasPeriod({ collection, status }: Subscription): boolean {
  return collection !== 'native' && status !== 'pending'
}
