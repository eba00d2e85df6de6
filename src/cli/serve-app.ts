import type { Bayar } from '../bayar.ts'
import { APP_PORT, explainPort, urlOf } from './ports.ts'

export interface ServedApp {
  readonly url: string
  /** Accepts nothing new, and returns when the last answer is out. */
  close(): Promise<void>
}

/**
 * The app as its own server. Mounted in a host's app only the notification routes answer; here nobody else would answer the rest, so REST and docs are on unless the configuration
 * switches them off.
 */
export async function serveApp(
  bayar: Bayar,
  { port, host, landing }: { port: number; host: string; landing?: () => string },
): Promise<ServedApp> {
  const [{ createApp }, { jsonLog }, { serve }] = await Promise.all([
    import('../http/app.ts'),
    import('../operations/log.ts'),
    import('../adapters/node.ts'),
  ])
  const { settings } = bayar
  const surfaces = { rest: settings.rest ?? true, docs: settings.docs ?? true }
  const app = createApp({
    bayar,
    settings: { ...settings, ...surfaces },
    log: settings.log ?? jsonLog(),
    ...(landing ? { landing } : {}),
  })
  try {
    const server = await serve({ ...app, settings }, { port, host })
    return { url: `${urlOf(host, port)}${settings.basePath ?? ''}`, close: () => server.close() }
  } catch (error) {
    throw explainPort(error, APP_PORT, host, port)
  }
}
