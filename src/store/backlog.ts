import type { Queryable } from './database.ts'

/** What is waiting, counted exactly: for a person who asks, not for a probe that asks every second. */
export interface Backlog {
  readonly openPayments: number
  readonly unknownOutcomes: number
  readonly dueNotifications: number
  readonly failedNotifications: number
  readonly waitingDeliveries: number
  /** Due for over a minute: nobody drains them. */
  readonly overdueDeliveries: number
  /** Without those of retired handlers, which nobody can deliver any more. */
  readonly deadDeliveries: number
  readonly openReviews: number
  readonly waitingTasks: number
  /** Due for over a minute, and nobody has taken them. */
  readonly overdueTasks: number
  readonly failedTasks: number
  readonly waitingMessages: number
  /** Due for over a minute, and nobody sends them. */
  readonly overdueMessages: number
  readonly failedMessages: number
}

export async function countBacklog(database: Queryable, at: Date): Promise<Backlog> {
  const { rows } = await database.query<Backlog>(
    `select (select count(*)::int from bayar.open_payments) as "openPayments",
            (select count(*)::int from bayar.intents where check_at is not null and state = 'sent') as "unknownOutcomes",
            (select count(*)::int from bayar.notifications where due_at <= $1) as "dueNotifications",
            (select count(*)::int from bayar.notifications where status = 'failed') as "failedNotifications",
            (select count(*)::int from bayar.deliveries where state = 'waiting') as "waitingDeliveries",
            (select count(*)::int from bayar.deliveries where state = 'waiting' and due_at < $1::timestamptz - interval '1 minute') as "overdueDeliveries",
            (select count(*)::int from bayar.deliveries d join bayar.handlers h on h.id = d.handler_id where d.state = 'dead' and h.retired_at is null) as "deadDeliveries",
            (select count(*)::int from bayar.reviews where closed_at is null) as "openReviews",
            (select count(*)::int from bayar.tasks where state in ('waiting', 'running')) as "waitingTasks",
            (select count(*)::int from bayar.tasks where state = 'waiting' and due_at < $1::timestamptz - interval '1 minute') as "overdueTasks",
            (select count(*)::int from bayar.tasks where state = 'failed') as "failedTasks",
            (select count(*)::int from bayar.messages where status = 'pending') as "waitingMessages",
            (select count(*)::int from bayar.messages where status = 'pending' and due_at < $1::timestamptz - interval '1 minute') as "overdueMessages",
            (select count(*)::int from bayar.messages where status = 'failed') as "failedMessages"`,
    [at],
  )
  return rows[0]!
}
