/** Plans: what is sold is there for everybody to read; staff write, and see the rest. */
import { createRoute, type OpenAPIHono } from '@hono/zod-openapi'
import { BayarError } from '../../errors.ts'
import type { CreatePlanInput, Plan, UpdatePlanInput } from '../../operations/plans/index.ts'
import { idempotent, noQuery, ofMerchant, pageOf } from '../contract.ts'
import { type Caller, callerReader } from '../identify.ts'
import { orderingOf } from '../ordering.ts'
import { pageBody, readCursorParameter } from '../page-body.ts'
import type { HttpParts } from '../parts.ts'
import { bySlug, plan, planQuery, planRequest, planUpdate } from '../plan-contract.ts'
import { type RestEnv, staffOnly } from '../rest.ts'
import { answers, jsonBody, PUBLIC, STAFF, TAGS } from '../route-words.ts'
import { given, toCamel, toSnake } from '../wire-case.ts'

const at = '/api/subscriptions/plans'
const one = `${at}/{slug}`
const staff = { ...TAGS.plans, ...STAFF, middleware: staffOnly }

const list = createRoute({
  method: 'get',
  path: at,
  ...TAGS.plans,
  ...PUBLIC,
  summary: 'List the plans that are sold; for staff, all',
  request: { query: planQuery },
  responses: { 200: answers(pageOf(plan, 'PlanPage'), 'A page.') },
})

const detail = createRoute({
  method: 'get',
  path: one,
  ...TAGS.plans,
  ...PUBLIC,
  summary: 'One plan that is sold; for staff, any',
  request: { params: bySlug, query: ofMerchant },
  responses: { 200: answers(plan, 'The plan.') },
})

const create = createRoute({
  method: 'post',
  path: at,
  ...staff,
  summary: 'Make a plan',
  request: { headers: idempotent, query: noQuery, body: jsonBody(planRequest) },
  responses: { 201: answers(plan, 'Made.') },
})

const update = createRoute({
  method: 'post',
  path: `${one}/update`,
  ...staff,
  summary: 'Change a plan for whoever subscribes from now on; its features are everybody’s at once',
  request: { params: bySlug, query: ofMerchant, headers: idempotent, body: jsonBody(planUpdate) },
  responses: { 200: answers(plan, 'Changed.') },
})

const archive = createRoute({
  method: 'post',
  path: `${one}/archive`,
  ...staff,
  summary: 'Sell a plan no more; who has it keeps it',
  request: { params: bySlug, query: ofMerchant, headers: idempotent },
  responses: { 200: answers(plan, 'Archived.') },
})

const SORTS = { sort_order: 'sort_order', price: 'price', created_at: 'created' } as const

/** Stands before REST asks who is there. */
export function addPublicPlanRoutes(
  app: OpenAPIHono<RestEnv>,
  { bayar: { plans }, settings }: HttpParts,
): void {
  const identify = callerReader(settings)
  /** Nobody has to say who they are. Who does, and wrongly, is told so. */
  const askedBy = async (request: Request): Promise<Caller | null> =>
    request.headers.get('authorization') ? identify(request) : null

  app.openapi(list, async (c) => {
    const { ordering, limit, cursor, status, ...filter } = c.req.valid('query')
    const { name, descending } = orderingOf(ordering)
    const caller = await askedBy(c.req.raw)
    const page = await plans.list({
      filter: given({ ...toCamel(filter), status: statusFor(caller, status) }),
      ...given({ sort: name && SORTS[name], descending, limit }),
      ...readCursorParameter(cursor),
    })
    c.header('cache-control', 'no-store')
    return c.json(
      pageBody(page, c.req.url, (one) => planBody(one, caller)),
      200,
    )
  })

  app.openapi(detail, async (c) => {
    const { slug } = c.req.valid('param')
    const caller = await askedBy(c.req.raw)
    const found = isName(slug) ? await plans.find({ slug, ...given(c.req.valid('query')) }) : undefined
    // A plan that is not sold yet tells a price that nobody has decided.
    if (!found || (found.status !== 'active' && caller?.kind !== 'staff'))
      throw new BayarError('plan_not_found')
    c.header('cache-control', 'no-store')
    return c.json(planBody(found, caller), 200)
  })
}

export function addPlanRoutes(app: OpenAPIHono<RestEnv>, { bayar: { plans } }: HttpParts): void {
  app.openapi(create, async (c) => {
    const made = await plans.create(given(toCamel(c.req.valid('json'))) as CreatePlanInput)
    return c.json(toSnake(made), 201)
  })

  app.openapi(update, async (c) => {
    const input = given(toCamel(c.req.valid('json'))) as UpdatePlanInput
    const reference = referenceTo(c.req.valid('param'), c.req.valid('query'))
    return c.json(toSnake(await plans.update(reference, input)), 200)
  })

  app.openapi(archive, async (c) => {
    const reference = referenceTo(c.req.valid('param'), c.req.valid('query'))
    return c.json(toSnake(await plans.archive(reference)), 200)
  })
}

/** What you keep beside a plan is yours; what everybody may know of it are its features. */
function planBody(one: Plan, caller: Caller | null) {
  return { ...toSnake(one), ...(caller?.kind !== 'staff' && { metadata: null }) }
}

function statusFor(caller: Caller | null, asked: Plan['status'] | undefined): Plan['status'] | undefined {
  if (caller?.kind === 'staff') return asked
  if (asked !== undefined && asked !== 'active')
    throw new BayarError(
      caller === null ? 'not_authenticated' : 'not_allowed',
      'What is not sold is for staff.',
    )
  return 'active'
}

function referenceTo(
  { slug }: { readonly slug: string },
  { merchant }: { readonly merchant?: string | undefined },
) {
  if (!isName(slug)) throw new BayarError('plan_not_found')
  return { slug, ...given({ merchant }) }
}

/** A slug, or an id; nothing else is looked for in the database. */
function isName(slug: string): boolean {
  return /^[a-z0-9-]{1,100}$/.test(slug)
}
