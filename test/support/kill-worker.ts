import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import type { WorkToDie } from './worker-to-kill.ts'

export interface Killed {
  /** Its work was done before the moment came. */
  readonly wasIdle: boolean
  /** The events that it had handled. */
  readonly handled: readonly string[]
}

export interface WorkerToKill {
  /** Lets it work until the moment, and kills it there with SIGKILL. */
  kill(work: WorkToDie): Promise<Killed>
  /** Of one that was never needed. */
  end(): Promise<void>
}

/** Started before it is needed: it loads while the story before is still told; and out of `cache`, what those before it have compiled. */
export function startWorkerToKill(cache: string): WorkerToKill {
  const child = spawn(process.execPath, [join(import.meta.dirname, 'worker-to-kill.ts')], {
    stdio: ['pipe', 'pipe', 'pipe'],
    env: { ...process.env, NODE_ENV: 'test', NODE_NO_WARNINGS: '1', NODE_COMPILE_CACHE: cache },
  })
  let complaints = ''
  child.stderr.on('data', (chunk: Buffer) => {
    complaints = (complaints + chunk).slice(-2000)
  })
  const closed = once(child, 'close') as Promise<[number | null, NodeJS.Signals | null]>
  const endNow = async () => {
    child.kill('SIGKILL')
    return closed
  }
  return {
    async kill(work) {
      child.stdin.write(`${JSON.stringify(work)}\n`)
      const said = await linesUntil(child, ['still', 'idle'])
      const [code, signal] = await endNow()
      if (said.at(-1) !== 'still' && said.at(-1) !== 'idle')
        throw new Error(`the worker ended by itself (${code ?? signal}):\n${complaints}`)
      return {
        wasIdle: said.at(-1) === 'idle',
        handled: said.flatMap((line) => (line.startsWith('handled ') ? [line.slice('handled '.length)] : [])),
      }
    },
    async end() {
      await endNow()
    },
  }
}

/** What it says, up to one of these lines or its end. */
async function linesUntil({ stdout }: ChildProcess, last: readonly string[]): Promise<readonly string[]> {
  const said: string[] = []
  for await (const line of createInterface({ input: stdout! })) {
    said.push(line)
    if (last.includes(line)) break
  }
  return said
}
