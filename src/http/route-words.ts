/** The words that every route's description is put together from. */
import type { z } from '@hono/zod-openapi'

const bearer = [{ bearer: [] as string[] }]

export const TAGS = {
  payments: { tags: ['Payments'], security: bearer },
  invoices: { tags: ['Invoices'], security: bearer },
  payAccounts: { tags: ['Linked accounts'], security: bearer },
  subscriptions: { tags: ['Subscriptions'], security: bearer },
  wallets: { tags: ['Wallets and top-ups'], security: bearer },
  messages: { tags: ['Messages'], security: bearer },
  notifications: { tags: ['Notifications'], security: bearer },
  events: { tags: ['Events and handlers'], security: bearer },
  tasks: { tags: ['Tasks'], security: bearer },
  midtrans: { tags: ['From Midtrans'] },
  health: { tags: ['Health'] },
}

export const STAFF = { description: 'For staff: send the API key.' }

export function answers<Schema extends z.ZodType>(schema: Schema, description: string) {
  return { description, content: { 'application/json': { schema } } }
}

/** Every field of it may be left out, and so may the whole. */
export function optionalJsonBody<Schema extends z.ZodType>(schema: Schema) {
  return { required: false, content: { 'application/json': { schema } } }
}

export function jsonBody<Schema extends z.ZodType>(schema: Schema) {
  return { required: true, content: { 'application/json': { schema } } }
}
