import type { OpenAPIHono } from '@hono/zod-openapi'
import { pathOf } from '../addresses.ts'
import { documentationPage } from '../documentation-page.ts'
import { openApiDocument } from '../openapi-document.ts'
import type { HttpParts } from '../parts.ts'
import type { RestEnv } from '../rest.ts'

const PAGE_HEADERS = {
  'content-type': 'text/html; charset=utf-8',
  // Nothing of it comes from anywhere else, and nothing in it runs.
  'content-security-policy':
    "default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; form-action 'none'",
}

export function addDocumentation(app: OpenAPIHono<RestEnv>, { settings }: HttpParts): void {
  const basePath = settings.basePath ?? ''
  app.get('/openapi.json', (c) => c.json(openApiDocument(app, basePath)))
  app.get('/docs', (c) => {
    const dataAddress = pathOf(c.req.url).endsWith('/') ? '../openapi.json' : 'openapi.json'
    return c.body(documentationPage(openApiDocument(app, basePath), dataAddress), 200, PAGE_HEADERS)
  })
}
