/** Everything but the arrival of notifications: REST, documentation and health, as one hono app. */
import { OpenAPIHono } from '@hono/zod-openapi'
import { uuidv7 } from '../domain/uuid.ts'
import { BayarError, invalidRequest } from '../errors.ts'
import { NOTIFICATION_PATHS, pathOf, withoutLastSlash } from './addresses.ts'
import { allowedMethods } from './allowed-methods.ts'
import type { App } from './app.ts'
import { idempotencyKey } from './idempotency.ts'
import { noFieldsWhereNoneAre } from './no-fields.ts'
import type { HttpParts } from './parts.ts'
import { problemResponse } from './problems.ts'
import { problemsIn } from './refused-fields.ts'
import { type RestEnv, restRequest } from './rest.ts'
import { addBillingRoutes } from './routes/billing.ts'
import { addBillingCommandRoutes } from './routes/billing-commands.ts'
import { addBillingRecordRoutes } from './routes/billing-records.ts'
import { addCommandRoutes } from './routes/commands.ts'
import { addDocumentation } from './routes/documentation.ts'
import { addEventRoutes } from './routes/events.ts'
import { addHealthRoutes } from './routes/health.ts'
import { addInvoiceRoutes } from './routes/invoices.ts'
import { addMessageRoutes } from './routes/messages.ts'
import { addNotificationRoutes } from './routes/notifications.ts'
import { addPayAccountRoutes } from './routes/pay-accounts.ts'
import { addPaymentRoutes } from './routes/payments.ts'
import { addPlanRoutes, addPublicPlanRoutes } from './routes/plans.ts'
import { addReconciliationRoutes } from './routes/reconciliations.ts'
import { addSubscriptionRoutes } from './routes/subscriptions.ts'
import { addDrainRoute, addTaskRoutes } from './routes/tasks.ts'
import { addTopupRoutes } from './routes/topups.ts'
import { addWalletRoutes } from './routes/wallets.ts'
import { addWebhookLogRoutes } from './routes/webhook-logs.ts'

/** A caller may name its request, so that its logs and ours can be laid side by side. */
const REQUEST_ID = /^[A-Za-z0-9._:-]{8,100}$/

export interface Surface extends App {
  /** What answers, for the test that compares it with what is documented. */
  readonly routes: readonly { readonly method: string; readonly path: string }[]
}

export function createSurface(parts: HttpParts): Surface {
  const { settings, log, landing } = parts
  const basePath = settings.basePath ?? ''
  const app = new OpenAPIHono<RestEnv>({
    // Routes are written without the last slash and answer with it, too.
    getPath: (request) => withoutLastSlash(pathOf(request.url).slice(basePath.length) || '/'),
    defaultHook: (result) => {
      if (!result.success) throw invalidRequest(problemsIn(result.target, result.error.issues))
    },
  })

  app.use(async (c, next) => {
    const given = c.req.header('x-request-id')
    c.set('requestId', given !== undefined && REQUEST_ID.test(given) ? given : uuidv7())
    await next()
    c.res.headers.set('x-request-id', c.var.requestId)
    c.res.headers.set('x-content-type-options', 'nosniff')
  })
  app.onError((error, c) => problemResponse(error, { requestId: c.var.requestId, basePath, log }))
  app.notFound((c) => {
    const allow = allowedMethods(app, c.req.path)
    const error =
      allow.length > 0
        ? new BayarError('method_not_allowed', `Use ${allow.join(' or ')}.`, { details: { allow } })
        : new BayarError('not_found', `No route ends at ${c.req.path.slice(0, 200)}.`)
    return problemResponse(error, { requestId: c.var.requestId, basePath, log })
  })
  // Before REST asks who is there: that a notification is posted is no secret.
  for (const path of Object.keys(NOTIFICATION_PATHS)) {
    app.all(path, () => {
      throw new BayarError('method_not_allowed', 'Use POST.', { details: { allow: ['POST'] } })
    })
  }

  if (settings.rest) {
    const rest = restRequest(parts)
    const once = idempotencyKey(parts.bayar.apiRequests)
    const noFields = noFieldsWhereNoneAre(app)
    // What is sold is no secret either.
    addPublicPlanRoutes(app, parts)
    app.use('/midtrans/api/*', rest, once, noFields)
    app.use('/api/subscriptions/*', rest, once, noFields)
    addPaymentRoutes(app, parts)
    addReconciliationRoutes(app, parts)
    addCommandRoutes(app, parts)
    addInvoiceRoutes(app, parts)
    addPayAccountRoutes(app, parts)
    addSubscriptionRoutes(app, parts)
    addNotificationRoutes(app, parts)
    addEventRoutes(app, parts)
    addTaskRoutes(app, parts)
    addPlanRoutes(app, parts)
    addBillingRoutes(app, parts)
    addBillingCommandRoutes(app, parts)
    addBillingRecordRoutes(app, parts)
    addWebhookLogRoutes(app, parts)
    addWalletRoutes(app, parts)
    addTopupRoutes(app, parts)
    addMessageRoutes(app, parts)
  }
  if (settings.drainSecret !== undefined) addDrainRoute(app, parts, settings.drainSecret)
  addHealthRoutes(app, parts)
  if (settings.docs) addDocumentation(app, parts)
  if (landing) app.get('/', (c) => c.html(landing()))

  return {
    routes: app.routes,
    async fetch(request, env) {
      const path = pathOf(request.url)
      const isOurs = path === basePath || path.startsWith(`${basePath}/`)
      if (!isOurs)
        return problemResponse(new BayarError('not_found', `Everything here lies under ${basePath}/.`), {
          requestId: uuidv7(),
          basePath,
          log,
        })
      return app.fetch(request, (env ?? {}) as object)
    },
  }
}
