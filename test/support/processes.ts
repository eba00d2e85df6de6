import { type ChildProcess, type SpawnOptions, spawn } from 'node:child_process'
import { once } from 'node:events'
import { createInterface } from 'node:readline'
import { setTimeout as pause } from 'node:timers/promises'

export interface Finished {
  readonly code: number | null
  readonly signal: NodeJS.Signals | null
  readonly stdout: string
  readonly stderr: string
}

/** Runs a program to its end. */
export async function runToEnd(
  command: string,
  args: readonly string[],
  options: SpawnOptions = {},
): Promise<Finished> {
  const child = spawn(command, args, { ...options, stdio: ['ignore', 'pipe', 'pipe'] })
  const [stdout, stderr] = [collect(child, 'stdout'), collect(child, 'stderr')]
  const [code, signal] = (await once(child, 'close')) as [number | null, NodeJS.Signals | null]
  return { code, signal, stdout: stdout(), stderr: stderr() }
}

export interface Running {
  readonly child: ChildProcess
  readonly firstLine: string
  /** What it has written there so far. */
  stderr(): string
  /** Ends when it ends by itself. */
  readonly closed: Promise<unknown>
  /** Sends the signal and waits for the end. */
  end(signal: NodeJS.Signals): Promise<Finished>
}

/** Starts a program and waits for its first line on stdout. */
export async function runToFirstLine(
  command: string,
  args: readonly string[],
  options: SpawnOptions = {},
): Promise<Running> {
  const child = spawn(command, args, { ...options, stdio: ['ignore', 'pipe', 'pipe'] })
  const closed = once(child, 'close') as Promise<[number | null, NodeJS.Signals | null]>
  const [stdout, stderr] = [collect(child, 'stdout'), collect(child, 'stderr')]
  const lines = createInterface({ input: child.stdout! })
  const firstLine = await Promise.race([
    once(lines, 'line').then(([line]) => String(line)),
    closed.then(() => null),
  ])
  if (firstLine === null) throw new Error(`${command} ${args.join(' ')} ended without a line:\n${stderr()}`)
  return {
    child,
    firstLine,
    stderr,
    closed,
    async end(signal) {
      child.kill(signal)
      const [code, endedBy] = await closed
      return { code, signal: endedBy, stdout: stdout(), stderr: stderr() }
    },
  }
}

function collect(child: ChildProcess, name: 'stdout' | 'stderr'): () => string {
  let text = ''
  child[name]?.on('data', (chunk: Buffer) => {
    text += chunk.toString()
  })
  return () => text
}

/** Waits for something that another process does in its own time. */
export async function until(sentence: string, holds: () => boolean, seconds = 20): Promise<void> {
  const deadline = performance.now() + seconds * 1000
  while (!holds()) {
    if (performance.now() > deadline) throw new Error(`not within ${seconds} s: ${sentence}`)
    await pause(20)
  }
}
