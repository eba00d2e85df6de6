/** `bayar.tasks`: each task of the table as a function, and what became of those that were put off. */
import { setTimeout as pause } from 'node:timers/promises'
import { isUuid, uuidv7 } from '../domain/uuid.ts'
import { type Camel, toCamel } from '../domain/wire-case.ts'
import { BayarError, ERRORS, type ErrorCode, invalidRequest } from '../errors.ts'
import type { Context } from '../operations/context.ts'
import { readIdCursor } from '../operations/id-cursor.ts'
import { mapPage, readPage } from '../operations/page.ts'
import { refuseInsideTransaction } from '../operations/payments/run-intent.ts'
import { ComeBack, type TaskTold } from '../operations/task-run.ts'
import type { DelayOptions, RunOptions, Task, TaskHandle, TaskVerbs } from '../operations/task-verbs.ts'
import { insideTransaction, type Transaction } from '../store/database.ts'
import {
  askInHostsTransaction,
  askJson,
  type HostsTransaction,
  transactionId,
} from '../store/host-transaction.ts'
import { findTask, listTasks, retryTask, TASK_STATES, type TaskRow, writeTask } from '../store/tasks.ts'
import { readArguments, rowNamed } from './read-arguments.ts'
import type { AnyTask, PuttingOff, TaskSpec } from './task.ts'
import { findRow, TASKS, type TaskName } from './tasks.ts'

export interface TaskCall<Given, Result> {
  /** Here, once; throws what goes wrong. */
  (...given: unknown extends Given ? [] : [given: Given]): Promise<Result>
  /** By a worker, tried again after a failure. */
  delay(
    ...given: unknown extends Given
      ? [given?: undefined, options?: DelayOptions]
      : [given: Given, options?: DelayOptions]
  ): Promise<TaskHandle<Result>>
}

type CallOf<Row> =
  Row extends TaskSpec<string, infer Given, infer _Checked, infer _Kept, infer Result>
    ? TaskCall<Given, Result>
    : never
type RowOf<Name extends TaskName> = Extract<(typeof TASKS)[number], { readonly name: Name }>
type CallsBySnake = { readonly [Name in TaskName]: CallOf<RowOf<Name>> }
type CallsByCamel = {
  readonly [Name in TaskName as keyof Camel<Record<Name, unknown>> & string]: CallOf<RowOf<Name>>
}

export type Tasks = CallsByCamel & CallsBySnake & TaskVerbs

const RESULT_TIMEOUT_SECONDS = 30
const LOOK_EVERY_MS = 100
const HOST = 'host'

export function bindTasks(context: () => Promise<Context>, reading: () => Promise<Context>): Tasks {
  const verbs: TaskVerbs = {
    async list({ filter: given = {}, ...asked } = {}) {
      const filter = given.name === undefined ? given : { ...given, name: rowNamed(given.name).name }
      if (filter.state !== undefined && !TASK_STATES.includes(filter.state))
        throw invalidRequest([{ field: 'state', reason: `must be one of ${TASK_STATES.join(', ')}` }])
      const { database } = await reading()
      const page = await readPage(
        asked,
        (row: TaskRow) => row.id,
        ({ position, isBackward, limit }) =>
          listTasks(database, { filter, after: readIdCursor(position), limit, descending: !isBackward }),
      )
      return mapPage(page, toTask)
    },
    get: async (id) => toTask(await rowOf(await reading(), id)),
    async retry(id) {
      const at = await context()
      const row = await rowOf(at, id)
      rowNamed(row.name)
      const due = await retryTask(at.database, id, at.clock.now())
      if (!due)
        throw new BayarError(
          'task_not_failed',
          row.state === 'failed' ? 'Its next run is waiting already.' : `It is ${row.state}.`,
        )
      at.wake('tasks')
      return toTask(due)
    },
    run: async (name, given, options) => runHere(await context(), rowNamed(name), given, options),
    delay: async (name, given, options) => {
      const spec = rowNamed(name)
      return handleOf(reading, await putOff(await context(), spec, given, options))
    },
  }
  const calls = TASKS.map(({ name }) => {
    const call = (given?: unknown) => verbs.run(name, given)
    return [
      name,
      Object.assign(call, {
        delay: (given?: unknown, options?: DelayOptions) => verbs.delay(name, given, options),
      }),
    ] as const
  })
  const bySnake = Object.fromEntries(calls)
  return { ...bySnake, ...toCamel(bySnake), ...verbs } as unknown as Tasks
}

async function runHere(
  context: Context,
  spec: AnyTask,
  given: unknown,
  { by = HOST, onProgress }: RunOptions = {},
): Promise<unknown> {
  const checked = readArguments(spec, given)
  context.handlers.assertComplete()
  refuseInsideTransaction()
  const run = {
    id: uuidv7(),
    replays: 0,
    bookmark: null,
    isStopping: () => false,
    progress: async (told: TaskTold) => onProgress?.(told),
  }
  try {
    return await (spec.now ?? spec.work)(context, checked, run, by)
  } catch (error) {
    // Here nobody comes back to it; what is left stays due.
    if (error instanceof ComeBack)
      throw new BayarError(
        'gateway_unavailable',
        `${error.message} What is left stays due: run it again after ${error.until.toISOString()}.`,
      )
    throw error
  }
}

/** The task and what it needs are written together: in the host's transaction, or in one of ours. Nothing is sent. */
async function putOff(
  context: Context,
  spec: AnyTask,
  given: unknown,
  { tx, by = HOST }: DelayOptions = {},
): Promise<string> {
  const checked = readArguments(spec, given)
  const id = uuidv7()
  const write = async (within: PuttingOff, transaction: string | null) => {
    const kept = spec.putOff ? await spec.putOff(context, checked, within) : checked
    const task = { id, name: spec.name, arguments: kept, requestedBy: by, at: context.clock.now() }
    if (!(await writeTask(within.ask, task, transaction)))
      throw invalidRequest([
        { field: 'tx', reason: 'is not an open transaction: begin one, and give its client' },
      ])
  }
  if (tx !== undefined) {
    const ask = askInHostsTransaction(tx)
    await write({ ask, tx, by }, await transactionId(ask))
    return id
  }
  if (insideTransaction())
    throw new BayarError('task_in_transaction', 'Give it as { tx }, or put the task off after it.')
  await context.database.transaction((own: Transaction) =>
    write({ ask: askJson(own), tx: own as unknown as HostsTransaction, by }, null),
  )
  context.wake('tasks')
  return id
}

function handleOf(reading: () => Promise<Context>, id: string): TaskHandle<unknown> {
  return {
    id,
    async result({ timeout = RESULT_TIMEOUT_SECONDS } = {}) {
      const deadline = performance.now() + timeout * 1000
      for (;;) {
        const row = await findTask((await reading()).database, id)
        if (row?.state === 'done') return toCamel(row.result)
        if (row?.state === 'failed') throw failureOf(row)
        if (performance.now() >= deadline)
          throw new BayarError(
            'task_not_finished',
            `${id} is ${row?.state ?? 'not committed'}${row?.error ? `; its last try: ${row.error}` : ''}.`,
            {
              details: { task_id: id },
            },
          )
        await pause(LOOK_EVERY_MS)
      }
    },
  }
}

/** What its last try failed with, as the call itself would have thrown it. */
function failureOf(row: TaskRow): BayarError {
  const code = (row.error_code ?? 'internal') in ERRORS ? (row.error_code as ErrorCode) : 'internal'
  const says = (row.error ?? '').replace(`${ERRORS[code].says} `, '')
  return new BayarError(code, says === ERRORS[code].says ? '' : says, {
    details: { task_id: row.id, ...idsOf(row.arguments) },
  })
}

function idsOf({ orderId }: Readonly<Record<string, unknown>>): Record<string, unknown> {
  return orderId === undefined ? {} : { order_id: orderId }
}

async function rowOf({ database }: Context, id: string): Promise<TaskRow> {
  const row = isUuid(id) ? await findTask(database, id) : undefined
  if (!row) throw new BayarError('task_not_found', id)
  return row
}

function toTask(row: TaskRow): Task {
  return {
    id: row.id,
    name: row.name,
    arguments: row.arguments,
    state: row.state,
    slot: row.slot,
    attempts: row.attempts,
    attemptsMax: (findRow(row.name)?.retries ?? 0) + 1,
    progress: { done: Number(row.done), total: row.total === null ? null : Number(row.total) },
    result: row.result ?? null,
    error: row.error === null ? null : { code: row.error_code ?? 'internal', says: row.error },
    requestedBy: row.requested_by,
    dueAt: row.due_at,
    createdAt: row.created_at,
    startedAt: row.started_at,
    finishedAt: row.finished_at,
  }
}
