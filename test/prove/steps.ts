import { spawnSync } from 'node:child_process'
import { createRequire } from 'node:module'
import { dirname, join } from 'node:path'

/** The tests of the same name, without their stride. */
export async function prove(): Promise<void> {
  const runner = join(dirname(createRequire(import.meta.url).resolve('vitest/package.json')), 'vitest.mjs')
  const { status } = spawnSync(
    process.execPath,
    [runner, 'run', 'test/flows/crash-at-step.test.ts', 'test/flows/crash-at-command.test.ts'],
    {
      stdio: 'inherit',
      env: { ...process.env, NODE_ENV: 'test', BAYAR_PROVE: 'steps' },
    },
  )
  if (status !== 0) process.exitCode = 1
}
