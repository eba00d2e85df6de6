/** What a person is shown: where everything is, and two lines to paste for a first payment. */
import { join } from 'node:path'
import { facts } from '../output.ts'
import { DEV_FILE, type DevFile } from './home.ts'

const SANDBOX =
  'the sandbox, with your keys; it cannot notify this machine, so payments are asked about instead'

export interface Shown {
  readonly dev: DevFile
  readonly folder: string
  readonly config: string | null
  /** The key was given, so it is not repeated on the screen. */
  readonly isApiKeyGiven: boolean
  readonly notificationUrl: string | null
}

export function tellAddresses({ dev, folder, config, isApiKeyGiven, notificationUrl }: Shown): string {
  const order = `TRY-${Date.now().toString(36).toUpperCase()}`
  const key = isApiKeyGiven ? '$BAYAR_API_KEY' : dev.api_key
  const charge = { order_id: order, gross_amount: 150_000, payment_type: 'bank_transfer', bank: 'bca' }
  return [
    'bayar runs.',
    '',
    facts([
      ['  app', dev.app_url],
      ['  API docs', `${dev.app_url}/docs`],
      ['  simulator', dev.simulator_url],
      ['  Midtrans', dev.simulator_url === null ? SANDBOX : null],
      ['  notified', notificationUrl && `${notificationUrl} (MIDTRANS_NOTIFICATION_URL)`],
      ['  handlers', config],
      ['  for programs', join(folder, DEV_FILE)],
    ]),
    '',
    'Charge a BCA virtual account:',
    '',
    `  curl -s ${dev.app_url}/midtrans/api/charge/ -H "Authorization: Bearer ${key}" -H 'Content-Type: application/json' -d '${JSON.stringify(charge)}'`,
    '',
    ...(dev.simulator_url === null
      ? []
      : [
          `and pay it, on ${dev.simulator_url}/pay or with`,
          '',
          `  curl -s -X POST ${dev.simulator_url}/_simulator/transactions/${order}/pay`,
          '',
        ]),
    'Ctrl-C stops everything.',
  ].join('\n')
}

export function tellRunning(dev: DevFile): string {
  return [
    'bayar already runs here:',
    '',
    `  app        ${dev.app_url}`,
    ...(dev.simulator_url === null ? [] : [`  simulator  ${dev.simulator_url}`]),
  ].join('\n')
}
