/** Load from a process of its own: wrk where it is installed, else our own generator. Both send each request once and write down every answer. */
import { spawn, spawnSync } from 'node:child_process'
import { once } from 'node:events'
import { readFileSync } from 'node:fs'
import { cpuOf, type Ticks } from './cpu.ts'
import type { RequestFile } from './settlements.ts'

export interface Task {
  readonly port: number
  readonly connections: number
  readonly seconds: number
  readonly requests: RequestFile
  readonly answersPath: string
}

export interface Measured {
  readonly answers: number
  readonly seconds: number
  readonly p50Ms: number
  readonly p99Ms: number
  readonly maxMs: number
  /** Requests begun; the last of them may have had no answer when the time was over. */
  readonly sent: number
  /** 1 when the requests ran out before the time: the rate is then no rate. */
  readonly ended: number
  readonly errors: number
}

export interface Loaded extends Measured {
  /** Ids of the notifications that were answered 200, by the verdict they were answered with. */
  readonly acknowledged: ReadonlyMap<string, readonly string[]>
  readonly refused: number
  readonly cpu: Ticks
}

export interface Generator {
  readonly name: string
  command(task: Task): readonly string[]
}

const wrk: Generator = {
  name: 'wrk',
  command: ({ port, connections, seconds, requests, answersPath }) => [
    'wrk',
    ...['-t1', `-c${connections}`, `-d${seconds}s`, '--timeout', '10s', '-s', fileOf('wrk.lua')],
    `http://127.0.0.1:${port}`,
    ...['--', requests.path, String(requests.bytesEach), answersPath],
  ],
}

const own: Generator = {
  name: 'our own generator',
  command: (task) => [
    process.execPath,
    '--disable-warning=ExperimentalWarning',
    fileOf('generator.ts'),
    JSON.stringify(task),
  ],
}

function fileOf(name: string): string {
  return new URL(name, import.meta.url).pathname
}

export function chooseGenerator(asked: 'wrk' | 'own' | null): Generator {
  if (asked === 'own') return own
  const isInstalled = spawnSync('wrk', ['-v']).error === undefined
  if (asked === 'wrk' && !isInstalled) throw new Error('wrk is not installed')
  return isInstalled ? wrk : own
}

export async function load(generator: Generator, task: Task): Promise<Loaded> {
  const [command, ...args] = generator.command(task)
  const child = spawn(command!, args, { stdio: ['ignore', 'ignore', 'pipe'] })
  let told = ''
  let cpu: Ticks = 0
  // A process that ended can no longer be asked.
  const watch = setInterval(() => {
    cpu = cpuOf(child.pid!) || cpu
  }, 50)
  child.stderr.on('data', (chunk: Buffer) => {
    told += chunk.toString()
  })
  const limit = setTimeout(() => child.kill('SIGKILL'), (task.seconds + 30) * 1_000)
  const [code] = (await once(child, 'close')) as [number | null]
  clearInterval(watch)
  clearTimeout(limit)
  if (code !== 0) throw new Error(`${generator.name} ended with ${code}:\n${told}`)
  const measured = JSON.parse(told.trim().split('\n').at(-1)!) as Measured
  const acknowledged = new Map<string, string[]>()
  let refused = 0
  for (const line of readFileSync(task.answersPath, 'latin1').split('\n')) {
    if (line === '') continue
    const { status, id } = readAnswer(line)
    if (status === null) {
      refused++
      continue
    }
    const ids = acknowledged.get(status)
    if (ids) ids.push(id)
    else acknowledged.set(status, [id])
  }
  return { ...measured, acknowledged, refused, cpu }
}

function readAnswer(line: string): { status: string | null; id: string } {
  if (!line.startsWith('200 {')) return { status: null, id: '' }
  return JSON.parse(line.slice(4)) as { status: string; id: string }
}
