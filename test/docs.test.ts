import { mkdirSync, mkdtempSync, realpathSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join, posix } from 'node:path'
import { afterAll, beforeAll, expect, inject, test } from 'vitest'
import { repository } from './support/clone.ts'
import { anchorsOf, linksOf, readDocuments, samplesOf } from './support/documents.ts'
import { runToEnd } from './support/processes.ts'

/*
 * What the documents show is held against the sources: TypeScript is type-checked, the guide to testing is run, links
 * lead somewhere. `bayar` in a sample means src/.
 */

const documents = readDocuments(repository)
const samples = documents.filter(({ path }) => !path.startsWith('docs/reference/')).flatMap(samplesOf)

const ENTRIES: Readonly<Record<string, string>> = {
  bayar: 'src/index.ts',
  'bayar/midtrans': 'src/gateway/index.ts',
  'bayar/node': 'src/adapters/node.ts',
  'bayar/simulator': 'src/simulator/index.ts',
  'bayar/testing': 'src/testing/index.ts',
}

// Frameworks that we mount in and do not depend on: as much of their types as the samples use.
const FRAMEWORKS = `
type Handler = (incoming: import('node:http').IncomingMessage, outgoing: import('node:http').ServerResponse, next: () => void) => void
declare module 'express' {
  interface App { use(handler: Handler): App; listen(port: number): unknown }
  const express: (() => App) & { json(): Handler }
  export default express
}
declare module 'fastify' {
  interface Request { readonly raw: import('node:http').IncomingMessage }
  interface Reply { hijack(): void; readonly raw: import('node:http').ServerResponse }
  interface Scope {
    register(plugin: (scope: Scope) => Promise<void>): void
    removeAllContentTypeParsers(): void
    addContentTypeParser(type: string, parser: (request: Request, payload: unknown, done: (error: Error | null) => void) => void): void
    all(path: string, handler: (request: Request, reply: Reply) => void): void
  }
  export default function Fastify(): Scope
}
`

let folder: string

beforeAll(() => {
  folder = realpathSync(mkdtempSync(join(tmpdir(), 'bayar-docs-')))
  const write = (name: string, text: string) => {
    mkdirSync(dirname(join(folder, name)), { recursive: true })
    writeFileSync(join(folder, name), text)
  }
  symlinkSync(join(repository, 'node_modules'), join(folder, 'node_modules'))
  write('package.json', '{ "private": true, "type": "module" }')
  write('frameworks.d.ts', FRAMEWORKS)
  // What the samples import of the reader's own.
  write(
    'src/orders.ts',
    'export async function fulfil(orderId: string, { once }: { once: string }) { return { orderId, once } }',
  )
  write('bayar.config.ts', samples.find(({ code }) => code.includes('// bayar.config.ts'))!.code)
  for (const { name, code } of samples) write(name, code)
})

afterAll(() => rmSync(folder, { recursive: true, force: true }))

test('every sample passes the type check', async () => {
  const paths = Object.entries(ENTRIES).map(([name, file]) => [name, [join(repository, file)]])
  const config = {
    extends: join(repository, 'tsconfig.json'),
    compilerOptions: { paths: Object.fromEntries(paths), rootDir: '/' },
    include: ['*.ts', 'src'],
    exclude: ['vitest.config.ts'],
  }
  writeFileSync(join(folder, 'tsconfig.json'), JSON.stringify(config))
  const tsc = join(repository, 'node_modules', 'typescript', 'bin', 'tsc')
  const { code, stdout } = await runToEnd(process.execPath, [tsc, '-p', folder], { cwd: folder })
  expect({ code, stdout }).toEqual({ code: 0, stdout: '' })
  expect(samples.length).toBeGreaterThan(20)
})

test('the samples of the guide to testing do what they say', async () => {
  const alias = Object.entries(ENTRIES).map(([name, file]) => ({ name, file: join(repository, file) }))
  writeFileSync(
    join(folder, 'vitest.config.mjs'),
    `const alias = ${JSON.stringify(alias)}.map(({ name, file }) => ({ find: new RegExp('^' + name + '$'), replacement: file }))
     export default { resolve: { alias }, test: { include: ['*.test.ts'], testTimeout: 60_000, hookTimeout: 60_000 } }`,
  )
  // The first is a test file; the others are programs that end by themselves.
  const isTest = (code: string) => code.includes("from 'vitest'")
  const programs = samples.filter(
    ({ code }) => /await (createTestBayar|simulator\.listen)\(/.test(code) && !isTest(code),
  )
  writeFileSync(join(folder, 'orders.test.ts'), samples.find(({ code }) => isTest(code))!.code)
  writeFileSync(
    join(folder, 'programs.test.ts'),
    `import { test } from 'vitest'
     for (const name of ${JSON.stringify(programs.map(({ name }) => name))}) test(name, () => import('./' + name))`,
  )
  const vitest = join(repository, 'node_modules', 'vitest', 'vitest.mjs')
  const { code, stdout, stderr } = await runToEnd(process.execPath, [vitest, 'run', '--root', folder], {
    cwd: folder,
    env: { ...process.env, BAYAR_TEST_DATABASE_URL: inject('testServerUrl'), NO_COLOR: '1' },
  })
  expect(code, stdout + stderr).toBe(0)
  expect(programs.length).toBeGreaterThan(3)
  // As their comments promise.
  expect(stdout).toContain("[ 'payment.received', 'payment.settled' ]")
  expect(stdout).toContain("[ 'payment.received', 'payment.settled', 'payment.reversed' ]")
}, 120_000)

test('every link leads to a file, and to a heading in it', () => {
  const byPath = new Map(documents.map((document) => [document.path, document]))
  const broken = documents.flatMap((document) =>
    linksOf(document)
      .filter((link) => {
        const [file = '', anchor] = link.split('#')
        const target = file === '' ? document.path : posix.join(posix.dirname(document.path), file)
        const found = byPath.get(target)
        return !found || (anchor !== undefined && !anchorsOf(found).has(anchor))
      })
      .map((link) => `${document.path}: ${link}`),
  )
  expect(broken).toEqual([])
})
