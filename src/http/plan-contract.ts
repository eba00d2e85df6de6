/** What goes over HTTP about plans, once, in snake_case; beside `contract.ts`. */
import { z } from '@hono/zod-openapi'
import { INTERVAL_UNITS } from '../domain/billing-period.ts'
import { PLAN_STATUSES } from '../domain/plan.ts'
import { instant, paging, rupiah, sentence, strict, text, uuid } from './contract.ts'

const EXAMPLE = {
  name: 'Pro',
  slug: 'pro',
  price: 99_000,
  interval_unit: 'month',
  trial_period_days: 7,
  features: { export: true, max_projects: 3, seats: 'unlimited' },
} as const

const features = z
  .record(
    z.string(),
    z.union(
      [z.boolean(), z.number(), z.string(), z.null()],
      sentence('must be true, false, a number, a text or null'),
    ),
  )
  .openapi({ description: 'Flags and limits, by names of your own; `unlimited` is above every limit.' })

const changeable = {
  description: z.string().optional(),
  interval: z.int().optional().openapi({ description: '1 unless said.' }),
  interval_unit: z.enum(INTERVAL_UNITS).optional().openapi({ description: 'month unless said.' }),
  trial_period_days: z.int().optional().openapi({ description: 'Each customer has one trial; 0 is none.' }),
  max_cycles: z.int().optional().openapi({ description: 'It ends after so many; 0 is without end.' }),
  features: features.optional(),
  metadata: z
    .record(z.string(), z.unknown())
    .optional()
    .openapi({ description: 'Yours: only staff see it.' }),
  sort_order: z.int().optional(),
  status: z
    .enum(PLAN_STATUSES)
    .exclude(['archived'])
    .optional()
    .openapi({ description: 'inactive is not sold yet. `archive` ends its sale.' }),
}

export const planRequest = strict({
  name: z.string(),
  slug: z
    .string()
    .optional()
    .openapi({ description: 'What addresses call it; made of the name when left out.' }),
  price: rupiah.openapi({ description: 'For each interval.' }),
  ...changeable,
  currency: z.literal('IDR').optional(),
  merchant: z.string().optional().openapi({ description: 'Which of your Midtrans accounts.' }),
}).openapi('PlanRequest', { example: EXAMPLE })

export const planUpdate = strict({
  name: z.string().optional(),
  price: rupiah.optional().openapi({ description: 'For whoever subscribes from now on.' }),
  ...changeable,
}).openapi('PlanUpdate', { example: { price: 109_000, features: { ...EXAMPLE.features, max_projects: 5 } } })

export const plan = z
  .object({
    id: uuid,
    merchant: z.string(),
    slug: z.string(),
    name: z.string(),
    description: z.string(),
    price: rupiah,
    currency: z.string(),
    interval: z.int(),
    interval_unit: z.enum(INTERVAL_UNITS),
    schedule_display: z.string().openapi({ example: 'every 1 month' }),
    trial_period_days: z.int(),
    max_cycles: z.int().openapi({ description: '0 is without end.' }),
    status: z.enum(PLAN_STATUSES),
    features,
    metadata: z
      .record(z.string(), z.unknown())
      .nullable()
      .openapi({ description: 'For staff; null for everyone else.' }),
    sort_order: z.int(),
    created_at: instant,
    updated_at: instant,
  })
  .openapi('Plan')

export const planQuery = strict({
  status: z
    .enum(PLAN_STATUSES)
    .optional()
    .openapi({ description: 'What is not sold is for staff; everybody else is shown what is active.' }),
  interval_unit: z.enum(INTERVAL_UNITS).optional(),
  currency: text(3).optional(),
  search: text(100).optional().openapi({ description: 'In name and description.' }),
  ordering: z
    .enum(['sort_order', '-sort_order', 'price', '-price', 'created_at', '-created_at'])
    .optional()
    .openapi({ description: 'sort_order, and the price within it, unless said; - is descending.' }),
  merchant: text(50).optional(),
  ...paging,
})

export const bySlug = z.object({
  slug: z.string().openapi({ param: { name: 'slug', in: 'path' }, description: 'Its slug, or its id.' }),
})
