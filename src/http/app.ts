/**
 * The whole HTTP surface as one `fetch`. Notifications are taken at the door; everything else (REST, documentation, health) is loaded when it is first asked for, so that a host which mounts
 * only the notification routes never pays for it.
 */
import { NOTIFICATION_PATHS, pathOf } from './addresses.ts'
import { LIMITS } from './limits.ts'
import type { HttpParts } from './parts.ts'
import { type ProblemAnswer, responseOf } from './problems.ts'
import type { NodeConnection } from './read-body.ts'
import { notificationReceiver } from './routes/receive.ts'

export interface App {
  fetch(request: Request, env?: unknown): Promise<Response>
}

export interface Doors extends App {
  /**
   * The same way in for a notification that arrives at Node's own server, without the web's objects around it: they cost more than its judgement. Answers the JSON of a 200 or a refusal;
   * undefined when it is none, or one whose size is not told or too large, and `fetch` must see to it.
   */
  take(connection: NodeConnection): Promise<string | ProblemAnswer> | undefined
}

const STORED: ResponseInit = { status: 200, headers: { 'content-type': 'application/json' } }

export function createApp(parts: HttpParts): Doors {
  const basePath = parts.settings.basePath ?? ''
  const { bodyBytesMax } = parts.limits ?? LIMITS
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
        if (channel !== undefined) {
          const answer = await receive(request, env, channel)
          return typeof answer === 'string' ? new Response(answer, STORED) : responseOf(answer)
        }
      }
      surface ??= openSurface()
      return (await surface).fetch(request, env)
    },
    take(connection) {
      const { method, url = '', headers } = connection.incoming
      if (method !== 'POST' || !(Number(headers['content-length']) <= bodyBytesMax)) return undefined
      const channel = channels.get(url) ?? channels.get(url.split('?', 1)[0]!)
      return channel && receive(connection, connection, channel)
    },
  }
}
