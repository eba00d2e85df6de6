// Writes docs/reference/ from the tables in src/: what is written by hand about a table is wrong after its next change.
//
//   node scripts/write-reference.mjs           writes the pages
//   node scripts/write-reference.mjs --check   says which are stale, and exits 1 if any is
//
// It imports the TypeScript files as they are, so it needs a Node that runs them (22.18 and newer).
import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { cliPage } from './reference/cli.mjs'
import { configurationPage } from './reference/configuration.mjs'
import { errorsPage } from './reference/errors.mjs'
import { eventsPage } from './reference/events.mjs'
import { httpPage } from './reference/http.mjs'
import { lifecyclePage } from './reference/lifecycle.mjs'
import { tasksPage } from './reference/tasks.mjs'

const root = dirname(dirname(fileURLToPath(import.meta.url)))
const folder = join(root, 'docs', 'reference')

// page: what writes it, and from which tables.
const PAGES = {
  'cli.md': { write: cliPage, from: ['src/cli/verbs.ts', 'src/cli/exit-codes.ts'] },
  'configuration.md': { write: configurationPage, from: ['src/config.ts'] },
  'errors.md': { write: errorsPage, from: ['src/errors.ts', 'src/cli/exit-codes.ts'] },
  'events.md': { write: eventsPage, from: ['src/domain/events.ts', 'src/domain/attempt-lifecycle.ts'] },
  'http.md': { write: httpPage, from: ['src/http/contract.ts', 'src/http/routes/'] },
  'lifecycle.md': {
    write: lifecyclePage,
    from: [
      'src/domain/attempt-lifecycle.ts',
      'src/domain/payment-status.ts',
      'src/domain/payment-requests.ts',
    ],
  },
  'tasks.md': { write: tasksPage, from: ['src/jobs/tasks.ts'] },
}

const isCheck = process.argv.includes('--check')
const stale = []
mkdirSync(folder, { recursive: true })
for (const [name, { write, from }] of Object.entries(PAGES)) {
  const file = join(folder, name)
  const sources = from.map((path) => `\`${path}\``).join(', ')
  const note = `<!-- Written by scripts/write-reference.mjs from ${sources.replaceAll('`', '')}. Edit those. -->`
  const page = `${note}\n\n${(await write()).trim()}\n`
  const before = existsSync(file) ? readFileSync(file, 'utf8').replaceAll('\r\n', '\n') : null
  if (before === page) continue
  stale.push(`docs/reference/${name}`)
  if (!isCheck) writeFileSync(file, page)
}
const strangers = readdirSync(folder).filter((name) => !(name in PAGES))

if (strangers.length > 0) {
  console.error(`docs/reference/ is written, so nothing else may lie there: ${strangers.join(', ')}.`)
  process.exitCode = 1
}
if (isCheck && stale.length > 0) {
  console.error(
    `Stale: ${stale.join(', ')}. Run \`node scripts/write-reference.mjs\` and commit what it writes.`,
  )
  process.exitCode = 1
}
if (!isCheck) for (const name of stale) console.log(`wrote ${name}`)
