import { mkdirSync, mkdtempSync, realpathSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join, posix } from 'node:path'
import { afterAll, beforeAll, expect, inject, test } from 'vitest'
import { repository } from './support/clone.ts'
import { anchorsOf, linksOf, readDocuments, samplesOf } from './support/documents.ts'
import { runToEnd } from './support/processes.ts'
import { READERS_OWN } from './support/readers-own.ts'

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
  for (const [name, text] of Object.entries(READERS_OWN)) write(name, text)
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

/** `bayar` in a sample means src/. */
function vitestConfig(): string {
  const alias = Object.entries(ENTRIES).map(([name, file]) => ({ name, file: join(repository, file) }))
  return `const alias = ${JSON.stringify(alias)}.map(({ name, file }) => ({ find: new RegExp('^' + name + '$'), replacement: file }))
     export default { resolve: { alias }, test: { include: ['*.test.ts'], testTimeout: 60_000, hookTimeout: 60_000 } }`
}

test('the samples of the guide to testing do what they say', async () => {
  writeFileSync(join(folder, 'vitest.config.mjs'), vitestConfig())
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

test('the guide to tasks runs as it is written', async () => {
  const place = join(folder, 'tasks')
  mkdirSync(place)
  const inGuide = samples.filter(({ name }) => /^tasks-\d+\.ts$/.test(name))
  for (const { name, code } of inGuide) writeFileSync(join(place, name), code)
  // The reader's own instance: a shop that is open; and a customer who pays each order where the guide says so.
  writeFileSync(
    join(place, 'bayar.config.ts'),
    `import { createTestBayar } from 'bayar/testing'
     export const kit = await createTestBayar()
     export const bayar = kit.bayar
     process.env.DATABASE_URL = kit.databaseUrl`,
  )
  writeFileSync(
    join(place, 'guide.test.ts'),
    `import { afterAll, test } from 'vitest'
     import { kit } from './bayar.config.ts'
     afterAll(() => kit.close())
     for (const name of ${JSON.stringify(inGuide.map(({ name }) => name))})
       test(name, async () => {
         if (name === 'tasks-4.ts') await kit.pay('ORDER-001')
         if (name === 'tasks-6.ts') await kit.pay('ORDER-002')
         await import('./' + name)
       })`,
  )
  writeFileSync(join(place, 'vitest.config.mjs'), vitestConfig())
  const vitest = join(repository, 'node_modules', 'vitest', 'vitest.mjs')
  const { code, stdout, stderr } = await runToEnd(process.execPath, [vitest, 'run', '--root', place], {
    cwd: place,
    env: { ...process.env, BAYAR_TEST_DATABASE_URL: inject('testServerUrl'), NO_COLOR: '1' },
  })
  expect(code, stdout + stderr).toBe(0)
  expect(inGuide.length).toBeGreaterThan(7)
  for (const told of [
    /status: 'pending',\s+orderId: 'ORDER-001'/,
    /gatewayStatus: 'pending'/,
    /method_not_refundable\n/,
    /amount: 50000,\s+status: 'confirmed',\s+orderId: 'ORDER-002',\s+refundKey: 'task-/,
    /status: 'pending',\s+orderId: 'ORDER-003'/,
    /ORDER-001 1 method_not_refundable\n/,
  ])
    expect(stdout).toMatch(told)
}, 120_000)

test('the guide to webhooks runs as it is written', async () => {
  const place = join(folder, 'webhooks')
  mkdirSync(join(place, 'src'), { recursive: true })
  const inGuide = samples.filter(({ name }) => /^webhooks-\d+\.ts$/.test(name))
  for (const { name, code } of inGuide) writeFileSync(join(place, name), code)
  // The reader's own: an instance, tables of a shop, an e-mail that is only said, and one order that is paid by the guide's notification and one that expires.
  writeFileSync(
    join(place, 'src', 'mails.ts'),
    `export const sendConfirmationEmail = async (orderId: string) => console.log('mail for', orderId)`,
  )
  writeFileSync(
    join(place, 'bayar.config.ts'),
    `import { createTestBayar } from 'bayar/testing'
     import pg from 'pg'
     export const kit = await createTestBayar({ options: { basePath: '/api/bayar' } })
     export const bayar = kit.bayar
     export const pool = new pg.Pool({ connectionString: kit.databaseUrl })
     await pool.query(\`create table orders (id text primary key, status text default 'pending');
       create table products (id int primary key, stock int); create table order_items (order_id text, product_id int, quantity int);
       insert into orders (id) values ('ORDER-001'), ('ORDER-002'); insert into products values (1, 5);
       insert into order_items values ('ORDER-002', 1, 3)\`)`,
  )
  const handlers = inGuide.find(({ code }) => code.includes('mark-order-paid'))!.name
  const rest = inGuide.map(({ name }) => name).filter((name) => name !== handlers)
  writeFileSync(
    join(place, 'guide.test.ts'),
    `import { afterAll, expect, test } from 'vitest'
     import { kit, bayar, pool } from './bayar.config.ts'
     afterAll(async () => { await pool.end(); await kit.close() })
     test('the handlers, and two orders', async () => {
       await import('./${handlers}')
       await bayar.ready()
       for (const orderId of ['ORDER-001', 'ORDER-002'])
         await bayar.payments.charge({ orderId, grossAmount: 100_000, paymentType: 'bank_transfer', bank: 'bca' })
       await kit.idle()
     })
     for (const name of ${JSON.stringify(rest)}) test(name, async () => void (await import('./' + name)))
     test('what the handlers did', async () => {
       await kit.simulator.expire('ORDER-002')
       await kit.idle()
       const { rows } = await pool.query('select id, status from orders order by id')
       expect(rows).toEqual([{ id: 'ORDER-001', status: 'paid' }, { id: 'ORDER-002', status: 'expired' }])
       expect((await pool.query('select stock from products')).rows).toEqual([{ stock: 8 }])
       // The mounted function is the endpoint: what is not signed is refused.
       const { POST } = await import('./${inGuide.find(({ code }) => code.includes('export const POST'))!.name}')
       const answer = await POST(new Request('http://shop.example/api/bayar/midtrans/api/notification/', { method: 'POST', body: '{}' }))
       expect(answer.status).toBe(403)
     })`,
  )
  writeFileSync(join(place, 'vitest.config.mjs'), vitestConfig())
  const vitest = join(repository, 'node_modules', 'vitest', 'vitest.mjs')
  const { code, stdout, stderr } = await runToEnd(process.execPath, [vitest, 'run', '--root', place], {
    cwd: place,
    env: { ...process.env, BAYAR_TEST_DATABASE_URL: inject('testServerUrl'), NO_COLOR: '1' },
  })
  expect(code, stdout + stderr).toBe(0)
  expect(inGuide.length).toBe(7)
  for (const told of [
    /^true\nfalse$/m,
    /^200 processed$/m,
    /^200 duplicate$/m,
    /\[ 'settlement duplicate', 'settlement processed'/,
    /^mail for ORDER-001$/m,
  ])
    expect(stdout).toMatch(told)
  expect(stdout.match(/^mail for /gm)).toHaveLength(1)
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
