/** The processes that are measured. Each is started here, answers questions over its channel, and is ended by its own pid. */
import { type ChildProcess, fork } from 'node:child_process'
import { once } from 'node:events'
import { fileURLToPath } from 'node:url'

export interface Child {
  readonly pid: number
  /** What it said when it was ready. */
  readonly ready: Readonly<Record<string, number>>
  ask(): Promise<Readonly<Record<string, number>>>
  end(): Promise<void>
  /** Without a word, as a machine dies. */
  kill(): Promise<void>
}

const running = new Set<Child>()

export async function startChild(
  name: 'server' | 'worker' | 'sweeper' | 'gateway' | 'reconcile' | 'midtrans' | 'biller',
  given: object,
  flags: readonly string[] = [],
): Promise<Child> {
  const file = fileURLToPath(new URL(`../children/${name}.ts`, import.meta.url))
  const child = fork(file, [JSON.stringify(given)], {
    stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
    execArgv: ['--disable-warning=ExperimentalWarning', ...flags],
  })
  const closed = once(child, 'close')
  const ready = await Promise.race([answerOf(child), closed.then(() => null)])
  if (ready === null) throw new Error(`the ${name} ended before it was ready`)
  const self: Child = {
    pid: child.pid!,
    ready,
    ask() {
      const answer = answerOf(child)
      child.send('tell')
      return answer
    },
    async end() {
      running.delete(self)
      if (child.exitCode === null && child.signalCode === null) child.kill('SIGTERM')
      await closed
    },
    async kill() {
      running.delete(self)
      child.kill('SIGKILL')
      await closed
    },
  }
  running.add(self)
  return self
}

/** Those that are still there: after a failure, all of them. */
export async function endChildren(): Promise<void> {
  await Promise.all([...running].map((child) => child.end()))
}

async function answerOf(child: ChildProcess): Promise<Record<string, number>> {
  const [message] = (await once(child, 'message')) as [Record<string, number>]
  return message
}

/** The child's side: says what it has, answers with it whenever asked, and leaves when told or orphaned. */
export function serveParent(tell: () => Record<string, number>, close: () => Promise<void>): void {
  const leave = () => void close().finally(() => process.exit(0))
  process.once('SIGTERM', leave)
  process.once('disconnect', leave)
  process.on('message', () => process.send!(tell()))
  process.send!(tell())
}
