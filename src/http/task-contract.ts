/** What goes over HTTP about tasks, and what a drain worked off, once, in snake_case; beside `contract.ts`. */
import { z } from '@hono/zod-openapi'
import { TASK_STATES } from '../store/tasks.ts'
import { instant, strict, text, uuid } from './contract.ts'

const json = z.unknown().openapi({ description: 'What the task answered.' })

export const task = z
  .object({
    id: uuid,
    name: z.string(),
    arguments: z.record(z.string(), z.unknown()),
    state: z.enum(TASK_STATES),
    slot: instant.nullable().openapi({ description: 'The tick of the schedule that it belongs to.' }),
    attempts: z.int().openapi({ description: 'Tries that failed.' }),
    attempts_max: z.int(),
    progress: z.object({ done: z.int(), total: z.int().nullable() }),
    result: json,
    error: z.object({ code: z.string(), says: z.string() }).nullable(),
    requested_by: z.string(),
    due_at: instant,
    created_at: instant,
    started_at: instant.nullable(),
    finished_at: instant.nullable(),
  })
  .openapi('Task')

export const taskRequest = strict({
  name: text(100).openapi({ example: 'check_payment_status' }),
  arguments: z
    .record(z.string(), z.unknown())
    .optional()
    .openapi({ example: { order_id: 'ORDER-001' } }),
}).openapi('TaskRequest')

export const drained = z
  .object({
    deliveries: z.int(),
    notifications: z.int(),
    intents: z.int(),
    invoices: z.int(),
    pay_accounts: z.int(),
    subscriptions: z.int(),
    payments: z.int(),
    messages: z.int(),
    tasks: z.int(),
    ticks: z.int(),
    is_done: z.boolean().openapi({ description: 'Nothing that was due is left.' }),
  })
  .openapi('Drained')
