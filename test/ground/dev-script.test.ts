import { existsSync, mkdirSync, readdirSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { type Clone, cloneRepository, offlineNpm, shellEnvironment } from '../support/clone.ts'
import { runToEnd, runToFirstLine } from '../support/processes.ts'

let clone: Clone
let npm: ReturnType<typeof offlineNpm>
let environment: NodeJS.ProcessEnv

beforeAll(() => {
  clone = cloneRepository()
  npm = offlineNpm(clone)
  environment = shellEnvironment({
    NODE_ENV: 'production',
    npm_config_ignore_scripts: 'true',
    npm_execpath: npm.cli,
    BAYAR_CACHE: join(clone.parent, 'cache'),
  })
  // `npm run bench` runs whatever this file is, which makes it the shortest task to look at.
  mkdirSync(join(clone.folder, 'bench'), { recursive: true })
  writeFileSync(
    join(clone.folder, 'bench', 'main.ts'),
    `const [what]: string[] = process.argv.slice(2)
    const { NODE_ENV, PATH } = process.env
    if (what === 'stay') {
      setInterval(() => undefined, 60_000)
      process.on('SIGTERM', () => process.exit(5))
    }
    console.log(JSON.stringify({ what, node: process.execPath, version: process.version, NODE_ENV, PATH }))
    if (what === 'fail') process.exit(7)`,
  )
})

afterAll(() => clone.remove())

function dev(args: readonly string[], extra: NodeJS.ProcessEnv = {}, node: readonly string[] = []) {
  return runToEnd(process.execPath, [...node, 'scripts/dev.mjs', ...args], {
    cwd: clone.folder,
    env: { ...environment, ...extra },
  })
}

// The tests of one describe build on each other, from the fresh clone on.
describe('a fresh clone, with NODE_ENV=production and ignore-scripts, where only its owner may look', () => {
  test('two `npm test` at once: one installs and builds, both pass', async () => {
    const both = await Promise.all([
      dev(['test', 'src/store/migrate.test.ts']),
      dev(['test', 'src/store/migrate.test.ts']),
    ])
    for (const one of both) {
      expect(one.stdout + one.stderr).toMatch(/Tests +\d+ passed/)
      expect(one.code).toBe(0)
    }
    expect(npm.calls()).toEqual(['ci --include=dev --include=optional --prefer-offline --loglevel error'])
    expect(both.filter(({ stderr }) => stderr.includes('Building'))).toHaveLength(1)
  }, 180_000)

  test('the next run neither installs nor builds, and says nothing', async () => {
    const next = await dev(['bench', 'look'])
    expect(next).toMatchObject({ code: 0, stderr: '' })
    expect(JSON.parse(next.stdout)).toMatchObject({ what: 'look', NODE_ENV: 'development' })
    expect(npm.calls()).toHaveLength(1)
  })

  test('a change in the sources is built, and one that does not compile stops everything', async () => {
    const added = join(clone.folder, 'src', 'added.ts')
    writeFileSync(added, 'export const added: number = 1\n')
    expect((await dev(['bench', 'look'])).stderr).toContain('Building')
    expect(existsSync(join(clone.folder, 'dist', 'added.js'))).toBe(true)
    writeFileSync(added, `export const added: number = 'one'\n`)
    const broken = await dev(['bench', 'look'])
    expect(broken).toMatchObject({ code: 1, stdout: '' })
    expect(broken.stderr).toContain('added.ts(1,14): error')
    expect(broken.stderr).toContain('The build failed')
    expect(existsSync(join(clone.folder, 'dist', 'added.js'))).toBe(true) // what ran before still runs
    rmSync(added)
    expect((await dev(['bench', 'look'])).code).toBe(0)
    expect(existsSync(join(clone.folder, 'dist', 'added.js'))).toBe(false)
  })

  test('an exit code and a signal pass through', async () => {
    expect((await dev(['bench', 'fail'])).code).toBe(7)
    const staying = await runToFirstLine(process.execPath, ['scripts/dev.mjs', 'bench', 'stay'], {
      cwd: clone.folder,
      env: environment,
    })
    expect(await staying.end('SIGTERM')).toMatchObject({ code: 5 })
  })

  test('what runs ends when npm is gone, although the shell between died without passing the signal on', async () => {
    const staying = await runToFirstLine(
      '/bin/sh',
      ['-c', '"$0" scripts/dev.mjs bench stay; true', process.execPath],
      {
        cwd: clone.folder,
        env: { ...environment, npm_lifecycle_event: 'bench' },
      },
    )
    // The end is reported when the last of them has let go of the pipe.
    expect(await staying.end('SIGKILL')).toMatchObject({ signal: 'SIGKILL' })
  })

  test('the lock of a run that was killed is broken', async () => {
    const lock = join(clone.folder, '.cache', 'dev.lock')
    mkdirSync(lock)
    writeFileSync(join(lock, '999999999.1'), '')
    expect((await dev(['bench', 'look'])).code).toBe(0)
    expect(existsSync(lock)).toBe(false)
  })

  test('an unknown task is answered with the known ones', async () => {
    expect(await dev(['strat'])).toMatchObject({
      code: 2,
      stderr: expect.stringContaining('start | test | check'),
    })
  })
})

describe('on a Node that is too old', () => {
  // The script is told that it runs on Node 20, and finds no other in PATH.
  const old = [
    '--import',
    `data:text/javascript,${encodeURIComponent(
      `Object.defineProperty(process, 'versions', { value: { ...process.versions, node: '20.20.2' } })`,
    )}`,
  ]

  test('a fitting one in PATH is taken, and comes first in PATH for everything below', async () => {
    const tools = join(clone.parent, 'tools')
    mkdirSync(tools)
    symlinkSync(process.execPath, join(tools, 'node'))
    const found = await dev(['bench', 'look'], { PATH: `${tools}:/usr/bin:/bin` }, old)
    expect(found).toMatchObject({ code: 0 })
    expect(JSON.parse(found.stdout)).toMatchObject({ version: process.version })
    expect(JSON.parse(found.stdout).PATH).toMatch(new RegExp(`^(${dirname(process.execPath)}|${tools}):`))
  })

  test('what npm brings is not run unless it is the pinned file, and nothing of it stays', async () => {
    const refused = await dev(['bench', 'look'], { PATH: '/nowhere' }, old)
    expect(refused).toMatchObject({ code: 1, stdout: '' })
    expect(refused.stderr).toContain('This needs Node 22.18 or newer, and here is 20.20.2.')
    expect(refused.stderr).toContain('is not the file that this repository pins')
    expect(refused.stderr).toContain('https://nodejs.org')
    expect(npm.calls().at(-1)).toMatch(/^pack node-[\w-]+@2[24]\.\d+\.\d+ --pack-destination /)
    expect(readdirSync(join(clone.parent, 'cache'))).toEqual([])
  })
})
