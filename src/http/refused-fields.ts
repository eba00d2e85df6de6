import type { z } from '@hono/zod-openapi'
import type { Problem } from '../errors.ts'
import { meantField } from './meant-field.ts'

/** The schema's complaints in our words: which field, and what it must be. What was sent is not repeated: it may be anything. */
export function problemsIn(target: string, issues: readonly z.core.$ZodIssue[]): Problem[] {
  return issues.flatMap((issue): Problem[] => {
    const field = fieldOf(issue.path) || target
    if (issue.code === 'unrecognized_keys') {
      // The contract gives the names that there are as the message.
      const known = issue.message.split(' ')
      return issue.keys.slice(0, 20).map((key) => ({
        field: fieldOf([...issue.path, key]).slice(0, 200),
        reason: `is not a field of this request${meantField(key, known)}`,
      }))
    }
    if (issue.code === 'invalid_type')
      return [
        {
          field,
          reason: issue.message.startsWith('Invalid input')
            ? `must be ${wordFor(issue.expected)}`
            : issue.message,
        },
      ]
    if (issue.code === 'invalid_value')
      return [
        { field, reason: `must be ${issue.values.map(String).join(', ')}`.replace(/, ([^,]*)$/, ' or $1') },
      ]
    return [{ field, reason: issue.message.replace(/^Invalid input: /, 'is invalid: ') }]
  })
}

function fieldOf(path: readonly PropertyKey[]): string {
  return path.reduce<string>(
    (field, part) =>
      typeof part === 'number'
        ? `${field}[${part}]`
        : field === ''
          ? String(part)
          : `${field}.${String(part)}`,
    '',
  )
}

const WORDS: Readonly<Record<string, string>> = {
  string: 'text',
  int: 'a whole number',
  number: 'a number',
  boolean: 'true or false',
  array: 'a list',
  object: 'an object',
  record: 'an object',
}

function wordFor(expected: string): string {
  return WORDS[expected] ?? expected
}
