import { join } from 'node:path'
import { expect, test } from 'vitest'
import { repository } from './support/clone.ts'
import { runToEnd } from './support/processes.ts'

test('docs/reference is what the tables say now', async () => {
  const script = join(repository, 'scripts', 'write-reference.mjs')
  const { code, stderr } = await runToEnd(
    process.execPath,
    ['--disable-warning=ExperimentalWarning', script, '--check'],
    { cwd: repository },
  )
  expect({ code, stderr }).toEqual({ code: 0, stderr: '' })
})
