/**
 * The whole HTTP surface as one `fetch`. Notifications are taken at the door; everything else (REST, documentation, health) is loaded when it is first asked for, so that a host which mounts
 * only the notification routes never pays for it.
 */
import { NOTIFICATION_PATHS, pathOf } from './addresses.ts'
import type { HttpParts } from './parts.ts'
import { notificationReceiver } from './routes/receive.ts'

export interface App {
  fetch(request: Request, env?: unknown): Promise<Response>
}

export function createApp(parts: HttpParts): App {
  const basePath = parts.settings.basePath ?? ''
  const receive = notificationReceiver(parts)
  const channels = new Map(
    Object.entries(NOTIFICATION_PATHS).flatMap(([path, channel]) => [
      [`${basePath}${path}`, channel],
      [`${basePath}${path}/`, channel],
    ]),
  )
  let surface: Promise<App> | undefined
  const openSurface = async () => (await import('./surface.ts')).createSurface(parts)

  return {
    async fetch(request, env) {
      if (request.method === 'POST') {
        const channel = channels.get(pathOf(request.url))
        if (channel !== undefined) return receive(request, env, channel)
      }
      surface ??= openSurface()
      return (await surface).fetch(request, env)
    },
  }
}
