import { makeNotification, type NotificationWish } from '../../simulator/index.ts'
import type { Call } from '../call.ts'
import { readDevFile } from '../dev/running.ts'
import { type ExitName, UsageError } from '../exit-codes.ts'
import { refuseProductionKey, refuseRemote } from '../local-only.ts'

const COPIES_MAX = 1000
/** As long as Midtrans waits. */
const ANSWER_SECONDS = 15
const KNOWN_SECONDS = 2

export async function run(call: Call): Promise<ExitName> {
  const [status = '', orderId = ''] = call.words
  const dev = readDevFile()
  const key = process.env.MIDTRANS_SERVER_KEY || dev?.server_key
  if (!key)
    throw new UsageError(
      'No key to sign with: run `bayar dev`, or set MIDTRANS_SERVER_KEY (that of the sandbox).',
    )
  refuseProductionKey(key, call.has('allow-production-key'))
  const copies = call.whole('copies') ?? 1
  if (copies < 1 || copies > COPIES_MAX) throw new UsageError(`--copies must be between 1 and ${COPIES_MAX}.`)

  const known = dev?.simulator_url ? await askSimulator(dev.simulator_url, orderId) : undefined
  const wish: NotificationWish = {
    status,
    orderId,
    serverKey: call.has('wrong-signature') ? `${key}-of-somebody-else` : key,
    merchantId: process.env.MIDTRANS_MERCHANT_ID || dev?.merchant_id,
    method: call.text('method') ?? known?.method,
    amount: call.whole('amount') ?? known?.amount,
    refundAmount: call.whole('refund'),
    transactionId: call.text('transaction') ?? known?.transactionId,
    transactionTime: known?.createdAt,
  }
  const body = JSON.stringify(makeNotification(wish))
  if (call.has('print')) {
    call.out.answer(JSON.parse(body), () => JSON.stringify(JSON.parse(body), null, 2))
    return 'ok'
  }

  const given =
    call.text('url') ??
    (process.env.MIDTRANS_NOTIFICATION_URL || (dev?.app_url && `${dev.app_url}/midtrans/api/notification/`))
  if (!given) throw new UsageError('No address: run `bayar dev`, or give --url URL.')
  const url = refuseRemote(given, call.has('allow-remote'))
  const answers = await Promise.all(Array.from({ length: copies }, () => post(url, body)))
  call.out.answer({ url: url.href, order_id: orderId, status, answers }, () =>
    answers.map(({ httpStatus, says }) => `HTTP ${httpStatus}  ${says}`.trimEnd()).join('\n'),
  )
  return answers.every(({ httpStatus }) => httpStatus >= 200 && httpStatus < 300) ? 'ok' : 'failed'
}

async function post(url: URL, body: string): Promise<{ readonly httpStatus: number; readonly says: string }> {
  try {
    const response = await fetch(url, {
      method: 'POST',
      body,
      redirect: 'manual',
      headers: { 'Content-Type': 'application/json', Accept: 'application/json', 'User-Agent': 'Veritrans' },
      signal: AbortSignal.timeout(ANSWER_SECONDS * 1000),
    })
    return { httpStatus: response.status, says: (await response.text()).slice(0, 500) }
  } catch (cause) {
    const reason =
      (cause as Error).cause instanceof Error ? ((cause as Error).cause as Error) : (cause as Error)
    return { httpStatus: 0, says: reason.message }
  }
}

interface Known {
  readonly amount: number
  readonly method: string
  readonly transactionId: string
  readonly createdAt: Date
}

/** The order may be one that the simulator never heard of; then the flags and what is usual are all there is. */
async function askSimulator(url: string, orderId: string): Promise<Known | undefined> {
  const response = await fetch(`${url}/_simulator/transactions/${encodeURIComponent(orderId)}`, {
    signal: AbortSignal.timeout(KNOWN_SECONDS * 1000),
  }).catch(() => undefined)
  if (!response?.ok) return undefined
  const { gross_amount, method_name, transaction_id, created_at } = (await response.json()) as Readonly<
    Record<string, unknown>
  >
  return {
    amount: Number(gross_amount),
    method: String(method_name),
    transactionId: String(transaction_id),
    createdAt: new Date(String(created_at)),
  }
}
