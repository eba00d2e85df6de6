import type { AddressInfo } from 'node:net'
import { serve } from '@hono/node-server'
import { RESPONSE_ALREADY_SENT } from '@hono/node-server/utils/response'
import { BayarError } from '../errors.ts'
import { LineCut } from './broken-answer.ts'

export interface Listening {
  readonly url: string
  close(): Promise<void>
}

/** On this machine only, unless a host is named: whoever reaches the simulator can pay for anything in it. */
export function listen(
  fetch: (request: Request) => Promise<Response>,
  { port, host = '127.0.0.1' }: { readonly port: number; readonly host?: string },
): Promise<Listening> {
  return new Promise((resolve, reject) => {
    const server = serve(
      {
        port,
        hostname: host,
        fetch: async (request, { incoming }) => {
          try {
            return await fetch(request)
          } catch (error) {
            if (error instanceof LineCut) {
              incoming.socket.destroy()
              return RESPONSE_ALREADY_SENT
            }
            throw error
          }
        },
      },
      (address: AddressInfo) => {
        resolve({
          url: `http://${host.includes(':') ? `[${host}]` : host}:${address.port}`,
          close: () =>
            new Promise((closed, failed) => {
              server.close((error) => (error ? failed(error) : closed()))
              // A request that is never answered would keep the port for two minutes.
              if ('closeAllConnections' in server) server.closeAllConnections()
            }),
        })
      },
    )
    server.once('error', (error) =>
      reject(
        new BayarError(
          'config_invalid',
          `The simulator cannot listen on ${host}:${port}: ${error.message}.`,
          { cause: error },
        ),
      ),
    )
  })
}
