import { chownSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { BayarError } from '../../errors.ts'
import type { Account } from './account.ts'
import type { Binaries } from './binaries.ts'
import { makeDataFolder } from './cluster-folder.ts'
import { run } from './run.ts'

export interface NewCluster {
  readonly data: string
  readonly password: string
  readonly account: Account | null
  readonly binaries: Binaries
  readonly durable: boolean
}

/** Made under another name and then moved, so that one half made by a process that was killed is never started. */
export async function makeCluster({ data, password, account, binaries, durable }: NewCluster): Promise<void> {
  const unfinished = `${data}.new`
  const passwordFile = `${data}.password`
  rmSync(unfinished, { recursive: true, force: true })
  if (makeDataFolder(unfinished, account) === null) {
    throw new BayarError(
      'database_not_started',
      `${unfinished} cannot be closed to other users, as PostgreSQL demands.`,
    )
  }
  writeFileSync(passwordFile, password, { mode: 0o600 })
  if (account) chownSync(passwordFile, account.uid, account.gid)
  try {
    const answer = await run(
      binaries.initdb,
      // The builtin C.UTF-8 needs no locale of the system's, and folds letters beyond ASCII as other clusters do.
      ['-D', unfinished, '-U', 'bayar', '-A', 'scram-sha-256', '--pwfile', passwordFile, '-E', 'UTF8']
        .concat(['--locale-provider', 'builtin', '--builtin-locale', 'C.UTF-8', '--locale', 'C'])
        .concat(durable ? [] : ['--no-sync']),
      account,
    )
    if (answer.code !== 0) throw new BayarError('database_not_started', `initdb: ${answer.output.trim()}`)
  } finally {
    rmSync(passwordFile, { force: true })
  }
  renameSync(unfinished, data)
}
