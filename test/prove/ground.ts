import { strict as assert } from 'node:assert'
import { spawnSync } from 'node:child_process'
import { chmodSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { type Clone, cloneRepository, shellEnvironment } from '../support/clone.ts'
import { type Finished, runToEnd, runToFirstLine, until } from '../support/processes.ts'

/**
 * What a stranger does on the first day, for real: a clone with nothing installed, the machine's npm and Node, the
 * network. Each row is a kind of machine.
 */
interface Machine {
  readonly node: string
  readonly account: 'own' | 'ordinary'
  readonly environment: NodeJS.ProcessEnv
}

const plain = {}
const hostile = { NODE_ENV: 'production', npm_config_ignore_scripts: 'true', npm_config_omit: 'dev' }

const MACHINES: readonly Machine[] = [
  { node: '20.20.2', account: 'own', environment: plain },
  { node: '20.20.2', account: 'ordinary', environment: hostile },
  { node: '22.23.2', account: 'own', environment: hostile },
  { node: '22.23.2', account: 'ordinary', environment: plain },
]

const ordinary = { uid: 65534, gid: 65534 }
const isRoot = process.getuid?.() === 0

export async function prove(): Promise<void> {
  const nodes = mkdtempSync(join(tmpdir(), 'bayar-nodes-'))
  chmodSync(nodes, 0o755)
  try {
    for (const machine of MACHINES) {
      if (machine.account === 'ordinary' && !isRoot) continue // `own` is an ordinary user already
      const startedAt = performance.now()
      await onMachine(machine, fetchNode(machine.node, nodes))
      const seconds = ((performance.now() - startedAt) / 1000).toFixed(0)
      const account = machine.account === 'own' ? (isRoot ? 'root' : 'this user') : 'an ordinary user'
      const environment = Object.entries(machine.environment).map(([name, value]) => `${name}=${value}`)
      console.log(
        `ok   ${seconds.padStart(3)} s   Node ${machine.node}, ${[account, ...environment].join(', ')}`,
      )
    }
  } finally {
    rmSync(nodes, { recursive: true, force: true })
  }
}

async function onMachine(machine: Machine, nodeFolder: string): Promise<void> {
  const clone = cloneRepository()
  const account = machine.account === 'ordinary' ? ordinary : {}
  const home = join(clone.parent, 'home')
  mkdirSync(home)
  if (machine.account === 'ordinary') spawnSync('chown', ['-R', '65534:65534', clone.parent])
  const environment = shellEnvironment({
    ...machine.environment,
    ...(machine.account === 'ordinary' ? { HOME: home, npm_config_cache: join(home, '.npm') } : {}),
    BAYAR_CACHE: join(clone.parent, 'cache'),
    PATH: `${nodeFolder}:/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin`,
    PORT: String(await freePort()),
    SIMULATOR_PORT: String(await freePort()),
  })
  const options = { cwd: clone.folder, env: environment, ...account }
  try {
    // 1. Two `npm test` at once on the fresh clone.
    const test = () => runToEnd('npm', ['test', '--', 'src/store/migrate.test.ts'], options)
    for (const one of await Promise.all([test(), test()])) {
      assert.equal(one.code, 0, told(one))
      assert.match(one.stdout, /Tests +\d+ passed/)
    }
    // 2. `npm start` answers; a second one says where and leaves. Then the power fails.
    await startTwice(clone, options, 'SIGKILL')
    // 3. It starts again, and this time it is ended as it should be.
    await startTwice(clone, options, 'SIGTERM')
  } finally {
    removeDataOutside(clone)
    clone.remove()
  }
}

async function startTwice(
  clone: Clone,
  options: { cwd: string; env: NodeJS.ProcessEnv; uid?: number; gid?: number },
  ending: NodeJS.Signals,
): Promise<void> {
  const first = await runToFirstLine('npm', ['start'], { ...options, detached: true })
  const ready = `http://127.0.0.1:${options.env.PORT}/readyz`
  let isReady = false
  const ask = setInterval(() => {
    fetch(ready).then(
      (answer) => {
        isReady = answer.status === 200
      },
      () => undefined,
    )
  }, 200)
  try {
    await until(`${ready} answers 200`, () => isReady, 120)
    const second = await runToEnd('npm', ['start'], options)
    assert.equal(second.code, 3, told(second))
    const { app_url } = JSON.parse(readFileSync(join(clone.folder, '.bayar', 'dev.json'), 'utf8')) as {
      app_url: string
    }
    assert.ok((second.stdout + second.stderr).includes(app_url), told(second))
  } finally {
    clearInterval(ask)
    // The whole group at once: npm, the script and the application.
    process.kill(-first.child.pid!, ending)
    await first.closed
  }
}

/** Root's database lies in /var/tmp, because the clone is closed to the account that runs it. */
function removeDataOutside(clone: Clone): void {
  const notes = join(clone.folder, '.bayar', 'postgres', 'server.json')
  const { data } = existsSync(notes)
    ? (JSON.parse(readFileSync(notes, 'utf8')) as { data: string })
    : { data: '' }
  if (data.startsWith('/var/tmp/bayar-')) rmSync(dirname(data), { recursive: true, force: true })
}

/** The Node that the machine is said to have, with npm beside it: an old one is what most people have. */
function fetchNode(version: string, folder: string): string {
  const target = join(folder, version)
  const name = `${process.platform === 'darwin' && process.arch === 'arm64' ? 'node-bin' : 'node'}-${process.platform}-${process.arch}`
  mkdirSync(target, { recursive: true })
  const packed = spawnSync(
    'npm',
    ['pack', `${name}@${version}`, '--pack-destination', target, '--loglevel', 'error'],
    {
      encoding: 'utf8',
    },
  )
  assert.equal(packed.status, 0, packed.stderr)
  const tarball = packed.stdout.trim().split('\n').at(-1)!
  const unpacked = spawnSync('tar', [
    '-xzf',
    join(target, tarball),
    '-C',
    target,
    '--strip-components=2',
    'package/bin',
  ])
  assert.equal(unpacked.status, 0, 'tar')
  return target
}

async function freePort(): Promise<number> {
  return new Promise((resolve) => {
    const probe = createServer()
    probe.listen(0, '127.0.0.1', () => {
      const { port } = probe.address() as { port: number }
      probe.close(() => resolve(port))
    })
  })
}

function told({ code, signal, stdout, stderr }: Finished): string {
  return `ended with ${code ?? signal}:\n${stdout}\n${stderr}`
}
