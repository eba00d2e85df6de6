/** What a caller wrote: which task, and its arguments, in either spelling. */
import type { z } from 'zod'
import { didYouMean } from '../domain/nearest.ts'
import { toCamel } from '../domain/wire-case.ts'
import { BayarError, invalidRequest } from '../errors.ts'
import { wireName } from '../gateway/charge-fields.ts'
import type { AnyTask } from './task.ts'
import { findRow, TASK_NAMES } from './tasks.ts'

/** By either spelling of its name. */
export function rowNamed(name: string): AnyTask {
  const spec = findRow(name) ?? findRow(wireName(name))
  if (!spec)
    throw new BayarError(
      'task_unknown',
      `It was called ${name}.${didYouMean(name, TASK_NAMES)} There are ${TASK_NAMES.join(', ')}.`,
    )
  return spec
}

/** Every mistake at once, before anything is written. Names are taken in camelCase and in snake_case. */
export function readArguments({ name, takes }: AnyTask, given: unknown): unknown {
  if (takes === null) {
    if (given === undefined || given === null || isEmpty(given)) return {}
    throw invalidRequest([{ field: name, reason: 'takes no arguments' }])
  }
  const { alone } = takes
  const named = typeof given === 'string' && alone !== undefined ? { [alone]: given } : given
  if (typeof named !== 'object' || named === null || Array.isArray(named))
    throw invalidRequest([
      {
        field: name,
        reason: `needs its arguments${alone === undefined ? ', as an object' : `: ${wireName(alone)}, or an object`}`,
      },
    ])
  const read = takes.arguments.safeParse(alone === undefined ? named : toCamel(without(named)))
  if (!read.success) throw invalidRequest(read.error.issues.flatMap(problemsOf))
  return read.data
}

function isEmpty(given: unknown): boolean {
  return typeof given === 'object' && given !== null && Object.keys(given).length === 0
}

/** `{ amount: undefined }` is no amount. */
function without(given: object): object {
  return Object.fromEntries(Object.entries(given).filter(([, value]) => value !== undefined))
}

function problemsOf(issue: z.core.$ZodIssue): { field: string; reason: string }[] {
  const snake = (path: readonly PropertyKey[]) => path.map((name) => wireName(String(name))).join('.')
  if (issue.code === 'unrecognized_keys')
    return issue.keys.map((key) => ({ field: snake([...issue.path, key]), reason: 'is not an argument' }))
  return [
    {
      field: snake(issue.path) || 'arguments',
      reason: issue.message.replace(/^Invalid input: /, 'is invalid: '),
    },
  ]
}
