/**
 * Every mistake of a request at once. A schema that finds a field of the wrong type says nothing about what the others must be together; the library's own check does, so what it finds beside is told
 * with it.
 */
import type { Context } from 'hono'
import { invalidRequest, isAbout, type Problem } from '../errors.ts'
import { problemsIn } from './refused-fields.ts'
import type { RestEnv } from './rest.ts'

type Validated = { readonly target: string } & (
  | { readonly success: true }
  | { readonly success: false; readonly error: { readonly issues: Parameters<typeof problemsIn>[1] } }
)

export function everyMistake(
  look: (body: Readonly<Record<string, unknown>>, c: Context<RestEnv>) => Promise<readonly Problem[]>,
) {
  const refuse = async (
    target: string,
    issues: Parameters<typeof problemsIn>[1],
    c: Context<RestEnv>,
  ): Promise<never> => {
    const told = problemsIn(target, issues)
    if (target !== 'json') throw invalidRequest(told)
    const unknown = new Set(
      issues.flatMap((issue) =>
        issue.code === 'unrecognized_keys' && issue.path.length === 0 ? issue.keys : [],
      ),
    )
    const body = JSON.parse(Buffer.from(c.var.body).toString('utf8') || '{}') as Record<string, unknown>
    const known = Object.fromEntries(Object.entries(body).filter(([name]) => !unknown.has(name)))
    const beside = await look(known, c)
    throw invalidRequest([
      ...told,
      ...beside.filter(
        ({ field }) => !told.some((one) => isAbout(one.field, field) || isAbout(field, one.field)),
      ),
    ])
  }
  return (result: Validated, c: Context<RestEnv>) =>
    result.success ? undefined : refuse(result.target, result.error.issues, c)
}
