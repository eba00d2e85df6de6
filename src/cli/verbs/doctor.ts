import type { Call } from '../call.ts'
import { examine } from '../examine.ts'
import type { ExitName } from '../exit-codes.ts'

export async function run(call: Call): Promise<ExitName> {
  const findings = await examine(call.text('config'), (text) => call.out.note(text))
  const isHealthy = findings.every(({ state }) => state !== 'problem')
  call.out.answer({ healthy: isHealthy, checks: findings }, () => {
    const width = Math.max(...findings.map(({ check }) => check.length))
    return findings
      .map(({ state, check, says }) => `${state.padEnd(7)}  ${check.padEnd(width)}  ${says}`)
      .join('\n')
  })
  return isHealthy ? 'ok' : 'problems'
}
