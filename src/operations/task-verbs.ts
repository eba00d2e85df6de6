/** Tasks as they are shown and asked for, by code, command line and HTTP alike. */
import type { HostsTransaction } from '../store/host-transaction.ts'
import type { TaskFilter, TaskState } from '../store/tasks.ts'
import type { Page, PageAsked } from './page.ts'
import type { TaskTold } from './task-run.ts'

/** A task that was put off, or that the schedule gave. */
export interface Task {
  readonly id: string
  readonly name: string
  /** Ids and amounts: what the task is about. */
  readonly arguments: Readonly<Record<string, unknown>>
  readonly state: TaskState
  /** The tick of the schedule; null when somebody asked for it. */
  readonly slot: Date | null
  /** Tries that failed. */
  readonly attempts: number
  readonly attemptsMax: number
  /** How far it is; `total` is null where nobody knows. */
  readonly progress: { readonly done: number; readonly total: number | null }
  readonly result: unknown
  readonly error: { readonly code: string; readonly says: string } | null
  readonly requestedBy: string
  readonly dueAt: Date
  readonly createdAt: Date
  readonly startedAt: Date | null
  readonly finishedAt: Date | null
}

export interface TaskHandle<Result> {
  readonly id: string
  /** What it answered; throws what it failed with, and `task_not_finished` after `timeout` seconds (30). */
  result(options?: { readonly timeout?: number }): Promise<Result>
}

export interface DelayOptions {
  /** Your own open transaction (pg, Drizzle, Kysely, Prisma): the task commits with your rows, or never was. */
  readonly tx?: HostsTransaction
  /** Who asks, for the record. */
  readonly by?: string
}

export interface RunOptions {
  readonly by?: string
  /** Told how far long work is. */
  readonly onProgress?: (told: TaskTold) => void
}

export interface TaskVerbs {
  list(query?: PageAsked & { readonly filter?: TaskFilter }): Promise<Page<Task>>
  get(id: string): Promise<Task>
  /** A failed one begins again, with all its tries. */
  retry(id: string): Promise<Task>
  /** By name, here and once. What a command line and a route call. */
  run(name: string, given?: unknown, options?: RunOptions): Promise<unknown>
  /** By name, by a worker. */
  delay(name: string, given?: unknown, options?: DelayOptions): Promise<TaskHandle<unknown>>
}

/** What was worked off, by the list that it was on. */
export interface Drained {
  readonly deliveries: number
  readonly notifications: number
  readonly intents: number
  readonly invoices: number
  readonly payAccounts: number
  readonly subscriptions: number
  readonly payments: number
  readonly messages: number
  readonly tasks: number
  /** Ticks of the schedule that were given. */
  readonly ticks: number
}

export interface Drain extends Drained {
  /** Nothing that was due is left. */
  readonly isDone: boolean
}
