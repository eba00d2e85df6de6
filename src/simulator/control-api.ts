import { type Context, Hono } from 'hono'
import type { ContentfulStatusCode } from 'hono/utils/http-status'
import { BayarError, invalidRequest, isBayarError } from '../errors.ts'
import { moveTransaction } from './acts.ts'
import { type ActiveFault, readFault } from './faults.ts'
import { readBanks, readMethods } from './methods.ts'
import type { SimulatedNotification } from './notice.ts'
import { readFinishUrl, readUrls } from './notification-urls.ts'
import { actOnPayAccount, wirePayAccount } from './pay-account-acts.ts'
import { readRateLimit } from './rate.ts'
import { isObject } from './reader.ts'
import type { LoggedRequest } from './request-log.ts'
import { type SimulatedTransaction, showTransaction } from './show-transaction.ts'
import type { Simulator } from './simulator.ts'
import type { World } from './world.ts'

/** `/_simulator/…`: what `createSimulator` gives a test, for programs in another process or language. JSON in snake_case. */
export function createControlApi(simulator: Simulator, world: () => World): Hono {
  const api = new Hono({ strict: false })

  api.onError((error, context) => problem(context, error))

  api.get('/health', (context) =>
    context.json({
      status: 'ok',
      now: world().clock.now(),
      frozen: world().clock.frozen,
      merchant_id: simulator.merchantId,
      transactions: world().ledger.size,
    }),
  )

  api.post('/reset', (context) => {
    simulator.reset()
    return context.json({ status: 'ok' })
  })

  api.post('/idle', async (context) => {
    await simulator.idle()
    return context.json({ status: 'ok' })
  })

  const showClock = () => ({ now: world().clock.now(), frozen: world().clock.frozen })
  api.get('/clock', (context) => context.json(showClock()))
  api.post('/clock/freeze', async (context) => {
    simulator.clock.freeze(readInstant(await readJson(context), false))
    return context.json(showClock())
  })
  api.post('/clock/resume', (context) => {
    simulator.clock.resume()
    return context.json(showClock())
  })
  api.post('/clock/advance', async (context) => {
    const { seconds } = await readJson(context)
    if (typeof seconds !== 'number') throw invalidRequest([{ field: 'seconds', reason: 'must be a number' }])
    await simulator.clock.advance(seconds)
    return context.json(showClock())
  })
  api.post('/clock/set', async (context) => {
    await simulator.clock.set(readInstant(await readJson(context), true))
    return context.json(showClock())
  })

  api.get('/transactions', (context) => {
    const { order_id, status } = context.req.query()
    const { limit, before } = readPage(context)
    const found: SimulatedTransaction[] = []
    let last = 0
    for (const one of world().ledger.newest(before)) {
      if (order_id !== undefined && one.orderId !== order_id) continue
      if (status !== undefined && one.status !== status) continue
      if (found.length === limit)
        return context.json({ results: found.map(wireTransaction), next: nextPage(context, last) })
      found.push(showTransaction(world(), one))
      last = one.sequence
    }
    return context.json({ results: found.map(wireTransaction), next: null })
  })
  api.get('/transactions/:id', (context) =>
    context.json(wireTransaction(simulator.transaction(context.req.param('id')))),
  )
  api.post('/transactions/:id/:move', async (context) => {
    const { id, move } = context.req.param()
    return context.json(wireTransaction(await moveTransaction(simulator, id, move, await readJson(context))))
  })

  api.post('/checkouts/:id/choose', async (context) => {
    const { method, ...given } = await readJson(context)
    if (typeof method !== 'string') throw invalidRequest([{ field: 'method', reason: 'must be text' }])
    const filled = Object.fromEntries(
      Object.entries(given).filter((field): field is [string, string] => typeof field[1] === 'string'),
    )
    const chosen = await simulator.choose(context.req.param('id'), method, filled)
    return context.json(wireTransaction(chosen), 201)
  })

  api.get('/pay-accounts', (context) =>
    context.json({ results: simulator.payAccounts.list().map(wirePayAccount) }),
  )
  api.get('/pay-accounts/:id', (context) =>
    context.json(wirePayAccount(simulator.payAccounts.get(context.req.param('id')))),
  )
  api.post('/pay-accounts/:id/:act', async (context) => {
    const { id, act } = context.req.param()
    return context.json(
      wirePayAccount(await actOnPayAccount(simulator.payAccounts, id, act, await readJson(context))),
    )
  })

  api.get('/faults', (context) => context.json({ results: simulator.faults.list().map(wireFault) }))
  api.post('/faults', async (context) => {
    const id = simulator.faults.add(readFault(await readAny(context)))
    return context.json(wireFault(simulator.faults.list().find((fault) => fault.id === id)!), 201)
  })
  api.delete('/faults', (context) => {
    simulator.faults.clear()
    return context.json({ results: [] })
  })
  api.delete('/faults/:id', (context) => {
    if (!simulator.faults.remove(context.req.param('id'))) throw new BayarError('not_found')
    return context.json({ status: 'ok' })
  })

  api.get('/notifications', (context) => {
    const { order_id } = context.req.query()
    const { limit, before } = readPage(context)
    const found = simulator.notifications
      .list()
      .filter((notice) => order_id === undefined || notice.orderId === order_id)
      .filter((notice) => before === undefined || sequenceOf(notice) < before)
    const results = found.slice(0, limit)
    const last = results.at(-1)
    return context.json({
      results: results.map(wireNotification),
      next: found.length > limit && last ? nextPage(context, sequenceOf(last)) : null,
    })
  })
  api.post('/notifications/test', async (context) => {
    const { url } = await readJson(context)
    if (url !== undefined && typeof url !== 'string')
      throw invalidRequest([{ field: 'url', reason: 'must be text' }])
    return context.json({ results: (await simulator.notifications.sendTest(url)).map(wireNotification) }, 202)
  })
  api.post('/notifications/pause', (context) => {
    simulator.notifications.pause()
    return context.json({ paused: true })
  })
  api.post('/notifications/resume', (context) => {
    simulator.notifications.resume()
    return context.json({ paused: false })
  })
  api.post('/notifications/:id/resend', async (context) =>
    context.json(wireNotification(await simulator.notifications.resend(context.req.param('id')))),
  )

  const showSettings = () => ({
    notification_url: world().settings.notificationUrls.join(','),
    recurring_url: world().settings.recurringUrls.join(','),
    pay_account_notification_url: world().settings.payAccountUrl,
    finish_url: world().settings.finishUrl,
    disabled_methods: [...world().settings.disabledMethods],
    reusable_accounts: [...world().settings.reusableAccounts],
    amount_limits: world().settings.amountLimits,
    rate_limit: world().settings.rateLimit,
    mirror_body_codes: world().settings.mirrorBodyCodes,
  })
  api.get('/settings', (context) => context.json(showSettings()))
  api.patch('/settings', async (context) => {
    const {
      notification_url: url,
      recurring_url: recurring,
      pay_account_notification_url: accountUrl,
      finish_url: finish,
      disabled_methods: disabled,
      reusable_accounts: reusable,
      amount_limits: limits,
      rate_limit: rate,
      mirror_body_codes: mirror,
    } = await readJson(context)
    const mirrors = readFlag('mirror_body_codes', mirror)
    const isLimited = readFlag('amount_limits', limits)
    if (rate !== undefined) world().settings.rateLimit = readRateLimit(rate)
    if (url !== undefined) world().settings.notificationUrls = readUrls(readUrlSetting(url))
    if (recurring !== undefined) world().settings.recurringUrls = readUrls(readUrlSetting(recurring))
    if (accountUrl !== undefined)
      world().settings.payAccountUrl = readUrls(readUrlSetting(accountUrl))[0] ?? null
    if (finish !== undefined) world().settings.finishUrl = readFinishUrl(readTextOrNull(finish))
    if (disabled !== undefined)
      world().settings.disabledMethods = readMethods(readTexts('disabled_methods', disabled))
    if (reusable !== undefined)
      world().settings.reusableAccounts = readBanks(readTexts('reusable_accounts', reusable))
    if (isLimited !== undefined) world().settings.amountLimits = isLimited
    if (mirrors !== undefined) world().settings.mirrorBodyCodes = mirrors
    return context.json(showSettings())
  })

  api.get('/requests', (context) =>
    context.json({ results: world().requests.list().reverse().map(wireRequest) }),
  )

  api.all('*', () => {
    throw new BayarError('not_found')
  })

  return api
}

// ---------------------------------------------------------------- reading

async function readAny(context: Context): Promise<unknown> {
  const text = await context.req.text()
  if (text === '') return {}
  try {
    return JSON.parse(text)
  } catch {
    throw invalidRequest([{ field: 'body', reason: 'is not JSON' }])
  }
}

async function readJson(context: Context): Promise<Readonly<Record<string, unknown>>> {
  const body = await readAny(context)
  if (!isObject(body)) throw invalidRequest([{ field: 'body', reason: 'must be a JSON object' }])
  return body
}

function readInstant(body: Readonly<Record<string, unknown>>, required: true): Date
function readInstant(body: Readonly<Record<string, unknown>>, required: false): Date | undefined
function readInstant({ at }: Readonly<Record<string, unknown>>, required: boolean): Date | undefined {
  if (at === undefined && !required) return undefined
  const instant = typeof at === 'string' ? new Date(at) : undefined
  if (!instant || Number.isNaN(instant.getTime()))
    throw invalidRequest([{ field: 'at', reason: 'must be an instant such as 2026-01-31T09:00:00+07:00' }])
  return instant
}

function readUrlSetting(url: unknown): string | readonly string[] | undefined {
  if (url === null) return undefined
  if (typeof url === 'string' || (Array.isArray(url) && url.every((one) => typeof one === 'string')))
    return url
  throw invalidRequest([{ field: 'notification_url', reason: 'must be text, a list of texts, or null' }])
}

function readFlag(field: string, value: unknown): boolean | undefined {
  if (value === undefined || typeof value === 'boolean') return value
  throw invalidRequest([{ field, reason: 'must be true or false' }])
}

function readTextOrNull(value: unknown): string | null {
  if (value === null || typeof value === 'string') return value
  throw invalidRequest([{ field: 'finish_url', reason: 'must be text, or null' }])
}

function readTexts(field: string, value: unknown): string[] {
  if (Array.isArray(value) && value.every((one) => typeof one === 'string')) return value
  throw invalidRequest([{ field, reason: 'must be a list of texts' }])
}

const PAGE_MAX = 500

/** Keyset pages: `before` is the last item of the page before, so that new items do not push old ones onto it again. */
function readPage(context: Context): { limit: number; before: number | undefined } {
  const { limit = '50', before } = context.req.query()
  if (!/^\d{1,4}$/.test(limit) || Number(limit) < 1)
    throw invalidRequest([{ field: 'limit', reason: `must be between 1 and ${PAGE_MAX}` }])
  if (before !== undefined && !/^\d{1,15}$/.test(before))
    throw invalidRequest([{ field: 'before', reason: 'must come from `next`' }])
  return {
    limit: Math.min(Number(limit), PAGE_MAX),
    before: before === undefined ? undefined : Number(before),
  }
}

function nextPage(context: Context, last: number): string {
  const url = new URL(context.req.url)
  url.searchParams.set('before', String(last))
  return url.pathname + url.search
}

function sequenceOf(notice: SimulatedNotification): number {
  return Number(notice.id.slice('notice-'.length))
}

// ---------------------------------------------------------------- answering

function wireTransaction(one: SimulatedTransaction): Record<string, unknown> {
  return {
    transaction_id: one.transactionId,
    order_id: one.orderId,
    payment_type: one.paymentType,
    bank: one.bank,
    method_name: one.methodName,
    transaction_status: one.status,
    fraud_status: one.fraudStatus,
    gross_amount: one.grossAmount,
    refund_amount: one.refundAmount,
    va_number: one.vaNumber,
    biller_code: one.billerCode,
    bill_key: one.billKey,
    store: one.store,
    payment_code: one.paymentCode,
    acquirer: one.acquirer,
    qr_string: one.qrString,
    masked_card: one.maskedCard,
    page_id: one.pageId,
    refunds: one.refunds,
    created_at: one.createdAt,
    expires_at: one.expiresAt,
    settled_at: one.settledAt,
    history: one.history,
    possible: one.possible,
  }
}

function wireNotification(notice: SimulatedNotification): Record<string, unknown> {
  return {
    id: notice.id,
    order_id: notice.orderId,
    transaction_id: notice.transactionId,
    transaction_status: notice.transactionStatus,
    fraud_status: notice.fraudStatus,
    kind: notice.kind,
    url: notice.url,
    state: notice.state,
    fault: notice.fault,
    created_at: notice.createdAt,
    next_attempt_at: notice.nextAttemptAt,
    attempts: notice.attempts.map((attempt) => ({
      at: attempt.at,
      by_hand: attempt.byHand,
      http_status: attempt.httpStatus ?? null,
      says: attempt.says,
      hops: attempt.hops,
      duration_ms: attempt.durationMs,
    })),
    body: notice.body,
  }
}

function wireFault({ orderId, transactionStatus, ...fault }: ActiveFault): Record<string, unknown> {
  return { ...fault, order_id: orderId, transaction_status: transactionStatus }
}

function wireRequest(request: LoggedRequest): Record<string, unknown> {
  return {
    at: request.at,
    method: request.method,
    path: request.path,
    endpoint: request.verb,
    order_id: request.orderId,
    http_status: request.httpStatus,
    status_code: request.statusCode,
    status_message: request.message,
    faults: request.faults,
    replayed: request.replayed,
    duration_ms: request.durationMs,
  }
}

function problem(context: Context, error: unknown): Response {
  if (!isBayarError(error)) throw error
  return context.json(
    { status: error.status, code: error.code, message: error.message, ...error.details },
    error.status as ContentfulStatusCode,
  )
}
