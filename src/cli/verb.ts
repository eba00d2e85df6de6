/** What a row of the verb table says: enough to read a command line, to write its help, and to find its code. */
import type { Call } from './call.ts'
import type { ExitName } from './exit-codes.ts'

export interface Flag {
  /** Without it the flag is a switch. An instant without a zone is Jakarta's. A list is the words that may be given. */
  readonly takes?: 'text' | 'whole number' | 'instant' | readonly string[]
  /** How the help calls its value. */
  readonly value?: string
  readonly says: string
}

export type Run = (call: Call) => Promise<ExitName | undefined>

export interface Verb {
  /** One word, or a noun and a verb. */
  readonly name: string
  /** `ORDER` must be given, `[ID]` may be; several stand beside each other. */
  readonly argument?: string
  readonly says: string
  /** More, for the verb's own help. */
  readonly about?: string
  readonly flags?: Readonly<Record<string, Flag>>
  /** Does not load the configuration, so it takes no `--config`. */
  readonly needsNoConfig?: true
  readonly load: () => Promise<{ readonly run: Run }>
}

export const CONFIG_FLAG: Flag = {
  takes: 'text',
  value: 'FILE',
  says: 'The file whose default export is your Bayar instance (else BAYAR_CONFIG, else bayar.config.ts, .mts, .js or .mjs here).',
}
export const JSON_FLAG: Flag = { says: 'Answer in JSON, with names in snake_case.' }
export const HELP_FLAG: Flag = { says: 'Show this help.' }

export function flagsOf(verb: Verb): Readonly<Record<string, Flag>> {
  return {
    ...verb.flags,
    ...(verb.needsNoConfig ? {} : { config: CONFIG_FLAG }),
    json: JSON_FLAG,
    help: HELP_FLAG,
  }
}
