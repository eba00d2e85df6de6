import type { OpenAPIHono } from '@hono/zod-openapi'
import type { RestEnv } from './rest.ts'

const METHODS = ['GET', 'POST', 'PUT', 'PATCH', 'DELETE']

/** What a path would answer to, for 405 and its Allow header; empty when it does not exist. */
export function allowedMethods(app: OpenAPIHono<RestEnv>, path: string): readonly string[] {
  const patterns = app.routes
    // Middleware stands for every method.
    .filter(({ method }) => METHODS.includes(method))
    .filter(({ path: pattern }) => matches(pattern, path))
    .map(({ method }) => method)
  return METHODS.filter((method) => patterns.includes(method))
}

export function matches(pattern: string, path: string): boolean {
  const [expected, given] = [pattern.split('/'), path.split('/')]
  return (
    expected.length === given.length &&
    expected.every((part, index) => (part.startsWith(':') ? given[index] !== '' : part === given[index]))
  )
}
