import { chmodSync, mkdtempSync, realpathSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { type Account, canReach, isRoot, nobody } from './account.ts'
import { findBinaries } from './binaries.ts'
import { newPassword } from './cluster-folder.ts'
import { stopAtExit } from './exit.ts'
import { makeCluster } from './make-cluster.ts'
import { throwawayBase } from './memory-folder.ts'
import { type Settings, signalServer, startServer, stopServer, urlOf } from './server.ts'
import type { EmbeddedPostgres } from './start-embedded-postgres.ts'
import { watchParent } from './watch-parent.ts'

// Nothing here is worth a wait for the disk. The connections are for test files that run beside each other.
const settings: Settings = {
  fsync: 'off',
  synchronous_commit: 'off',
  full_page_writes: 'off',
  max_connections: '300',
}

/** A server for one process, which goes when that process goes. */
export async function startThrowaway(home: string | undefined): Promise<EmbeddedPostgres> {
  const account = isRoot() ? nobody : null
  const folder = temporaryFolder(home ?? throwawayBase(), account)
  const watch = watchParent(folder)
  try {
    const binaries = await findBinaries(account)
    const [data, log, password] = [join(folder, 'data'), join(folder, 'postgres.log'), newPassword()]
    await makeCluster({ data, password, account, binaries, durable: false })
    const server = await startServer({
      binaries,
      account,
      data,
      log,
      password,
      port: 0,
      settings,
    })
    // The watcher sees our end by itself and removes the folder once the server is gone.
    const forget = stopAtExit(() => signalServer(server, binaries.pgCtl, 'QUIT'))
    let over = false
    return {
      url: urlOf(server.port, password, 'postgres'),
      reused: false,
      async stop() {
        if (over) return
        over = true
        forget()
        await stopServer(server, binaries.pgCtl, 'QUIT')
        watch.stop()
        rmSync(folder, { recursive: true, force: true, maxRetries: 5, retryDelay: 50 })
      },
      leave() {
        over = true
        forget()
        watch.stop()
        return server.pid
      },
    }
  } catch (error) {
    watch.stop()
    rmSync(folder, { recursive: true, force: true })
    throw error
  }
}

function temporaryFolder(base: string, account: Account | null): string {
  const reachable = canReach(realpathSync(base), account) ? realpathSync(base) : '/var/tmp'
  const folder = mkdtempSync(join(reachable, 'bayar-test-'))
  chmodSync(folder, account ? 0o711 : 0o700)
  return folder
}
