import { createHash } from 'node:crypto'
import { mkdirSync, symlinkSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { repository } from '../support/clone.ts'
import type { Finished, Running } from '../support/processes.ts'
import { bayar, freePort, makeFolder, startBayar, told } from './built-cli.ts'

/** A merchant's project: a folder with a config file, a database, and a Midtrans beside it. Every part is a process of its own. */
export interface Shop {
  readonly folder: string
  readonly env: NodeJS.ProcessEnv
  readonly simulatorUrl: string
  run(...args: string[]): Promise<Finished>
  /** With `--json`, and its answer. */
  ask(...args: string[]): Promise<{ readonly code: number | null; readonly answer: Answer }>
  start(...args: string[]): Promise<Running>
  configure(code: string): void
  charge(
    orderId: string,
    more?: Readonly<Record<string, unknown>>,
  ): Promise<Readonly<Record<string, unknown>>>
  /** Whatever comes to the app's notification URL; signed with the shop's key. */
  notify(notice: Notice): Promise<number>
  /** What a customer, a bank or the dashboard does. */
  simulate(orderId: string, move: string): Promise<void>
  close(): Promise<void>
}

export type Row = Readonly<Record<string, unknown>> & { readonly id: string }

/** What the tests look into; everything else is compared whole. */
export interface Answer {
  readonly results: readonly Row[]
  readonly payment: Row
  readonly history: readonly Row[]
  readonly deliveries: readonly Row[]
  readonly owed?: number
  readonly wallet?: Row
  readonly checks?: readonly Row[]
}

interface Notice {
  readonly order_id: string
  readonly status_code: string
  readonly gross_amount: string
  readonly [field: string]: string
}

export const API_KEY = 'an-api-key-for-staff'

export async function openShop(databaseUrl: string): Promise<Shop> {
  const folder = makeFolder()
  mkdirSync(join(folder.path, 'node_modules'))
  symlinkSync(repository, join(folder.path, 'node_modules', 'bayar'))
  const port = String(await freePort())
  const appUrl = `http://127.0.0.1:${port}`
  const running: Running[] = []
  const simulator = await startBayar(
    ['simulator', '--json', '--port', '0', '--seed', '7', '--notify', `${appUrl}/midtrans/api/notification/`],
    { cwd: folder.path },
  )
  running.push(simulator)
  const { simulator_url, server_key, client_key, merchant_id } = told(simulator) as Record<string, string>
  const simulatorUrl = simulator_url!
  const env = {
    DATABASE_URL: databaseUrl,
    MIDTRANS_BASE_URL: simulatorUrl,
    MIDTRANS_SERVER_KEY: server_key,
    MIDTRANS_CLIENT_KEY: client_key,
    MIDTRANS_MERCHANT_ID: merchant_id,
    BAYAR_API_KEY: API_KEY,
    PORT: port,
  }
  const shell = { cwd: folder.path, env }
  return {
    folder: folder.path,
    env,
    simulatorUrl,
    run: (...args) => bayar(args, shell),
    async ask(...args) {
      const { code, stdout, stderr } = await bayar([...args, '--json'], shell)
      if (stdout === '') throw new Error(`No answer from bayar ${args.join(' ')}: ${stderr}`)
      return { code, answer: JSON.parse(stdout) as Answer }
    },
    async start(...args) {
      const started = await startBayar([...args, '--json'], shell)
      running.push(started)
      return started
    },
    configure(code) {
      writeFileSync(
        join(folder.path, 'bayar.config.ts'),
        `import { createBayar, fromEnv } from 'bayar'\nconst bayar = createBayar(fromEnv())\n${code}\nexport default bayar\n`,
      )
    },
    async charge(orderId, more = {}) {
      const response = await fetch(`${appUrl}/midtrans/api/charge/`, {
        method: 'POST',
        headers: { authorization: `Bearer ${API_KEY}`, 'content-type': 'application/json' },
        body: JSON.stringify({
          order_id: orderId,
          gross_amount: 150_000,
          payment_type: 'bank_transfer',
          bank: 'bca',
          ...more,
        }),
      })
      return { http: response.status, ...((await response.json()) as object) }
    },
    async notify(notice) {
      const signed = notice.order_id + notice.status_code + notice.gross_amount + env.MIDTRANS_SERVER_KEY
      const signature_key = createHash('sha512').update(signed).digest('hex')
      const response = await fetch(`${appUrl}/midtrans/api/notification/`, {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify({ ...notice, signature_key }),
      })
      return response.status
    },
    async simulate(orderId, move) {
      const done = await fetch(`${simulatorUrl}/_simulator/transactions/${orderId}/${move}`, {
        method: 'POST',
      })
      if (!done.ok) throw new Error(`${move} ${orderId}: ${await done.text()}`)
      await fetch(`${simulatorUrl}/_simulator/idle`, { method: 'POST' })
    },
    async close() {
      for (const one of running.reverse())
        if (one.child.exitCode === null && one.child.signalCode === null) await one.end('SIGTERM')
      folder.remove()
    },
  }
}
