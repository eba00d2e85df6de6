/** The words that every route's description is put together from. */
import { z } from '@hono/zod-openapi'
import { problem } from './contract.ts'

const bearer = [{ bearer: [] as string[] }]

export const TAGS = {
  payments: { tags: ['Payments'], security: bearer },
  invoices: { tags: ['Invoices'], security: bearer },
  payAccounts: { tags: ['Linked accounts'], security: bearer },
  subscriptions: { tags: ['Subscriptions'], security: bearer },
  plans: { tags: ['Plans'], security: bearer },
  billing: { tags: ['Billing'], security: bearer },
  wallets: { tags: ['Wallets and top-ups'], security: bearer },
  messages: { tags: ['Messages'], security: bearer },
  notifications: { tags: ['Notifications'], security: bearer },
  events: { tags: ['Events and handlers'], security: bearer },
  tasks: { tags: ['Tasks'], security: bearer },
  midtrans: { tags: ['From Midtrans'] },
  health: { tags: ['Health'] },
}

/** Who says who they are may see more. */
export const PUBLIC = { description: 'For everybody.', security: [{}, ...bearer] }
/** Whose it is not learns nothing of it; what the finders do. */
export const OWN = {
  description: 'For staff, and for the user whose it is: somebody else’s is answered 404.',
}
export const STAFF = { description: 'For staff: send the API key.' }

/** Where `user_id` may be asked for; what `own-only.ts` does. */
export const OTHERS_REFUSED = {
  403: {
    description: '`user_id` is somebody else, and a user asks.',
    content: { 'application/problem+json': { schema: problem } },
  },
}

export function answers<Schema extends z.ZodType>(schema: Schema, description: string) {
  return { description, content: { 'application/json': { schema } } }
}

export const PDF = {
  description: 'The document.',
  content: { 'application/pdf': { schema: z.string().openapi({ format: 'binary' }) } },
}

/** Every field of it may be left out, and so may the whole. */
export function optionalJsonBody<Schema extends z.ZodType>(schema: Schema) {
  return { required: false, content: { 'application/json': { schema } } }
}

export function jsonBody<Schema extends z.ZodType>(schema: Schema) {
  return { required: true, content: { 'application/json': { schema } } }
}
