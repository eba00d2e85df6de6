/** The contract as OpenAPI 3.1: written from the routes that really answer, so it cannot promise another. */
import type { OpenAPIHono } from '@hono/zod-openapi'
import { NOTIFICATION_PATHS } from './addresses.ts'
import { problem, receipt } from './contract.ts'
import type { RestEnv } from './rest.ts'

export type OpenApiDocument = ReturnType<OpenAPIHono<RestEnv>['getOpenAPI31Document']>

const RECEIVED = {
  payment: 'A notification of Midtrans',
  recurring: 'A recurring notification of Midtrans',
  pay_account: 'A pay-account notification of Midtrans',
} as const

const REFUSALS = {
  400: 'It is no JSON object, or nested too deep.',
  403: 'It is not signed with this merchant’s key.',
  408: 'The body did not arrive within 10 seconds.',
  413: 'The body is larger than 64 KiB.',
  503: 'It could not be stored now: send it again.',
} as const

export function openApiDocument(app: OpenAPIHono<RestEnv>, basePath: string): OpenApiDocument {
  const registry = app.openAPIRegistry
  const isDescribed = registry.definitions.some((one) => one.type === 'component' && one.name === 'bearer')
  if (!isDescribed) describeTheRest(registry)
  const document = app.getOpenAPI31Document({
    openapi: '3.1.0',
    info: {
      title: 'bayar',
      version: '1',
      description:
        'Payments on Midtrans. Every path answers with and without its last slash. Amounts are whole rupiah; times are ISO 8601.',
    },
    servers: [{ url: basePath === '' ? '/' : basePath }],
  })
  document.paths = Object.fromEntries(
    Object.entries(document.paths ?? {}).map(([path, item]) => [canonical(path), item]),
  )
  for (const item of Object.values(document.paths)) {
    for (const operation of [item.get, item.post]) {
      if (operation?.security) {
        operation.responses = {
          ...operation.responses,
          default: {
            description: 'Refused: `code` says why.',
            content: { 'application/problem+json': { schema: { $ref: '#/components/schemas/Problem' } } },
          },
        }
      }
    }
  }
  return document
}

/** The originals' addresses end in a slash. */
function canonical(path: string): string {
  return path.includes('/api/') ? `${path}/` : path
}

function describeTheRest(registry: OpenAPIHono<RestEnv>['openAPIRegistry']): void {
  registry.registerComponent('securitySchemes', 'bearer', {
    type: 'http',
    scheme: 'bearer',
    description: 'The API key, for staff; or a token (JWT) of your own sign-in, whose `sub` is the user.',
  })
  registry.register('Problem', problem)
  for (const [path, channel] of Object.entries(NOTIFICATION_PATHS)) {
    registry.registerPath({
      method: 'post',
      path,
      tags: ['From Midtrans'],
      summary: RECEIVED[channel],
      request: {
        body: {
          required: true,
          content: { 'application/json': { schema: { type: 'object', additionalProperties: true } } },
        },
      },
      responses: {
        200: { description: 'Stored for good.', content: { 'application/json': { schema: receipt } } },
        ...Object.fromEntries(
          Object.entries(REFUSALS).map(([status, description]) => [
            status,
            { description, content: { 'application/problem+json': { schema: problem } } },
          ]),
        ),
      },
    })
  }
}
