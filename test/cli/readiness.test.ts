import { mkdirSync, symlinkSync, writeFileSync } from 'node:fs'
import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { openDatabase } from '../../src/store/database.ts'
import { repository } from '../support/clone.ts'
import type { Running } from '../support/processes.ts'
import { bayar, buildCli, freePort, makeFolder, startBayar, told } from './built-cli.ts'
import { type DurableServer, durableServer } from './durable-server.ts'

/* What stands in the way is named, with the way out and a documented exit code; nothing is accepted before (design §1.6). */

const folder = makeFolder()
let server: DurableServer
/** Where nothing listens: these tests ask nobody outside of the machine. */
const dead = 'https://127.0.0.1:1'
const sandbox = {
  MIDTRANS_SERVER_KEY: 'SB-Mid-server-test',
  MIDTRANS_CLIENT_KEY: 'SB-Mid-client-test',
  MIDTRANS_BASE_URL: dead,
}
const nobody = 'postgres://bayar:secret@127.0.0.1:1/bayar'

beforeAll(async () => {
  await buildCli()
  server = await durableServer()
  mkdirSync(join(folder.path, 'node_modules'))
  symlinkSync(repository, join(folder.path, 'node_modules', 'bayar'))
}, 120_000)
afterAll(async () => {
  await server.stop()
  folder.remove()
})

function config(name: string, code: string): string {
  writeFileSync(join(folder.path, name), code)
  return name
}

const run = (args: readonly string[], env: NodeJS.ProcessEnv = {}) => bayar(args, { cwd: folder.path, env })

describe('a config file', () => {
  test('with three mistakes: the sentence names each', async () => {
    const file = config(
      'mistakes.config.ts',
      `import { createBayar } from 'bayar'
      export default createBayar({ databse: 'postgres://x', expiryMinutes: 'soon', basePath: 'api/' } as never)`,
    )
    const { code, stdout, stderr } = await run(['serve', '--config', file])
    expect({ code, stdout }).toEqual({ code: 2, stdout: '' })
    expect(stderr).toContain('3 mistakes')
    expect(stderr).toContain('databse is not an option; did you mean database?')
    expect(stderr).toContain('expiryMinutes is invalid')
    expect(stderr).toContain('basePath must begin with /')
    expect(stderr).not.toContain('    at ')
    const json = await run(['migrate', '--json', '--config', file])
    expect(json).toMatchObject({ code: 2, stderr: '' })
    expect(JSON.parse(json.stdout).error.problems).toHaveLength(3)
  })

  // biome-ignore format: a table is read in columns
  const FILES = [
    ['has no default export',              `export const bayar = 1`,                       'must export your Bayar instance'],
    ['exports something else',             `export default { payments: {} }`,              'must export your Bayar instance'],
    ['exports it under another name only', `import { createBayar } from 'bayar'\nexport const bayar = createBayar()`, 'or here `export default bayar`'],
    ['does not parse',                     `export default createBayar({`,                 'could not be loaded'],
    ['imports what is not there',          `import './orders.ts'\nexport default 1`,       'could not be loaded: Cannot find module'],
    ['throws',                             `throw new Error('no orders today')`,           'could not be loaded: no orders today.'],
  ] as const

  test.each(FILES)('that %s is told so', async (_, code, sentence) => {
    const file = config('odd.config.ts', code)
    const { code: exit, stderr } = await run(['migrate', '--config', file], { DATABASE_URL: nobody })
    expect(stderr).toContain(`odd.config.ts`)
    expect(stderr).toContain(sentence)
    expect(exit).toBe(2)
  })

  test('that is named but not there is told so', async () => {
    expect(await run(['migrate'], { BAYAR_CONFIG: 'gone.config.ts' })).toMatchObject({
      code: 2,
      stderr: expect.stringContaining('There is no file gone.config.ts (BAYAR_CONFIG).'),
    })
  })

  test('is found by its name, whatever the language', async () => {
    const shop = makeFolder()
    for (const name of ['bayar.config.mjs', 'bayar.config.js', 'bayar.config.mts', 'bayar.config.ts']) {
      writeFileSync(join(shop.path, name), `throw new Error('found ${name}')`)
      const { stderr } = await bayar(['migrate'], { cwd: shop.path })
      expect(stderr).toContain(`found ${name}`)
    }
    shop.remove()
  })
})

describe('keys', () => {
  // biome-ignore format: a table is read in columns
  const CASES = [
    ['no server key',                       {},                                                                                    'set MIDTRANS_SERVER_KEY'],
    ['a server key in the client’s place',  { MIDTRANS_SERVER_KEY: 'SB-Mid-server-a', MIDTRANS_CLIENT_KEY: 'SB-Mid-server-b' },    'clientKey is a server key'],
    ['a client key in the server’s place',  { MIDTRANS_SERVER_KEY: 'SB-Mid-client-a' },                                            'serverKey is a client key'],
    ['a sandbox key in production',         { MIDTRANS_SERVER_KEY: 'SB-Mid-server-a', MIDTRANS_IS_PRODUCTION: 'true' },            'serverKey is a sandbox key, but isProduction is on'],
    ['an environment that is neither',      { MIDTRANS_SERVER_KEY: 'SB-Mid-server-a', MIDTRANS_IS_PRODUCTION: 'maybe' },           'MIDTRANS_IS_PRODUCTION must be true or false'],
  ] as const

  test.each(CASES)('%s', async (_, env, sentence) => {
    const database = await server.database()
    for (const verb of ['serve', 'worker']) {
      const { code, stdout, stderr } = await run([verb], { DATABASE_URL: database, PORT: '0', ...env })
      expect({ code, stdout }).toEqual({ code: 2, stdout: '' })
      expect(stderr).toContain(sentence)
    }
    const doctor = await run(['doctor'], { DATABASE_URL: database, ...env })
    expect(doctor.code).toBe(5)
    expect(doctor.stdout).toMatch(/^problem/m)
  })

  test('are never repeated', async () => {
    const { stdout, stderr } = await run(['serve'], {
      MIDTRANS_SERVER_KEY: 'SB-Mid-client-verysecret',
      DATABASE_URL: nobody,
    })
    expect(stdout + stderr).not.toContain('verysecret')
  })
})

describe('the database', () => {
  test('that is not configured', async () => {
    expect(await run(['serve'], { ...sandbox, PORT: '0' })).toMatchObject({
      code: 2,
      stderr: expect.stringContaining('set DATABASE_URL'),
    })
  })

  test('that is none, and one that a `bayar dev` of this folder has', async () => {
    const other = await run(['migrate'], { DATABASE_URL: 'mysql://root:secret@db/shop' })
    expect(other).toMatchObject({ code: 2, stderr: expect.stringContaining('(DATABASE_URL)') })
    expect(other.stderr).not.toContain('secret')
    const home = join(folder.path, 'beside')
    mkdirSync(home)
    writeFileSync(join(home, 'dev.json'), JSON.stringify({ database_url: nobody }))
    expect(await run(['worker'], { ...sandbox, BAYAR_HOME: home })).toMatchObject({
      code: 2,
      stderr: expect.stringMatching(
        /takes nothing from the `bayar dev` of this folder[\s\S]*set DATABASE_URL/,
      ),
    })
  })

  test.runIf(process.platform === 'linux')('that could be nowhere: told at once', async () => {
    expect(await run(['dev'], { BAYAR_HOME: '/proc/nowhere/here' })).toMatchObject({
      code: 2,
      stderr: expect.stringContaining('BAYAR_HOME (/proc/nowhere/here) cannot be written'),
    })
  })

  test('that does not answer: told without its password, after a bounded wait', async () => {
    const env = { ...sandbox, DATABASE_URL: nobody, PORT: '0' }
    for (const args of [
      ['serve', '--wait', '1'],
      ['worker', '--wait', '0'],
      ['migrate'],
      ['status'],
      ['payments', 'show', 'ORDER-1'],
    ]) {
      const { code, stdout, stderr } = await run(args, env)
      expect(code, args.join(' ')).toBe(4)
      expect(stdout + stderr).toContain('The database does not answer.')
      expect(stdout + stderr).not.toContain('secret')
    }
    const doctor = await run(['doctor'], env)
    expect(doctor.code).toBe(5)
    expect(doctor.stdout).toMatch(/^problem +database +The database does not answer/m)
    expect(doctor.stdout).toMatch(/^skipped +migrations/m)
  })

  test('whose schema is old: serve and worker refuse, migrate helps, and says what it did', async () => {
    const env = { ...sandbox, DATABASE_URL: await server.database({ migrated: false }), PORT: '0' }
    for (const verb of ['serve', 'worker', 'status']) {
      const { code, stdout, stderr } = await run([verb], env)
      expect(code).toBe(4)
      expect(stdout + stderr).toContain('npx bayar migrate')
    }
    expect(await run(['migrate'], env)).toMatchObject({
      code: 0,
      stdout: expect.stringMatching(/^applied 0001-payments$/m),
    })
    expect(await run(['migrate'], env)).toMatchObject({ code: 0, stdout: 'The schema is up to date.\n' })
    expect(JSON.parse((await run(['migrate', '--json'], env)).stdout)).toEqual({ applied: [] })
    const status = await run(['status', '--json'], env)
    expect(status.code).toBe(0)
    expect(JSON.parse(status.stdout)).toMatchObject({
      ready: true,
      backlog: {
        open_payments: 0,
        due_notifications: 0,
        waiting_deliveries: 0,
        dead_deliveries: 0,
        open_reviews: 0,
      },
    })
  })
})

describe('a port', () => {
  let other: Server
  let port: string
  beforeAll(async () => {
    other = createServer((_, response) => response.end()).listen(0, '127.0.0.1')
    await new Promise((resolve) => other.once('listening', resolve))
    port = String((other.address() as AddressInfo).port)
  })
  afterAll(() => void other.close())

  test('that another program has: which one, and how to choose another', async () => {
    const env = { ...sandbox, DATABASE_URL: await server.database(), PORT: port, SIMULATOR_PORT: port }
    for (const [verb, variable] of [
      ['serve', 'PORT'],
      ['simulator', 'SIMULATOR_PORT'],
      ['dev', 'PORT'],
    ] as const) {
      const { code, stderr } = await run([verb], env)
      expect(stderr).toContain(`wants 127.0.0.1:${port}`)
      expect(stderr).toContain(`${variable}=`)
      expect(code).toBe(4)
    }
  })

  test('that is none', async () => {
    expect(await run(['simulator'], { SIMULATOR_PORT: 'eighty' })).toMatchObject({
      code: 2,
      stderr: expect.stringContaining('SIMULATOR_PORT must be a port'),
    })
  })
})

describe('doctor', () => {
  let site: Server
  let url: string
  let simulator: Running
  let simulated: { MIDTRANS_SERVER_KEY: string; MIDTRANS_BASE_URL: string }
  beforeAll(async () => {
    simulator = await startBayar(['simulator', '--json', '--port', '0'], { cwd: folder.path })
    const { simulator_url, server_key } = told(simulator) as Record<string, string>
    simulated = { MIDTRANS_SERVER_KEY: server_key!, MIDTRANS_BASE_URL: simulator_url! }
    site = createServer((request, response) => {
      if (request.url?.startsWith('/moved')) response.writeHead(301, { location: 'https://shop.example/' })
      else if (request.url?.startsWith('/missing')) response.writeHead(404)
      else response.writeHead(405)
      response.end()
    }).listen(0, '127.0.0.1')
    await new Promise((resolve) => site.once('listening', resolve))
    url = `http://127.0.0.1:${(site.address() as AddressInfo).port}`
  })
  afterAll(async () => {
    site.close()
    await simulator.end('SIGTERM')
  })

  test('finds nothing wrong where nothing is', async () => {
    const env = {
      ...simulated,
      BAYAR_API_KEY: 'a-key-of-some-length',
      DATABASE_URL: await server.database(),
      MIDTRANS_NOTIFICATION_URL: `${url}/hook`,
    }
    const { code, stdout } = await run(['doctor', '--json'], env)
    const { healthy, checks } = JSON.parse(stdout) as {
      healthy: boolean
      checks: { check: string; state: string }[]
    }
    expect(checks.filter(({ state }) => state !== 'ok')).toEqual([])
    expect(checks.map(({ check }) => check)).toEqual([
      'configuration',
      'keys',
      'Midtrans',
      'notification URL',
      'database',
      'durability',
      'migrations',
      'clock',
      'handlers',
      'deliveries',
      'subscriptions',
      'wallets',
      'tasks',
      'messages',
    ])
    expect({ healthy, code }).toEqual({ healthy: true, code: 0 })
  })

  test('asks Midtrans whether the key is one', async () => {
    const midtrans = async (env: NodeJS.ProcessEnv) => {
      const { code, stdout } = await run(['doctor'], { ...simulated, DATABASE_URL: nobody, ...env })
      expect(code).toBe(5)
      return /^.* Midtrans .*$/m.exec(stdout)?.[0]
    }
    expect(await midtrans({})).toMatch(/^ok +Midtrans +http:.* answers, and accepts the server key$/)
    expect(await midtrans({ MIDTRANS_SERVER_KEY: 'SB-Mid-server-another' })).toMatch(
      /^problem +Midtrans +http:.* refuses the server key\. .*the key must be one that this address knows\.$/,
    )
    expect(await midtrans({ MIDTRANS_BASE_URL: `http://127.0.0.1:${await freePort()}` })).toMatch(
      /^problem +Midtrans +Nothing was heard from .*ECONNREFUSED.*MIDTRANS_BASE_URL\.$/,
    )
    expect(await midtrans({ MIDTRANS_BASE_URL: url })).toMatch(/^problem +Midtrans +.*not Midtrans/)
  })

  test('tasks that nobody takes, one that failed, and a beat that is gone', async () => {
    const address = await server.database()
    const database = openDatabase({ database: address, connections: 2 })
    await database.query(
      `insert into bayar.tasks (id, name, arguments, state, requested_by, due_at, created_at)
       select gen_random_uuid(), 'check_payment_status', '{}', state, 'host', now() - interval '1 hour', now() from unnest(array['waiting', 'failed']) as state`,
    )
    await database.query(
      `insert into bayar.schedule values ('check_pending_payments', now() - interval '2 hours')`,
    )
    await database.close()
    const { code, stdout } = await run(['doctor'], { ...sandbox, DATABASE_URL: address })
    expect(code).toBe(5)
    expect(stdout).toMatch(
      /^problem +tasks +1 due for over a minute, and nobody takes them: run `npx bayar worker`/m,
    )
    expect(stdout).toContain('1 failed: `npx bayar task list --state failed` shows why')
    expect(stdout).toContain('No beat is up: check_pending_payments should have run.')
  })

  // biome-ignore format: a table is read in columns
  const URLS = [
    ['redirects',                     'sandbox',    '/moved',   'redirects to https://shop.example/'],
    ['is another page',               'sandbox',    '/missing', 'must end in /midtrans/api/notification/'],
    ['is not https in production',    'production', '/hook',    'is not https'],
  ] as const

  test.each(URLS)('a notification URL that %s', async (_, environment, path, sentence) => {
    const keys =
      environment === 'sandbox'
        ? sandbox
        : { MIDTRANS_SERVER_KEY: 'Mid-server-test', MIDTRANS_IS_PRODUCTION: 'true', MIDTRANS_BASE_URL: dead }
    const { code, stdout } = await run(['doctor'], {
      ...keys,
      DATABASE_URL: nobody,
      MIDTRANS_NOTIFICATION_URL: url + path,
    })
    expect(code).toBe(5)
    expect(stdout).toMatch(/^problem +notification URL/m)
    expect(stdout).toContain(sentence)
  })

  test('a production URL that lies in the own network', async () => {
    const env = {
      MIDTRANS_SERVER_KEY: 'Mid-server-test',
      MIDTRANS_IS_PRODUCTION: 'true',
      MIDTRANS_BASE_URL: dead,
      DATABASE_URL: nobody,
      MIDTRANS_NOTIFICATION_URL: 'https://192.168.1.5/hook',
    }
    expect((await run(['doctor'], env)).stdout).toContain('Midtrans cannot reach it')
  })

  test('production keys on their way to a simulator', async () => {
    const env = {
      MIDTRANS_SERVER_KEY: 'Mid-server-test',
      MIDTRANS_IS_PRODUCTION: 'true',
      MIDTRANS_BASE_URL: 'http://127.0.0.1:3001',
      DATABASE_URL: nobody,
    }
    expect((await run(['doctor'], env)).stdout).toMatch(/^problem +keys +.*unset MIDTRANS_BASE_URL/m)
  })
})
