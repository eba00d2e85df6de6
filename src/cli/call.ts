/** Reads a command line against a verb's row. All mistakes are told at once, each with the near flag. */
import { parseArgs } from 'node:util'
import { didYouMean } from '../domain/nearest.ts'
import { UsageError } from './exit-codes.ts'
import { Output } from './output.ts'
import { readInstant } from './read-instant.ts'
import { type Flag, flagsOf, type Verb } from './verb.ts'

export interface Call {
  readonly verb: Verb
  /** What the verb is about: an order id, a handler's name. */
  readonly argument: string | undefined
  /** All of them, for a verb with several. */
  readonly words: readonly string[]
  readonly out: Output
  has(flag: string): boolean
  text(flag: string): string | undefined
  whole(flag: string): number | undefined
  instant(flag: string): Date | undefined
}

export function readCall(verb: Verb, args: readonly string[]): Call {
  const flags = flagsOf(verb)
  const { tokens } = parseArgs({
    args: [...args],
    // Not strict: its errors come one by one and know no near flag.
    strict: false,
    allowPositionals: true,
    tokens: true,
    options: Object.fromEntries(
      Object.entries(flags).map(([name, flag]) => [
        name,
        { type: flag.takes ? 'string' : 'boolean', ...(name === 'help' ? { short: 'h' } : {}) },
      ]),
    ),
  })

  const problems: string[] = []
  const values = new Map<string, boolean | string | number | Date>()
  const positionals: string[] = []
  const known = (name: string) => (Object.hasOwn(flags, name) ? flags[name] : undefined)
  const noFlag = (typed: string) =>
    `There is no flag ${typed}.${didYouMean(typed.replace(/^-+/, ''), Object.keys(flags), (name) => `--${name}`)}`
  for (const token of tokens) {
    if (token.kind === 'positional') positionals.push(token.value)
    if (token.kind !== 'option') continue
    const flag = known(token.name)
    if (!flag) {
      problems.push(noFlag(token.rawName))
      continue
    }
    // `--host --wait 3`: the next flag is not meant as the value of this one.
    const swallowed = token.inlineValue === false && token.value.startsWith('--') ? token.value : undefined
    if (swallowed !== undefined && !known(swallowed.slice(2))) problems.push(noFlag(swallowed))
    const value = readValue(token.rawName, flag, swallowed === undefined ? token.value : undefined)
    if (typeof value === 'object' && 'problem' in value) problems.push(value.problem)
    else values.set(token.name, value)
  }
  // After an unknown flag nobody knows which words are arguments.
  if (problems.length === 0) problems.push(...argumentProblems(verb, positionals, values.has('help')))
  if (problems.length > 0) {
    throw new UsageError(`${problems.join('\n')}\n\`bayar ${verb.name} --help\` shows what there is.`)
  }

  const read =
    <T>(type: (value: unknown) => value is T) =>
    (name: string): T | undefined => {
      const value = values.get(name)
      return type(value) ? value : undefined
    }
  return {
    verb,
    argument: positionals[0],
    words: positionals,
    out: new Output(values.has('json')),
    has: (name) => values.has(name),
    text: read((value): value is string => typeof value === 'string'),
    whole: read((value): value is number => typeof value === 'number'),
    instant: read((value): value is Date => value instanceof Date),
  }
}

function readValue(
  typed: string,
  flag: Flag,
  given: string | undefined,
): boolean | string | number | Date | { problem: string } {
  if (flag.takes === undefined) return given === undefined ? true : { problem: `${typed} takes no value.` }
  if (given === undefined || given === '')
    return { problem: `${typed} needs a value: ${typed} ${flag.value}.` }
  if (flag.takes === 'text') return given
  if (flag.takes === 'whole number') {
    return /^\d{1,9}$/.test(given)
      ? Number(given)
      : { problem: `${typed} must be a whole number (it is ${given}).` }
  }
  if (flag.takes === 'instant') {
    return (
      readInstant(given) ?? {
        problem: `${typed} must be like 2026-03-01, "2026-03-01 09:00:00" (Jakarta) or 2026-03-01T02:00:00Z (it is ${given}).`,
      }
    )
  }
  if (flag.takes.includes(given)) return given
  return {
    problem: `${typed} must be one of ${flag.takes.join(', ')} (it is ${given}).${didYouMean(given, flag.takes)}`,
  }
}

function argumentProblems(verb: Verb, positionals: readonly string[], isHelp: boolean): string[] {
  const wanted = verb.argument?.split(' ') ?? []
  const most = wanted.length
  if (positionals.length > most) {
    return [
      `\`bayar ${verb.name}\` does not know what to do with ${positionals
        .slice(most)
        .map((word) => JSON.stringify(word))
        .join(', ')}.`,
    ]
  }
  const needed = wanted.filter((name) => !name.startsWith('[')).length
  return positionals.length < needed && !isHelp ? [`Say which: bayar ${verb.name} ${verb.argument}.`] : []
}
