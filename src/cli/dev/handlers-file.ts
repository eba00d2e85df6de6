/**
 * BAYAR_DEV_HANDLERS=FILE: one line of JSON for each event that is handled, so that a program in any language can see what a handler would see. It is an ordinary handler, with everything that
 * comes with it: at least once, in order per payment, tried again when it fails.
 */
import { appendFileSync } from 'node:fs'
import { resolve } from 'node:path'
import type { Bayar } from '../../bayar.ts'
import { BayarError } from '../../errors.ts'
import { orderIdOf } from '../../operations/events/event-argument.ts'

const NAME = 'dev-handlers-file'

export function registerHandlersFile(bayar: Bayar, path: string): void {
  const file = resolve(path)
  try {
    appendFileSync(file, '')
  } catch (cause) {
    throw new BayarError(
      'config_invalid',
      `BAYAR_DEV_HANDLERS (${file}) cannot be written: ${(cause as Error).message}.`,
      { cause },
    )
  }
  bayar.on('*', NAME, (argument) => {
    const { event } = argument
    const line = { event: event.type, order_id: orderIdOf(argument), event_id: event.id }
    // Opened to append and written in one call: neither a kill nor another process can tear a line.
    appendFileSync(file, `${JSON.stringify(line)}\n`)
  })
}

/** Without the variable nobody would ever work off what the handler is owed. */
export async function retireHandlersFile(bayar: Bayar): Promise<void> {
  const known = (await bayar.events.handlers()).find(({ name }) => name === NAME)
  if (known?.retiredAt === null) await bayar.events.retireHandler(NAME)
}
