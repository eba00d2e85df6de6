import { BayarError } from '../../errors.ts'
import type { Call } from '../call.ts'
import { readDevFile } from '../dev/running.ts'
import type { ExitName } from '../exit-codes.ts'
import { refuseRemote } from '../local-only.ts'
import { table } from '../output.ts'
import { SIMULATOR_PORT, urlOf } from '../ports.ts'

const ANSWER_SECONDS = 15

/** What the simulator’s control API calls a fault; it alone knows which there are, and says so. */
interface Fault {
  readonly id: string
  readonly kind: string
  readonly left: number
  readonly verb?: string
  readonly order_id?: string
}

/** What a field of the control API is called on the command line. */
const FLAGS: Readonly<Record<string, string>> = {
  kind: 'KIND',
  verb: '--endpoint',
  order_id: '--order',
  transaction_status: '--telling',
  times: '--times',
  when: '--when',
  seconds: '--seconds',
  status: '--http',
  body: '--without-body',
  copies: '--copies',
  code: '--code',
}

export async function run(call: Call): Promise<ExitName> {
  const port = Number(process.env.SIMULATOR_PORT) || SIMULATOR_PORT.otherwise
  const given = call.text('url') ?? (readDevFile()?.simulator_url || urlOf('127.0.0.1', port))
  const at = new URL('/_simulator/faults', refuseRemote(given, call.has('allow-remote')))
  if (call.has('clear')) await ask(at, 'DELETE')
  if (call.argument !== undefined) await ask(at, 'POST', faultIn(call, call.argument))
  const { results } = (await ask(at, 'GET')) as { readonly results: readonly Fault[] }
  call.out.answer(results, () =>
    results.length === 0
      ? 'No faults: everything works.'
      : table(
          ['fault', 'times left', 'endpoint', 'order', 'id'],
          results.map(({ kind, left, verb, order_id, id }) => [kind, left, verb, order_id, id]),
        ),
  )
  return 'ok'
}

function faultIn(call: Call, kind: string): Record<string, unknown> {
  const fault = {
    kind,
    verb: call.text('endpoint'),
    order_id: call.text('order'),
    transaction_status: call.text('telling'),
    times: call.whole('times'),
    when: call.text('when'),
    seconds: call.whole('seconds'),
    status: call.whole('http'),
    body: call.has('without-body') ? false : undefined,
    copies: call.whole('copies'),
    code: call.text('code'),
  }
  return Object.fromEntries(Object.entries(fault).filter(([, value]) => value !== undefined))
}

async function ask(url: URL, method: string, body?: object): Promise<unknown> {
  const response = await fetch(url, {
    method,
    ...(body ? { body: JSON.stringify(body), headers: { 'Content-Type': 'application/json' } } : {}),
    signal: AbortSignal.timeout(ANSWER_SECONDS * 1000),
  }).catch((cause: unknown) => {
    throw new BayarError(
      'config_invalid',
      `No simulator answers at ${url.origin}: start one with \`bayar simulator\` or \`bayar dev\`, or name it with --url.`,
      { cause },
    )
  })
  const answer = (await response.json().catch(() => undefined)) as
    | { readonly message?: string; readonly problems?: readonly { field: string; reason: string }[] }
    | undefined
  if (response.ok && answer !== undefined) return answer
  // Its sentence names its own fields, and so would say everything twice.
  const problems = (answer?.problems ?? []).map(({ field, reason }) => `${FLAGS[field] ?? field}: ${reason}`)
  throw new BayarError(
    'invalid_request',
    problems.length > 0
      ? `${problems.join('; ')}.`
      : (answer?.message ?? `${url.origin} is no simulator: it answered HTTP ${response.status}.`),
  )
}
