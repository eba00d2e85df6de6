import { EXIT_CODES } from './exit-codes.ts'
import { flagsOf, type Verb } from './verb.ts'
import { VERBS } from './verbs.ts'

/** `bayar --help`, or of one noun. */
export function helpOfAll(noun?: string): string {
  const rows = VERBS.filter(({ name }) => noun === undefined || name.startsWith(`${noun} `))
  return `${noun === undefined ? 'bayar: payments on the Midtrans gateway.\n\n' : ''}${columns(rows.map((verb) => [usageOf(verb), verb.says]))}

\`bayar VERB --help\` tells more about one. Every verb takes --json.
${exitCodes()}`
}

export function helpOf(verb: Verb): string {
  const flags = Object.entries(flagsOf(verb)).map(
    ([name, flag]) => [`--${name}${flag.takes ? ` ${flag.value}` : ''}`, flag.says] as const,
  )
  return `${usageOf(verb)}

${verb.says}${verb.about ? `\n${verb.about}` : ''}

${columns(flags)}
${exitCodes()}`
}

function usageOf({ name, argument }: Verb): string {
  return `bayar ${name}${argument ? ` ${argument}` : ''}`
}

function exitCodes(): string {
  return `\nExit codes:\n${columns(EXIT_CODES.map(({ code, says }) => [String(code).padStart(3), says]))}`
}

function columns(rows: readonly (readonly [string, string])[]): string {
  const width = Math.max(...rows.map(([left]) => left.length))
  return rows.map(([left, right]) => `  ${left.padEnd(width)}  ${right}`).join('\n')
}
