/**
 * Whose address sent a request. `X-Forwarded-For` is a list that anybody can write, so it is believed only from a proxy that the configuration names, and read from the right: each trusted proxy
 * vouches for the one before it.
 */
import { BlockList, isIP } from 'node:net'
import { BayarError, type Problem } from '../errors.ts'
import type { Arriving } from './read-body.ts'

export type SenderOf = (request: Pick<Arriving, 'headers'>, env: unknown) => string | null

const HOPS_MAX = 20

export function senderReader(trustedProxies: readonly string[]): SenderOf {
  if (trustedProxies.length === 0) return (_, env) => socketAddress(env)
  const trusted = proxyList(trustedProxies)
  const isTrusted = (address: string) => trusted.check(address, isIP(address) === 6 ? 'ipv6' : 'ipv4')
  return (request, env) => {
    let sender = socketAddress(env)
    if (sender === null || !isTrusted(sender)) return sender
    const hops = request.headers.get('x-forwarded-for')?.split(',').slice(-HOPS_MAX) ?? []
    for (let hop = hops.pop(); hop !== undefined; hop = hops.pop()) {
      const address = plainAddress(hop.trim())
      if (address === undefined) return sender
      sender = address
      if (!isTrusted(sender)) return sender
    }
    return sender
  }
}

/** Under Node's server `env` holds the connection; elsewhere nobody says. */
function socketAddress(env: unknown): string | null {
  const incoming = (env as { incoming?: { socket?: { remoteAddress?: string } } } | null | undefined)
    ?.incoming
  const address = incoming?.socket?.remoteAddress
  return address === undefined ? null : (plainAddress(address) ?? null)
}

/** `::ffff:10.0.0.1` is 10.0.0.1; some proxies write a port or brackets. */
function plainAddress(text: string): string | undefined {
  const bare =
    /^\[([^\]]+)\](?::\d+)?$/.exec(text)?.[1] ?? /^(\d+\.\d+\.\d+\.\d+):\d+$/.exec(text)?.[1] ?? text
  const address = /^::ffff:(\d+\.\d+\.\d+\.\d+)$/i.exec(bare)?.[1] ?? bare.replace(/%.*$/, '')
  return isIP(address) === 0 ? undefined : address
}

function proxyList(entries: readonly string[]): BlockList {
  const list = new BlockList()
  const problems: Problem[] = []
  for (const entry of entries) {
    const [address = '', bits, ...more] = entry.split('/')
    const version = isIP(address)
    const most = version === 6 ? 128 : 32
    const prefix = bits === undefined ? most : /^\d{1,3}$/.test(bits) ? Number(bits) : Number.NaN
    if (version === 0 || more.length > 0 || !(prefix <= most)) {
      problems.push({
        field: 'trustedProxies',
        reason: `has ${JSON.stringify(entry)}, which is neither an address nor a range like 10.0.0.0/8`,
      })
    } else {
      list.addSubnet(address, prefix, version === 6 ? 'ipv6' : 'ipv4')
    }
  }
  if (problems.length > 0) {
    const sentence = problems.map(({ field, reason }) => `${field} ${reason}`).join('; ')
    throw new BayarError('config_invalid', `${sentence}.`, { details: { problems } })
  }
  return list
}
