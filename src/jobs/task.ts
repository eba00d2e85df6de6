/** What a row of the task table says, and how one is written. */
import type { z } from 'zod'
import type { Schedule } from '../domain/schedule.ts'
import type { Context } from '../operations/context.ts'
import type { TaskRun } from '../operations/task-run.ts'
import type { AskJson, HostsTransaction } from '../store/host-transaction.ts'

/** Where a task is put off: in a transaction of the host, or in one of ours. */
export interface PuttingOff {
  readonly ask: AskJson
  readonly tx: HostsTransaction
  readonly by: string
}

export interface TaskSpec<Name extends string, Given, Checked, Kept, Result> {
  /** The original's, in snake_case. In code it has the same name in camelCase; there is no second list. */
  readonly name: Name
  readonly says: string
  /** Tries after the first, and the seconds between them: fixed, because the founding documents say so. */
  readonly retries: number
  readonly retryDelaySeconds: number
  /** null: only when somebody asks for it. */
  readonly schedule: Schedule | null
  /** What it takes, in camelCase; null takes nothing. One field may be named that a bare text stands for, as in `checkPaymentStatus('ORDER-001')`. */
  readonly takes: { readonly arguments: z.ZodType<Checked>; readonly alone?: string } | null
  /** Gives the type of what a caller may write; never called. */
  readonly given?: (given: Given) => void
  /** Here, once. Left out, it is `work` with what was given. */
  readonly now?: (context: Context, checked: Checked, run: TaskRun, by: string) => Promise<Result>
  /** What the row keeps, written together with it: ids, never payloads. What cannot be done is said here, to whoever asks. Left out, the row keeps what was given. */
  readonly putOff?: (context: Context, checked: Checked, within: PuttingOff) => Promise<Kept>
  /** By a worker; again after a failure, and by another worker if this one dies. So it must be the same work however often it is begun. */
  readonly work: (context: Context, kept: Kept, run: TaskRun, by: string) => Promise<Result>
}

/** A row, whatever it takes and answers. */
// biome-ignore lint/suspicious/noExplicitAny: rows of different arguments stand in one table; each was checked when it was written
export type AnyTask = TaskSpec<string, any, any, any, unknown>

/** Writes a row: the compiler infers what it takes and answers. */
export function task<const Name extends string, Given, Checked, Kept = Checked, Result = unknown>(
  spec: TaskSpec<Name, Given, Checked, Kept, Result>,
): TaskSpec<Name, Given, Checked, Kept, Result> {
  return spec
}
