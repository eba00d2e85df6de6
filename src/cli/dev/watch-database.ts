/**
 * The embedded PostgreSQL is a process of its own, and may end while `bayar dev` goes on: killed by hand, or by a machine without memory. It is said once, in a sentence for a person, and it is started again on
 * the same data; what was being done meanwhile is done again, as after any crash. Where that does not succeed, `bayar dev` ends, because an app without its database only looks well.
 */
import type { DevelopmentPostgres } from '../../store/embedded/start-embedded-postgres.ts'

const LOOK_EVERY_MS = 500

/** `onLost`: it has ended and could not be started again. Answers how to stop watching. */
export function watchDatabase(
  server: DevelopmentPostgres,
  { note, onLost }: { note(text: string): void; onLost(error: unknown): void },
): () => Promise<void> {
  let restarting: Promise<void> | undefined
  const timer = setInterval(() => {
    if (restarting || server.isRunning()) return
    note('PostgreSQL has ended by itself. It is being started again on the same data …')
    restarting = server
      .restart()
      .then(() => note('PostgreSQL runs again.'))
      .catch(onLost)
      .finally(() => {
        restarting = undefined
      })
  }, LOOK_EVERY_MS)
  timer.unref()
  return async () => {
    clearInterval(timer)
    await restarting
  }
}
