import { tellSchedule } from '../../src/domain/schedule.ts'
import { toCamel } from '../../src/domain/wire-case.ts'
import { wireName } from '../../src/gateway/charge-fields.ts'
import { TASKS } from '../../src/jobs/tasks.ts'
import { code, table } from './markdown.mjs'

export function tasksPage() {
  const rows = TASKS.map((row) => [
    code(row.name),
    row.says,
    row.schedule === null ? 'when asked for' : tellSchedule(row.schedule),
    `${row.retries}, after ${row.retryDelaySeconds} s each`,
  ])
  return `# Tasks

Each is called here (\`await bayar.tasks.${camel(TASKS[0].name)}('ORDER-001')\`), put off for a worker (\`.delay(…)\`), or run from cron
(\`npx bayar task run ${TASKS[0].name} ORDER-001\`). Names and arguments may be written in camelCase or in snake_case. How they are used is told in
[the guide to tasks](../guides/tasks.md).

${table(['task', 'does', 'runs', 'retries'], rows)}

## Arguments

${table(
  ['task', 'in code', 'takes'],
  TASKS.map((row) => [code(row.name), code(`bayar.tasks.${camel(row.name)}`), takes(row)]),
)}`
}

function takes({ takes: taken }) {
  if (taken === null) return 'nothing'
  const names = Object.keys(taken.arguments.shape ?? {})
  if (names.length === 0) return 'the fields of a charge, flat'
  return names.map((name) => code(wireName(name))).join(', ')
}

function camel(name) {
  return Object.keys(toCamel({ [name]: '' }))[0]
}
