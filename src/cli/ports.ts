import { type AddressInfo, createServer } from 'node:net'
import { BayarError } from '../errors.ts'

/** How a port is called on the command line and in the environment. */
export interface PortName {
  readonly what: string
  readonly variable: 'PORT' | 'SIMULATOR_PORT' | 'LISTEN_PORT'
  readonly otherwise: number
}

export const APP_PORT: PortName = { what: 'app', variable: 'PORT', otherwise: 3000 }
export const SIMULATOR_PORT: PortName = { what: 'simulator', variable: 'SIMULATOR_PORT', otherwise: 3001 }
export const LISTEN_PORT: PortName = { what: 'listener', variable: 'LISTEN_PORT', otherwise: 3002 }

export function hostOf(given: string | undefined): string {
  return given ?? (process.env.HOST || '127.0.0.1')
}

/** The port that was asked for, made sure to be free: before anything else is started, and told in words. 0 becomes a free one. */
export async function choosePort(name: PortName, given: number | undefined, host: string): Promise<number> {
  const wanted = given ?? portFromEnvironment(name)
  if (wanted > 65_535)
    throw new BayarError(
      'config_invalid',
      `The ${name.what} cannot listen on port ${wanted}: ports end at 65535.`,
    )
  return await new Promise((resolve, reject) => {
    const probe = createServer()
    probe.once('error', (error) => reject(explainPort(error, name, host, wanted)))
    probe.listen({ port: wanted, host, exclusive: true }, () => {
      const { port } = probe.address() as AddressInfo
      probe.close(() => resolve(port))
    })
  })
}

export function explainPort(error: unknown, name: PortName, host: string, port: number): unknown {
  const code = codeOf(error)
  if (code === 'EADDRINUSE') {
    return new BayarError(
      'port_taken',
      `The ${name.what} wants ${host}:${port}. End that program, or choose another port: ${name.variable}=${port + 10}.`,
      { cause: error },
    )
  }
  if (code === 'EACCES') {
    return new BayarError(
      'config_invalid',
      `The ${name.what} may not listen on port ${port}: choose one above 1023 in ${name.variable}.`,
      { cause: error },
    )
  }
  if (code === 'EADDRNOTAVAIL' || code === 'ENOTFOUND') {
    return new BayarError(
      'config_invalid',
      `The ${name.what} cannot listen on ${host}: this machine has no such address (HOST).`,
      { cause: error },
    )
  }
  return error
}

/** What a browser on this machine types. */
export function urlOf(host: string, port: number): string {
  const reachable = { '0.0.0.0': '127.0.0.1', '::': '::1' }[host] ?? host
  return `http://${reachable.includes(':') ? `[${reachable}]` : reachable}:${port}`
}

function portFromEnvironment({ variable, otherwise }: PortName): number {
  const text = process.env[variable]?.trim()
  if (!text) return otherwise
  if (/^\d{1,5}$/.test(text)) return Number(text)
  throw new BayarError(
    'config_invalid',
    `${variable} must be a port between 0 and 65535 (it is ${JSON.stringify(text)}).`,
  )
}

function codeOf(error: unknown): string | undefined {
  for (let at = error; at instanceof Error; at = at.cause) {
    const { code } = at as NodeJS.ErrnoException
    if (code?.startsWith('E')) return code
  }
  return undefined
}
