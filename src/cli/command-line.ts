/** The command line: finds the verb's row, reads the call, runs it, and turns what went wrong into one sentence and an exit code. */
import { readFileSync } from 'node:fs'
import { didYouMean } from '../domain/nearest.ts'
import { isBayarError } from '../errors.ts'
import { readCall } from './call.ts'
import { type ExitName, exitCode, exitOf, UsageError } from './exit-codes.ts'
import { helpOf, helpOfAll } from './help.ts'
import type { Verb } from './verb.ts'
import { VERBS } from './verbs.ts'

// Whoever reads our output may have gone, as with `bayar events list | head`.
for (const stream of [process.stdout, process.stderr]) stream.on('error', () => {})

const words = process.argv.slice(2)

export async function runCommandLine(): Promise<void> {
  let exit: ExitName
  try {
    exit = await main(words)
  } catch (error) {
    tell(error)
    exit = exitOf(error)
  }
  // Explicitly: a timer or a pool in the user's config would keep the process for ever. Not before what was said is out.
  process.stdout.write('', () => process.stderr.write('', () => process.exit(exitCode(exit))))
}

async function main([first, second, ...rest]: readonly string[]): Promise<ExitName> {
  if (first === undefined || first === '--help' || first === '-h') return say(helpOfAll())
  if (first === '--version' || first === '-v') return say(version())
  if (first === 'help') return helpFor([second, ...rest].filter((word) => word !== undefined))

  const verb = findVerb(first, second)
  if (verb === undefined) {
    if (isNoun(first) && (second === undefined || second === '--help' || second === '-h'))
      return say(helpOfAll(first))
    throw unknownVerb(first, second)
  }
  const call = readCall(verb, words.slice(verb.name.split(' ').length))
  if (call.has('help')) return say(helpOf(verb))
  const { run } = await verb.load()
  return (await run(call)) ?? 'ok'
}

function findVerb(first: string, second: string | undefined): Verb | undefined {
  return VERBS.find(({ name }) => name === first || name === `${first} ${second}`)
}

function isNoun(word: string): boolean {
  return VERBS.some(({ name }) => name.startsWith(`${word} `))
}

function helpFor([first, second]: readonly string[]): ExitName {
  if (first === undefined) return say(helpOfAll())
  const verb = findVerb(first, second)
  if (verb) return say(helpOf(verb))
  if (isNoun(first)) return say(helpOfAll(first))
  throw unknownVerb(first, second)
}

function unknownVerb(first: string, second: string | undefined): UsageError {
  const names = VERBS.map(({ name }) => name)
  const show = (name: string) => `\`bayar ${name}\``
  const typed = isNoun(first) && second !== undefined ? `${first} ${second}` : first
  const firsts = [...new Set(names.map((name) => name.split(' ')[0]!))]
  const near = isNoun(first) ? didYouMean(typed, names, show) : didYouMean(first, firsts, show)
  return new UsageError(`There is no verb \`${typed}\`.${near} \`bayar --help\` shows what there is.`)
}

function version(): string {
  const manifest = JSON.parse(readFileSync(new URL('../../package.json', import.meta.url), 'utf8')) as {
    version: string
  }
  return manifest.version
}

function say(text: string): ExitName {
  process.stdout.write(`${text}\n`)
  return 'ok'
}

function tell(error: unknown): void {
  const message = error instanceof Error ? error.message : String(error)
  if (process.env.BAYAR_DEBUG) console.error(error)
  if (words.includes('--json')) {
    const { code, details } = isBayarError(error)
      ? error
      : { code: error instanceof UsageError ? 'usage' : 'internal', details: {} }
    process.stdout.write(`${JSON.stringify({ error: { code, message, ...details } })}\n`)
    return
  }
  process.stderr.write(`bayar: ${message}\n`)
  if (!isBayarError(error) && !(error instanceof UsageError) && !process.env.BAYAR_DEBUG) {
    process.stderr.write('This was not expected; with BAYAR_DEBUG=1 it shows where it happened.\n')
  }
}
