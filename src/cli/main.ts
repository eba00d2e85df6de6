#!/usr/bin/env node
/**
 * The door of the command line: an older Node is told so in a sentence, before code that it does not understand is read. So nothing is imported here but what is known to be harmless.
 */
import { exitCode } from './exit-codes.ts'
import { olderNode } from './node-version.ts'

const older = olderNode(process.versions.node)
if (older === null) {
  const { runCommandLine } = await import('./command-line.ts')
  await runCommandLine()
} else {
  if (process.argv.includes('--json'))
    process.stdout.write(`${JSON.stringify({ error: { code: 'usage', message: older } })}\n`)
  else process.stderr.write(`bayar: ${older}\n`)
  process.exitCode = exitCode('usage')
}
