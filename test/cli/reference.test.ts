import { expect, test } from 'vitest'
import { EXIT_CODES } from '../../src/cli/exit-codes.ts'
import { flagsOf, type Verb } from '../../src/cli/verb.ts'
import { VERBS } from '../../src/cli/verbs.ts'

/* docs/reference/cli.md is written from the tables. After a change of them: `npx vitest run test/cli/reference.test.ts --update`. */

test('docs/reference/cli.md says what the tables say', async () => {
  await expect(page()).toMatchFileSnapshot('../../docs/reference/cli.md')
})

function page(): string {
  return `# The command line

\`npx bayar VERB\`. Every verb takes \`--json\` (one JSON document on stdout, also for a failure: \`{"error": {"code", "message", …}}\`;
\`notifications replay\` of many writes one line for each) and \`--help\`. Progress and warnings go to stderr. Instants are like \`2026-03-01\`,
\`"2026-03-01 09:00:00"\` (Jakarta) or \`2026-03-01T02:00:00Z\`. With \`BAYAR_DEBUG=1\` an error shows where it happened.

The configuration is the default export of \`--config FILE\`, of \`BAYAR_CONFIG\`, or of \`bayar.config.ts\`, \`.mts\`, \`.js\` or \`.mjs\` in the
working directory; without a file it is taken from the environment.

## Exit codes

| code | meaning |
| --- | --- |
${EXIT_CODES.map(({ code, says }) => `| ${code} | ${says} |`).join('\n')}

## Verbs

${VERBS.map(section).join('\n\n')}
`
}

function section(verb: Verb): string {
  const shared = ['config', 'json', 'help']
  const flags = Object.entries(flagsOf(verb)).filter(([name]) => !shared.includes(name))
  const rows = flags.map(
    ([name, flag]) => `| \`--${name}${flag.takes ? ` ${flag.value}` : ''}\` | ${flag.says} |`,
  )
  return [
    `### bayar ${verb.name}${verb.argument ? ` ${verb.argument}` : ''}`,
    `\n${verb.says}${verb.about ? ` ${verb.about.replaceAll('\n', ' ')}` : ''}`,
    ...(rows.length > 0 ? ['\n| flag | |\n| --- | --- |', ...rows] : []),
  ].join('\n')
}
