import { BayarError } from '../../errors.ts'
import { createSimulator } from '../../simulator/index.ts'
import { type Lock, tryLock } from '../../store/embedded/lock.ts'
import type { Call } from '../call.ts'
import { refuseProductionKey } from '../local-only.ts'
import { choosePort, explainPort, hostOf, SIMULATOR_PORT, urlOf } from '../ports.ts'
import { listenForStop } from '../stop-signal.ts'

/** Two processes that append to one file would tell each other’s transactions over. */
function lockData(file: string): Lock {
  const lock = tryLock(`${file}.lock`)
  if (lock) return lock
  throw new BayarError('config_invalid', `Another simulator is using ${file}: end it, or take another file.`)
}

export async function run(call: Call): Promise<undefined> {
  const stop = listenForStop((text) => call.out.note(text))
  // Its page shows its keys to whoever opens it.
  refuseProductionKey(process.env.MIDTRANS_SERVER_KEY ?? '', call.has('allow-production-key'))
  const host = hostOf(call.text('host'))
  const port = await choosePort(SIMULATOR_PORT, call.whole('port'), host)
  const given = {
    serverKey: process.env.MIDTRANS_SERVER_KEY || undefined,
    clientKey: process.env.MIDTRANS_CLIENT_KEY || undefined,
    merchantId: process.env.MIDTRANS_MERCHANT_ID || undefined,
    notificationUrl: call.text('notify') ?? (process.env.MIDTRANS_NOTIFICATION_URL || undefined),
    seed: call.whole('seed'),
    recurringUrl: call.text('notify-recurring'),
    finishUrl: call.text('finish'),
    rateLimit: call.whole('rate-limit'),
    data: call.text('data'),
  }
  const url = urlOf(host, port)
  const lock = given.data === undefined ? undefined : lockData(given.data)
  const simulator = createSimulator(
    Object.fromEntries(Object.entries(given).filter(([, value]) => value !== undefined)),
  )
  const listening = await simulator.listen({ port, host }).catch((error: unknown) => {
    throw explainPort(error, SIMULATOR_PORT, host, port)
  })
  const { serverKey, clientKey, merchantId } = simulator
  const notificationUrl = given.notificationUrl ?? null
  call.out.answer(
    { simulatorUrl: url, serverKey, clientKey, merchantId, notificationUrl, pid: process.pid },
    () =>
      [
        `A Midtrans of your own: ${url}`,
        notificationUrl === null
          ? 'No notification URL: give one with --notify, or on its page.'
          : `Notifications go to ${notificationUrl}`,
        '',
        'For the program that pays with it:',
        `  MIDTRANS_BASE_URL=${url}`,
        `  MIDTRANS_SERVER_KEY=${serverKey}`,
        `  MIDTRANS_CLIENT_KEY=${clientKey}`,
        `  MIDTRANS_MERCHANT_ID=${merchantId}`,
      ].join('\n'),
  )
  await stop.asked
  await listening.close()
  simulator.shutDown()
  lock?.release()
}
