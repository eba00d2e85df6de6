// Builds src/ into dist/: JavaScript and types by tsc, and beside them the files that the code reads at run time.
// It is built beside the old dist and then swapped in, so that a server running from it never finds it empty.
import { spawnSync } from 'node:child_process'
import { cpSync, existsSync, mkdirSync, readdirSync, renameSync, rmSync } from 'node:fs'
import { dirname, join, relative } from 'node:path'
import { fileURLToPath } from 'node:url'

const root = join(dirname(fileURLToPath(import.meta.url)), '..')
const [source, fresh, old, target] = ['src', 'dist.new', 'dist.old', 'dist'].map((name) => join(root, name))
const copied = ['.sql', '.css', '.html', '.js', '.svg', '.woff2']

for (const folder of [fresh, old]) rmSync(folder, { recursive: true, force: true })

const tsc = join(root, 'node_modules', 'typescript', 'bin', 'tsc')
const compiled = spawnSync(
  process.execPath,
  [tsc, '-p', join(root, 'tsconfig.build.json'), '--outDir', fresh],
  {
    cwd: root,
    stdio: 'inherit',
  },
)
if (compiled.status !== 0) {
  rmSync(fresh, { recursive: true, force: true })
  process.exit(compiled.status ?? 1)
}

for (const file of readdirSync(source, { recursive: true, encoding: 'utf8' })) {
  if (!copied.some((suffix) => file.endsWith(suffix))) continue
  const to = join(fresh, relative(source, join(source, file)))
  mkdirSync(dirname(to), { recursive: true })
  cpSync(join(source, file), to)
}

if (existsSync(target)) renameSync(target, old)
renameSync(fresh, target)
rmSync(old, { recursive: true, force: true })
