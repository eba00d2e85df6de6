/** Payments of a period held against Midtrans, a page a request: whoever asks goes on with `next_after`. */
import { createRoute, type OpenAPIHono } from '@hono/zod-openapi'
import { instantOf } from '../../domain/jakarta-time.ts'
import type { Difference } from '../../operations/reconciliations/difference.ts'
import type { ReconcileProgress } from '../../operations/reconciliations/reconcile.ts'
import { idempotent, noQuery, reconciled, reconcileRequest } from '../contract.ts'
import type { HttpParts } from '../parts.ts'
import { type RestEnv, staffOnly } from '../rest.ts'
import { answers, jsonBody, STAFF, TAGS } from '../route-words.ts'
import { given, toSnake } from '../wire-case.ts'

const reconcile = createRoute({
  method: 'post',
  path: '/midtrans/api/reconciliations',
  ...TAGS.payments,
  ...STAFF,
  summary: 'Hold the payments of a period against Midtrans, a hundred a request',
  middleware: staffOnly,
  request: { query: noQuery, headers: idempotent, body: jsonBody(reconcileRequest) },
  responses: { 200: answers(reconciled, 'In what they differ, and where to go on.') },
})

export function addReconciliationRoutes(app: OpenAPIHono<RestEnv>, { bayar }: HttpParts): void {
  app.openapi(reconcile, async (c) => {
    const { from, to, ...rest } = c.req.valid('json')
    const differences: Difference[] = []
    let progress: ReconcileProgress | undefined
    const rows = bayar.reconcile({
      from: instantOf(from),
      to: instantOf(to),
      ...given(rest),
      pages: 1,
      onProgress: (at) => {
        progress = at
      },
    })
    for await (const row of rows) differences.push(row)
    const { compared = 0, total = 0, isDone = true, position = null } = progress ?? {}
    const body = { differences: toSnake(differences), compared, total, next_after: isDone ? null : position }
    return c.json(body, 200)
  })
}
