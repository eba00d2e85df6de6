/** What the exit code of a command means: one table, for `--help`, for the documentation and for the code. Scripts rely on it, so a code never changes its meaning. */
import { type ErrorCode, isBayarError } from '../errors.ts'

// biome-ignore format: a table is read in columns
export const EXIT_CODES = [
  { code: 0,   name: 'ok',          says: 'Done.' },
  { code: 1,   name: 'failed',      says: 'It was tried and did not succeed; the sentence says why.' },
  { code: 2,   name: 'usage',       says: 'The command line, the configuration or the version of Node is wrong: try again only after a change.' },
  { code: 3,   name: 'running',     says: '`bayar dev` already runs with this BAYAR_HOME; its addresses were printed.' },
  { code: 4,   name: 'unready',     says: 'Something is not ready: database, migrations, handlers, Midtrans, or a port that is taken.' },
  { code: 5,   name: 'problems',    says: '`bayar doctor` found problems.' },
  { code: 6,   name: 'unknown',     says: 'Midtrans gave no clear answer, and is being asked: money may have moved. Look at the payment again before anything else.' },
  { code: 7,   name: 'differences', says: '`bayar reconcile` found differences; with --fix, some that it could not repair.' },
  { code: 130, name: 'forced',      says: 'A second Ctrl-C ended it at once.' },
] as const

export type ExitName = (typeof EXIT_CODES)[number]['name']

export function exitCode(name: ExitName): number {
  return EXIT_CODES.find((row) => row.name === name)!.code
}

/** A mistake on the command line itself. */
export class UsageError extends Error {
  override readonly name = 'UsageError'
}

/** Every error that is not named here is `failed`. */
const EXIT_OF_ERROR: Partial<Readonly<Record<ErrorCode, ExitName>>> = {
  config_invalid: 'usage',
  database_missing: 'usage',
  keys_missing: 'usage',
  keys_mixed_up: 'usage',
  handler_invalid: 'usage',
  refused_in_production: 'usage',
  invalid_request: 'usage',
  task_unknown: 'usage',

  database_unreachable: 'unready',
  database_unsafe: 'unready',
  database_not_started: 'unready',
  migrations_pending: 'unready',
  migrations_ahead: 'unready',
  migrations_differ: 'unready',
  handlers_missing: 'unready',
  gateway_unavailable: 'unready',
  port_taken: 'unready',

  gateway_unknown: 'unknown',
}

export function exitOf(error: unknown): ExitName {
  if (error instanceof UsageError) return 'usage'
  return (isBayarError(error) && EXIT_OF_ERROR[error.code]) || 'failed'
}
