import { spawnSync } from 'node:child_process'
import { createRequire } from 'node:module'
import { dirname, join } from 'node:path'

/** Every story of a process that dies in the middle: in ours, from whom its database is taken away, and in one of its own, by `kill -9`. */
const STORIES = [
  'crash-at-step',
  'crash-at-command',
  'crash-at-task',
  'kill-at-task',
  'subscription-crash',
  'invoices/crash',
  'wallets/crash',
].map((name) => `test/flows/${name}.test.ts`)

/** `npm run prove -- steps [--every N]`: the same tests, without their stride. It takes an hour, so each is told when it has passed. */
export async function prove(args: readonly string[] = []): Promise<void> {
  const every = args.includes('--every') ? String(Number(args[args.indexOf('--every') + 1]) || 1) : '1'
  const runner = join(dirname(createRequire(import.meta.url).resolve('vitest/package.json')), 'vitest.mjs')
  const { status } = spawnSync(process.execPath, [runner, 'run', '--reporter=verbose', ...STORIES], {
    stdio: 'inherit',
    env: { ...process.env, NODE_ENV: 'test', BAYAR_PROVE: 'steps', BAYAR_PROVE_EVERY: every },
  })
  if (status !== 0) process.exitCode = 1
}
