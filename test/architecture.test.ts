import { existsSync, readFileSync } from 'node:fs'
import { basename, join } from 'node:path'
import { describe, expect, test } from 'vitest'
import {
  cyclesIn,
  importsOf,
  isTest,
  reachableFrom,
  readSourceTree,
  type SourceFile,
  sourceFolder,
  withoutComments,
} from './support/source-tree.ts'

/*
 * Who may import whom, as tables. The reasons are in docs/architecture.md; in short: what is true of money must not
 * depend on how Midtrans writes it or how PostgreSQL keeps it, and only one file may know everything.
 */

const core = ['domain/', 'gateway/', 'store/', 'operations/']
const whole = [...core, 'jobs/', 'http/', 'config.ts', 'rules.ts', 'bayar.ts']

/** What goes over HTTP, by noun. */
const CONTRACTS = [
  'contract',
  'invoice-contract',
  'message-contract',
  'subscription-contract',
  'task-contract',
  'wallet-contract',
].map((name) => `http/${name}.ts`)

// layer → what it may import beside itself and errors.ts. A folder ends in a slash; anything else is one file.
const LAYERS: Readonly<Record<string, readonly string[]>> = {
  'errors.ts': [],
  'domain/': [],
  'gateway/': ['domain/'],
  'store/': ['domain/'],
  'operations/': ['domain/', 'gateway/', 'store/'],
  'jobs/': core,
  'http/': core,
  // A Midtrans of its own: it shares what goes over the wire, and must not share our opinion of it.
  'simulator/': ['domain/', 'gateway/wire.ts', 'gateway/signature.ts'],
  // Of the layers it configures it names two types, the host's own pool and its own log; and the tasks that a schedule may name.
  'config.ts': ['domain/', 'gateway/', 'store/database.ts', 'operations/log.ts', 'jobs/tasks.ts'],
  // Between the two: what is configured, as operations know it.
  'rules.ts': ['config.ts', 'domain/', 'gateway/', 'operations/'],
  'bayar.ts': whole,
  'index.ts': whole,
  'adapters/': whole,
  'testing/': [...whole, 'adapters/', 'simulator/'],
  'cli/': [...whole, 'adapters/', 'simulator/'],
  // Browser code: nothing of the server's may be bundled into it; the types of its answers are looked at.
  'console/': CONTRACTS,
}

// package → where it may be imported. A package in no row is refused: a new one is a decision (docs/decisions/).
const PACKAGES: Readonly<Record<string, readonly string[]>> = {
  pg: ['store/', 'jobs/'],
  'pg-boss': ['store/', 'jobs/'],
  hono: ['http/', 'simulator/', 'adapters/'],
  '@hono/node-server': ['http/', 'simulator/', 'adapters/'],
  '@hono/zod-openapi': ['http/'],
  zod: ['gateway/', 'http/', 'jobs/', 'config.ts'],
  jose: ['http/'],
  qrcode: ['http/', 'simulator/', 'operations/invoices/'],
  pdfkit: ['operations/invoices/'],
  nodemailer: ['operations/messages/'],
  react: ['console/'],
  'react-dom': ['console/'],
}

interface Fence {
  readonly what: string
  readonly pattern: RegExp
  /** Where the fence stands; everywhere when absent. */
  readonly within?: readonly string[]
  readonly allowedIn: readonly string[]
  readonly why: string
}

const FENCES: readonly Fence[] = [
  {
    what: 'process.env',
    pattern: /\bprocess\.env\b/,
    allowedIn: ['config.ts', 'cli/', 'testing/', 'store/embedded/'],
    why: 'a library that reads the environment by itself cannot be configured twice in one process',
  },
  {
    what: 'fetch()',
    pattern: /(?<![.\w])fetch\(/,
    within: [...core, 'jobs/'],
    allowedIn: ['gateway/client.ts'],
    why: 'only the client knows the deadline, the key and which answers leave the outcome unknown',
  },
  {
    what: 'the wall clock',
    pattern: /\bDate\.now\(\)|\bnew Date\(\)/,
    within: [...core, 'jobs/', 'http/', 'bayar.ts'],
    allowedIn: ['domain/clock.ts', 'domain/uuid.ts', 'operations/log.ts'],
    why: 'a year of billing is tested by moving the clock that is passed',
  },
  {
    what: 'the clock of the database',
    pattern: /(?<![.\w])now\(\)|\b(current_timestamp|clock_timestamp|statement_timestamp|localtimestamp)\b/i,
    within: ['store/'],
    // The second compares it with ours, for `bayar doctor`; the others lease work between machines whose own clocks
    // differ, and a moved clock must not end a lease.
    allowedIn: ['store/embedded/', 'store/server-facts.ts', 'store/deliveries.ts', 'store/tasks.ts'],
    why: 'the instant is a parameter, so that a moved clock moves everything',
  },
  {
    what: 'SQL',
    pattern: /\.query(<[^(]*>)?\(\s*['"`]/,
    within: ['domain/', 'gateway/', 'operations/', 'bayar.ts'],
    allowedIn: [],
    why: 'everything shaped like PostgreSQL is in store/, one statement a function',
  },
  {
    what: 'a wait at the top of a module',
    pattern: /^(await\b|(export )?(const|let) [^=\n]*= await\b)/m,
    allowedIn: ['cli/main.ts'],
    why: 'with it the package could not be loaded by require()',
  },
]

// Which parts may be reached only from where, within what the layers allow.
const DOORS: ReadonlyArray<{ part: string; from: readonly string[]; why: string }> = [
  {
    part: 'store/embedded/',
    from: ['store/embedded/', 'cli/', 'testing/'],
    why: 'the library never starts a server: production without a database must say so',
  },
]

const BUILTINS: Readonly<Record<string, readonly string[]>> = {
  'errors.ts': [],
  'domain/': ['node:crypto'], // for the random part of ids
}

const NAMES = /(^|-)(utils?|helpers?|managers?|services?|common|misc)\.tsx?$/

// What package.json exports and runs. Everything in src/ is there for one of these.
const ENTRIES = [
  'index.ts',
  'gateway/index.ts',
  'adapters/node.ts',
  'simulator/index.ts',
  'testing/index.ts',
  'cli/main.ts',
]

const explained = 'Explained in docs/architecture.md.'
const tree = readSourceTree()
const files = tree.filter((file) => !isTest(file.path))

function matches(path: string, places: readonly string[]): boolean {
  return places.some((place) => (place.endsWith('/') ? path.startsWith(place) : path === place))
}

function importsThat(
  refused: (file: SourceFile, target: string, typeOnly: boolean) => boolean,
  kind: string,
): string[] {
  return files.flatMap((file) =>
    file.imports
      .filter((one) => one.kind === kind && refused(file, one.target, one.typeOnly))
      .map((one) => `${file.path} imports ${one.target}`),
  )
}

describe('architecture', () => {
  test('every file lies in a layer of the table', () => {
    const strays = files.filter(({ path }) => !matches(path, Object.keys(LAYERS))).map(({ path }) => path)
    expect(strays, `Each file belongs to a layer. ${explained}`).toEqual([])
  })

  test.each(Object.entries(LAYERS))('%s imports only %j', (layer, allowed) => {
    const found = importsThat(
      ({ path }, target) => matches(path, [layer]) && !matches(target, [layer, 'errors.ts', ...allowed]),
      'file',
    )
    const rule = `${layer} may import ${[...allowed, 'errors.ts'].join(', ')} and itself.`
    expect(found, `${rule} ${explained}`).toEqual([])
  })

  test('the console takes nothing but types', () => {
    const found = importsThat(
      ({ path }, target, typeOnly) =>
        path.startsWith('console/') && !target.startsWith('console/') && !typeOnly,
      'file',
    )
    expect(found, `console/ runs in a browser. ${explained}`).toEqual([])
  })

  test.each(Object.entries(PACKAGES))('%s is imported only in %j', (name, places) => {
    const found = importsThat(({ path }, target) => target === name && !matches(path, places), 'package')
    expect(found, `${name} may be imported only in ${places.join(', ')}. ${explained}`).toEqual([])
  })

  test('no package is imported that has no row', () => {
    const found = importsThat((_, target) => !(target in PACKAGES), 'package')
    expect(found, `Every package has a row in PACKAGES and a decision record. ${explained}`).toEqual([])
  })

  test.each(Object.entries(BUILTINS))('%s imports of Node only %j', (layer, allowed) => {
    const found = importsThat(
      ({ path }, target) => matches(path, [layer]) && !allowed.includes(target),
      'builtin',
    )
    expect(found, `${layer} is pure. ${explained}`).toEqual([])
  })

  test.each(DOORS)('$part is used only from $from', ({ part, from, why }) => {
    const found = importsThat(({ path }, target) => matches(target, [part]) && !matches(path, from), 'file')
    expect(found, `${part} may be imported only from ${from.join(', ')}: ${why}. ${explained}`).toEqual([])
  })

  test.each(FENCES)('$what appears only in $allowedIn', ({ what, pattern, within, allowedIn, why }) => {
    const found = files
      .filter(({ path }) => (within === undefined || matches(path, within)) && !matches(path, allowedIn))
      .filter(({ code }) => pattern.test(code))
      .map(({ path }) => path)
    expect(found, `${what} belongs only in ${allowedIn.join(', ')}: ${why}. ${explained}`).toEqual([])
  })

  test('imports name a file that exists, with its suffix', () => {
    const found = importsThat((_, target) => !existsSync(join(sourceFolder, target)), 'file')
    expect(found, `Relative imports end in .ts. ${explained}`).toEqual([])
  })

  test('no file imports itself through others', () => {
    expect(cyclesIn(files), `Imports run one way. ${explained}`).toEqual([])
  })

  test('no file is there for nothing', () => {
    const reached = reachableFrom(ENTRIES, files)
    const unused = files.map(({ path }) => path).filter((path) => path.endsWith('.ts') && !reached.has(path))
    expect(unused, `Each file is reached from what package.json exports. ${explained}`).toEqual([])
  })

  test('bayar/midtrans needs nothing but the web’s own globals', () => {
    const reached = reachableFrom(['gateway/index.ts'], files)
    const found = files
      .filter(({ path }) => reached.has(path))
      .flatMap(({ path, imports }) =>
        imports.filter((one) => one.kind !== 'file' && !one.typeOnly).map((one) => `${path}: ${one.target}`),
      )
    expect(found, `It runs on edge runtimes, too. ${explained}`).toEqual([])
  })

  test('the entries are those of package.json', () => {
    const manifest = JSON.parse(readFileSync(join(sourceFolder, '..', 'package.json'), 'utf8')) as {
      exports: Record<string, string | { default: string }>
      bin: Record<string, string>
    }
    const built = [...Object.values(manifest.exports), ...Object.values(manifest.bin)]
      .map((entry) => (typeof entry === 'string' ? entry : entry.default))
      .filter((path) => path.endsWith('.js'))
      .map((path) => path.replace(/^\.\/dist\//, '').replace(/\.js$/, '.ts'))
    expect(built.sort()).toEqual([...ENTRIES].sort())
  })

  test('a file is named after the one idea in it', () => {
    const vague = files.map(({ path }) => path).filter((path) => NAMES.test(basename(path)))
    expect(vague, `A file that can only be called utils or service holds two ideas. ${explained}`).toEqual([])
  })
})

describe('the reading of imports', () => {
  test('sees every form, and nothing in comments', () => {
    const code = withoutComments(`
      // import { a } from './commented.ts'
      /* import { b } from './blocked.ts' */
      import type { C } from '../domain/c.ts'
      import { d, type E } from './d.ts' // and why
      import {
        f,
      } from "@scope/name/deep"
      import './side-effect.ts'
      export * from 'pg'
      const text = 'import x from nowhere /* not a comment */'
      const late = () => import('./late.ts')
      const worker = new URL('./worker.ts', import.meta.url)
      import fs from 'node:fs'
    `)
    expect(
      importsOf(code, 'store/x.ts').map(({ target, kind, typeOnly }) => `${target} ${kind} ${typeOnly}`),
    ).toEqual([
      'domain/c.ts file true',
      'store/d.ts file false',
      '@scope/name package false',
      'store/side-effect.ts file false',
      'pg package false',
      'node:fs builtin false',
      'store/late.ts file false',
      'store/worker.ts file false',
    ])
  })

  test('finds a circle, and forgives one of types', () => {
    const file = (path: string, code: string): SourceFile => ({ path, code, imports: importsOf(code, path) })
    const circle = [
      file('a.ts', `import './b.ts'`),
      file('b.ts', `import './c.ts'`),
      file('c.ts', `import './a.ts'`),
    ]
    expect(cyclesIn(circle)).toEqual(['a.ts → b.ts → c.ts → a.ts'])
    expect(cyclesIn([circle[0]!, file('b.ts', `import type { A } from './a.ts'`)])).toEqual([])
  })
})
