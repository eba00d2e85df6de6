import { afterEach, expect, test } from 'vitest'
import { basic, bca, bench } from '../../test/support/simulated-merchant.ts'
import { createSimulator } from './index.ts'
import type { Listening } from './listen.ts'

const open: Listening[] = []
afterEach(async () => {
  for (const one of open.splice(0)) await one.close()
})

async function listening() {
  const { simulator } = bench()
  const server = await simulator.listen({ port: 0 })
  open.push(server)
  const charge = (headers: Record<string, string> = {}, signal?: AbortSignal) =>
    fetch(`${server.url}/v2/charge`, {
      method: 'POST',
      headers: { Authorization: basic(simulator.serverKey), 'Content-Type': 'application/json', ...headers },
      body: JSON.stringify(bca('order-1')),
      ...(signal ? { signal } : {}),
    })
  return { simulator, server, charge }
}

test('it answers over a port of this machine', async () => {
  const { server, charge } = await listening()
  expect(server.url).toMatch(/^http:\/\/127\.0\.0\.1:\d+$/)
  expect(await (await charge()).json()).toMatchObject({ status_code: '201' })
  expect((await fetch(`${server.url}/`)).headers.get('content-type')).toContain('text/html')
})

test('an answer that is lost is a broken connection, and the charge is there', async () => {
  const { simulator, charge } = await listening()
  await expect(charge({ 'X-Simulator-Fault': 'lose_answer' })).rejects.toThrow('fetch failed')
  expect(simulator.transaction('order-1').status).toBe('pending')
})

test('a request that is never answered does not keep the port', async () => {
  const { simulator, server, charge } = await listening()
  simulator.faults.add({ kind: 'timeout' })
  const hanging = expect(charge()).rejects.toThrow('fetch failed')
  while (simulator.faults.list().length) await new Promise((resolve) => setImmediate(resolve))
  await server.close()
  open.length = 0
  await hanging
})

test('a port that is taken is named', async () => {
  const { server } = await listening()
  const port = Number(new URL(server.url).port)
  await expect(createSimulator().listen({ port })).rejects.toThrow(`127.0.0.1:${port}`)
})

test('notifications travel by the ordinary fetch unless told otherwise', async () => {
  const { server } = await listening()
  const simulator = createSimulator({ notificationUrl: `${server.url}/nowhere`, clock: { frozen: true } })
  await simulator.notifications.sendTest()
  await simulator.idle()
  // The receiving simulator has no such page, and says so.
  expect(simulator.notifications.list()).toMatchObject([{ attempts: [{ httpStatus: 404 }] }])
})

test('it makes keys of the sandbox’s look, others each time', () => {
  const [one, other] = [createSimulator(), createSimulator()]
  expect(one.serverKey).toMatch(/^SB-Mid-server-[0-9a-f]{24}$/)
  expect(one.clientKey).toMatch(/^SB-Mid-client-/)
  expect(one.merchantId).toMatch(/^G\d{9}$/)
  expect(one.serverKey).not.toBe(other.serverKey)
  expect(createSimulator({ seed: 3 }).serverKey).toBe(createSimulator({ seed: 3 }).serverKey)
})
