import { createRoute, type OpenAPIHono } from '@hono/zod-openapi'
import { ERRORS, type ErrorCode } from '../../errors.ts'
import type { Health } from '../../operations/health.ts'
import { alive, readiness } from '../contract.ts'
import type { HttpParts } from '../parts.ts'
import type { RestEnv } from '../rest.ts'
import { answers, TAGS } from '../route-words.ts'

const healthz = createRoute({
  method: 'get',
  path: '/healthz',
  ...TAGS.health,
  summary: 'The process runs',
  responses: { 200: answers(alive, 'It does.') },
})

const readyz = createRoute({
  method: 'get',
  path: '/readyz',
  ...TAGS.health,
  summary: 'The process can do its work',
  responses: { 200: answers(readiness, 'Ready.'), 503: answers(readiness, 'Not now: the problems say why.') },
})

export function addHealthRoutes(app: OpenAPIHono<RestEnv>, { bayar: { health }, log }: HttpParts): void {
  app.openapi(healthz, (c) => c.json({ status: 'alive' as const }, 200))

  /** Anybody may ask, so a thousand who ask at once ask the database once. */
  let asking: Promise<Health> | undefined
  app.openapi(readyz, async (c) => {
    asking ??= health().finally(() => {
      asking = undefined
    })
    const { isReady, problems, overdueDeliveries, deadDeliveries } = await asking
    for (const { code, says } of problems) log.warn('not ready', { code, reason: says })
    // Hosts and settings stand in the whole sentence: that one is in the log.
    const told = problems.map(({ code }) => ({
      code,
      says: ERRORS[code as ErrorCode]?.says ?? ERRORS.internal.says,
    }))
    return c.json(
      {
        is_ready: isReady,
        problems: told,
        overdue_deliveries: overdueDeliveries,
        dead_deliveries: deadDeliveries,
      },
      isReady ? 200 : 503,
    )
  })
}
