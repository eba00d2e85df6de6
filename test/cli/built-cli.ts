import { mkdirSync, mkdtempSync, readdirSync, rmSync, statSync } from 'node:fs'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'
import { acquireLock } from '../../src/store/embedded/lock.ts'
import { repository, shellEnvironment } from '../support/clone.ts'
import { type Finished, type Running, runToEnd, runToFirstLine } from '../support/processes.ts'

const main = join(repository, 'dist', 'cli', 'main.js')

/** The command line as users get it. `npm test` has just built it; a test file that is run alone builds what is older than its source. */
export async function buildCli(): Promise<void> {
  const cache = join(repository, '.cache')
  mkdirSync(cache, { recursive: true })
  // The lock of scripts/dev.mjs: two builds at once would remove each other's work.
  const lock = await acquireLock(join(cache, 'dev.lock'))
  try {
    const built = statSync(main, { throwIfNoEntry: false })?.mtimeMs ?? 0
    if (newestIn(join(repository, 'src')) < built) return
    const { code, stdout, stderr } = await runToEnd(process.execPath, [
      join(repository, 'scripts', 'build.mjs'),
    ])
    if (code !== 0) throw new Error(`The build failed:\n${stdout}${stderr}`)
  } finally {
    lock.release()
  }
}

function newestIn(folder: string): number {
  const files = readdirSync(folder, { recursive: true, encoding: 'utf8' }).filter(
    (file) => !file.endsWith('.test.ts'),
  )
  return Math.max(...files.map((file) => statSync(join(folder, file)).mtimeMs))
}

export interface Shell {
  readonly cwd: string
  readonly env?: NodeJS.ProcessEnv
}

export function bayar(args: readonly string[], shell: Shell): Promise<Finished> {
  return runToEnd(process.execPath, [main, ...args], { cwd: shell.cwd, env: environment(shell) })
}

/** For what stays: its first line says that it is there. */
export function startBayar(args: readonly string[], shell: Shell): Promise<Running> {
  return runToFirstLine(process.execPath, [main, ...args], { cwd: shell.cwd, env: environment(shell) })
}

/** What the first line of `--json` tells: where it is. */
export function told(running: Running): Readonly<Record<string, unknown>> {
  return JSON.parse(running.firstLine) as Record<string, unknown>
}

/** What this machine has set for itself must not decide a test. */
function environment({ env = {} }: Shell): NodeJS.ProcessEnv {
  const clean = Object.entries(shellEnvironment()).filter(
    ([name]) =>
      !/^(BAYAR_|MIDTRANS_|DATABASE_URL$|DIRECT_DATABASE_URL$|PORT$|HOST$|SIMULATOR_PORT$|LISTEN_PORT$)/.test(
        name,
      ),
  )
  return { ...Object.fromEntries(clean), ...env }
}

export function makeFolder(): { readonly path: string; remove(): void } {
  const path = mkdtempSync(join(tmpdir(), 'bayar-cli-'))
  return {
    path,
    remove: () => rmSync(path, { recursive: true, force: true, maxRetries: 5, retryDelay: 100 }),
  }
}

export function freePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const probe = createServer()
    probe.once('error', reject)
    probe.listen(0, '127.0.0.1', () => {
      const { port } = probe.address() as { port: number }
      probe.close(() => resolve(port))
    })
  })
}

/** Waits for something that another process does in its own time, and gives it. */
export async function eventually<T>(
  sentence: string,
  look: () => Promise<T | undefined> | T | undefined,
  seconds = 20,
): Promise<T> {
  const deadline = performance.now() + seconds * 1000
  for (;;) {
    const found = await look()
    if (found !== undefined) return found
    if (performance.now() > deadline) throw new Error(`not within ${seconds} s: ${sentence}`)
    await pause(25)
  }
}
