/** Rehearsals stay on this machine, and away from the keys of real money, unless their flag says otherwise. */
import { BayarError } from '../errors.ts'
import { UsageError } from './exit-codes.ts'

const LOCAL = /^(localhost|127(\.\d{1,3}){3}|\[?::1\]?|[a-z0-9.-]+\.localhost)$/i

export function isLocalHost(host: string): boolean {
  return LOCAL.test(host)
}

/** What is posted looks genuine to whoever receives it, so a slip of the address must not reach a real shop. */
export function refuseRemote(url: string, isAllowed: boolean): URL {
  if (!/^https?:\/\//i.test(url) || !URL.canParse(url))
    throw new UsageError(`--url must be an http or https address (it is ${JSON.stringify(url)}).`)
  const parsed = new URL(url)
  if (!isAllowed && !isLocalHost(parsed.hostname))
    throw new UsageError(
      `${parsed.hostname} is not this machine. With --allow-remote it is posted there all the same.`,
    )
  return parsed
}

export function refuseRemoteHost(host: string, isAllowed: boolean): void {
  if (!isAllowed && !isLocalHost(host))
    throw new UsageError(
      `${host} is reached from other machines. With --allow-remote it is listened on all the same.`,
    )
}

/** `Mid-server-…` is production's; a newer sandbox key without `SB-` looks the same and needs the flag too. */
export function refuseProductionKey(key: string, isAllowed: boolean): void {
  if (isAllowed || !/^Mid-server-/.test(key)) return
  throw new BayarError(
    'refused_in_production',
    'MIDTRANS_SERVER_KEY looks like a production key. If it is one of the sandbox, say --allow-production-key.',
  )
}
