import pg from 'pg'

/** What stands between a process and its database: sees each statement before it is sent, and its answer before anybody hears it. */
export type Guard = (send: () => Promise<unknown>) => Promise<unknown>

export function guardedPool(url: string, guard: Guard): pg.Pool {
  class GuardedClient extends pg.Client {
    // biome-ignore lint/suspicious/noExplicitAny: pg's own overloads, callbacks and promises alike
    override query(...args: any[]): any {
      const callback =
        typeof args.at(-1) === 'function'
          ? (args.pop() as (error: Error | null, result?: unknown) => void)
          : undefined
      const answered = guard(() => (super.query as (...all: unknown[]) => Promise<unknown>)(...args))
      if (!callback) return answered
      answered.then(
        (result) => callback(null, result),
        (error: Error) => callback(error),
      )
    }
  }
  const pool = new pg.Pool({ connectionString: url, max: 4, Client: GuardedClient as never })
  pool.on('error', () => {})
  return pool
}
