import { spawn } from 'node:child_process'
import type { Account } from './account.ts'

/**
 * The environment for PostgreSQL's programs: without the PG… variables, which would point them at another cluster;
 * in the C locale, because on macOS `postgres` refuses to start without a locale, and because of its messages.
 */
export function postgresEnvironment(): NodeJS.ProcessEnv {
  const inherited = Object.entries(process.env).filter(([name]) => !name.toUpperCase().startsWith('PG'))
  return { ...Object.fromEntries(inherited), LC_ALL: 'C', LANG: 'C', TZ: 'UTC' }
}

/** Where it starts: the account may not be able to read our own working folder. */
export const startFolder = process.platform === 'win32' ? undefined : '/'

export async function run(
  command: string,
  args: readonly string[],
  account: Account | null,
): Promise<{ code: number | null; output: string }> {
  return new Promise((resolve) => {
    let output = ''
    const child = spawn(command, args, {
      ...account,
      cwd: startFolder,
      env: postgresEnvironment(),
      stdio: ['ignore', 'pipe', 'pipe'],
      windowsHide: true,
    })
    const collect = (chunk: Buffer) => {
      output = (output + chunk.toString()).slice(-10_000)
    }
    child.stdout.on('data', collect)
    child.stderr.on('data', collect)
    child.once('error', (error) => resolve({ code: null, output: error.message }))
    child.once('close', (code) => resolve({ code, output }))
  })
}
