import { EXIT_CODES } from '../../src/cli/exit-codes.ts'
import { flagsOf } from '../../src/cli/verb.ts'
import { VERBS } from '../../src/cli/verbs.ts'
import { code, table } from './markdown.mjs'

export function cliPage() {
  const overview = VERBS.map((verb) => [`[${usageOf(verb)}](#${anchorOf(verb)})`, verb.says])
  const exits = EXIT_CODES.map(({ code: number, says }) => [number, says])
  return `# Command line

\`npx bayar VERB\`. Answers go to stdout, remarks about the work to stderr. Times without a zone are Jakarta's.

${table(['verb', 'does'], overview)}

## Exit codes

${table(['code', 'means'], exits)}

${VERBS.map(verbSection).join('\n\n')}`
}

function verbSection(verb) {
  const flags = Object.entries(flagsOf(verb)).map(([name, flag]) => [
    code(`--${name}${flag.takes ? ` ${flag.value}` : ''}`),
    flag.says,
  ])
  return `## ${code(usageOf(verb))}

${[verb.says, ...(verb.about?.split('\n') ?? [])].join('\n')}

${table(['flag', 'means'], flags)}`
}

function usageOf({ name, argument }) {
  return `bayar ${name}${argument ? ` ${argument}` : ''}`
}

/** As Markdown renderers make it from the heading. */
function anchorOf(verb) {
  return usageOf(verb)
    .toLowerCase()
    .replace(/[^a-z0-9 -]/g, '')
    .replaceAll(' ', '-')
}
