import type { WorldClock } from './clock.ts'
import type { Fault } from './faults.ts'

/** The connection ends without an answer. In process it looks like what `fetch` throws when that happens. */
export class LineCut extends TypeError {
  constructor() {
    const cause = Object.assign(new Error('other side closed'), { code: 'UND_ERR_SOCKET' })
    super('fetch failed', { cause })
  }
}

/** How long a request that is never answered hangs, by the simulator's clock, unless its sender gives up before. */
const HANG_SECONDS = 120
const BAD_GATEWAY_HTML =
  '<html><head><title>502 Bad Gateway</title></head><body><center><h1>502 Bad Gateway</h1></center></body></html>'

/** How an API words what goes wrong in it. */
export interface Wording {
  failed(status: number): Response
  tooMany(): Response
  refused(code: string): Response
}

/** What a fault leaves of an answer, for each API in its own words. Without any it is cut. */
export async function brokenAnswer(
  clock: WorldClock,
  fault: Fault | undefined,
  wording: Wording,
): Promise<Response> {
  switch (fault?.kind) {
    case 'http_error':
      return fault.body === false
        ? new Response(null, { status: fault.status! })
        : wording.failed(fault.status!)
    case 'too_many':
      return wording.tooMany()
    case 'refuse':
      return wording.refused(fault.code!)
    case 'html':
      return new Response(BAD_GATEWAY_HTML, {
        status: fault.status!,
        headers: { 'Content-Type': 'text/html' },
      })
    case 'timeout':
      await clock.wait(HANG_SECONDS)
      throw new LineCut()
    default:
      throw new LineCut()
  }
}
