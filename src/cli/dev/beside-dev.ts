/**
 * A command in the folder of a running `bayar dev` is about that one: where neither the environment nor the config file names a key or a database, `dev.json` does. All of it or nothing: the key of
 * one place with the address of another would send a command for real money to a simulator, or a rehearsal to Midtrans.
 */
import { isAbsolute, join, relative } from 'node:path'
import { type Loaded, loadConfig } from '../load-config.ts'
import { DEV_FILE, type DevFile } from './home.ts'
import { databaseOf, loadPointedAt, sameUrl } from './point-at.ts'
import { readDevFile } from './running.ts'

export async function loadBesideDev(
  config: string | undefined,
  note: (text: string) => void,
): Promise<Loaded> {
  const loaded = await loadConfig(config)
  const dev = readDevFile()
  if (!isComplete(dev) || !leavesItToDev(loaded, dev)) return loaded
  await loaded.bayar.close()
  const file = join(process.env.BAYAR_HOME || '.bayar', DEV_FILE)
  const shown = isAbsolute(file) ? relative(process.cwd(), file) : file
  note(`No other key and database are configured: this is about the \`bayar dev\` of ${shown}.`)
  const { database_url: databaseUrl, simulator_url: simulatorUrl } = dev
  return loadPointedAt(config, { keys: dev, databaseUrl, simulatorUrl }, { again: true })
}

function isComplete(dev: Partial<DevFile> | undefined): dev is DevFile {
  return (
    dev !== undefined &&
    [dev.server_key, dev.client_key, dev.merchant_id, dev.api_key, dev.database_url].every(
      (value) => typeof value === 'string' && value !== '',
    ) &&
    (dev.simulator_url === null || typeof dev.simulator_url === 'string')
  )
}

/** Something is missing, and what there is, is what `bayar dev` works with, too. */
function leavesItToDev({ bayar: { settings } }: Loaded, dev: DevFile): boolean {
  const { serverKey, database, baseUrl, isProduction, merchants = [] } = settings
  if (isProduction || merchants.length > 0) return false
  if (serverKey !== undefined && serverKey !== dev.server_key) return false
  if (database !== undefined && databaseOf(database) !== dev.database_url) return false
  if (baseUrl !== undefined && (dev.simulator_url === null || !sameUrl(baseUrl, dev.simulator_url)))
    return false
  return serverKey === undefined || database === undefined
}
