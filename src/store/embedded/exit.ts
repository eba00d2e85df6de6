/**
 * Runs `work` when this process ends: on a normal exit, and on the signals that end it. `work` cannot wait.
 *
 * A signal handler changes what a signal does. So ours acts only when it is alone: it does its work and then lets the
 * signal end the process as it would have. When the application listens too, the end is the application's business,
 * and the exit handler does the work.
 */
const works = new Set<() => void>()
const signals = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const

export function stopAtExit(work: () => void): () => void {
  if (works.size === 0) listen()
  works.add(work)
  return () => {
    works.delete(work)
    if (works.size === 0) unlisten()
  }
}

function listen(): void {
  process.on('exit', runAll)
  for (const signal of signals) process.on(signal, onSignal)
}

function unlisten(): void {
  process.off('exit', runAll)
  for (const signal of signals) process.off(signal, onSignal)
}

function onSignal(signal: NodeJS.Signals): void {
  if (process.listenerCount(signal) > 1) return
  runAll()
  unlisten()
  process.kill(process.pid, signal)
}

function runAll(): void {
  const pending = [...works]
  works.clear()
  for (const work of pending) work()
}
