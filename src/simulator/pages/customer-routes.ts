import { type Context, Hono } from 'hono'
import { html } from 'hono/html'
import { isBayarError } from '../../errors.ts'
import { moveTransaction } from '../acts.ts'
import { stateOf } from '../lifecycle.ts'
import type { PayAccount } from '../pay-accounts.ts'
import type { Simulator } from '../simulator.ts'
import { TOKENISER_SCRIPT } from '../snap/scripts.ts'
import type { Transaction } from '../transaction.ts'
import { viewOf } from '../view.ts'
import { qrTextOf } from '../wallet-methods.ts'
import type { World } from '../world.ts'
import { checkoutLayout, openVisit, type Visit } from './checkout-layout.ts'
import { customerPanel, instructions } from './customer.ts'
import { customerHeaders } from './customer-headers.ts'
import { type Html, rupiah } from './layout.ts'
import { STATUS_WORDS } from './words.ts'

/**
 * Where the addresses in a charge's answer lead: the bank's 3DS page, a wallet's or lender's own page, the image of a QR code. Some lie below /v2, beside the API, so `isCustomerPath` tells them
 * apart before the API is asked.
 */
type Find = (world: World, context: Context) => Transaction | undefined

const byPageId: Find = (world, context) => world.ledger.findByPageId(context.req.query('id') ?? '')
const byId: Find = (world, context) => world.ledger.find(context.req.param('id') ?? '')
/** "48111111-1114-" and the transaction's id. */
const byCard: Find = (world, context) =>
  world.ledger.find((context.req.param('reference') ?? '').slice('12345678-1234-'.length))

const TRANSACTION_PAGES: readonly (readonly [path: string, find: Find])[] = [
  ['/v2/token/rba/redirect/:reference', byCard],
  ['/v2/akulaku/redirect/:id', byId],
  ['/gopay/partner/app/payment-pin', byPageId],
  ['/gopay/partner/web/challenge', byPageId],
  ['/gopay/partner/app/challenge', byPageId],
  ['/universal-link/wallet/pay', byPageId],
  ['/dana/pay', byPageId],
  ['/kredivo/index', byPageId],
]

const ACCOUNT_PAGES = ['/v2/pay/account/:link/link', '/gopay/partner/web/otp'] as const

const QR_IMAGES = ['/v2/qris/:id/qr-code', '/v2/gopay/:id/qr-code', '/v4/qris/gopay/:id/qr-code'] as const

const TOKENISER_PATH = '/v2/assets/js/midtrans-new-3ds.min.js'

/** Below /v2, and yet no API. */
const BESIDE_THE_API =
  /^\/v2\/(token\/rba\/redirect\/[^/]+|akulaku\/redirect\/[^/]+|pay\/account\/[^/]+\/link|(qris|gopay)\/[^/]+\/qr-code|assets\/js\/.+)$/

export function isCustomerPath(pathname: string): boolean {
  return BESIDE_THE_API.test(pathname)
}

export function createCustomerPages(simulator: Simulator, world: () => World): Hono {
  const pages = new Hono({ strict: false })
  const headers = customerHeaders()

  for (const [path, find] of TRANSACTION_PAGES) {
    pages.use(path, headers)
    const show = (context: Context, failure: string | null = null) => {
      context.header('Cache-Control', 'no-store')
      const visit = openVisit(context, world(), failure)
      const one = find(world(), context)
      if (!one) return context.html(nowhere(visit), 404)
      return context.html(transactionPage(visit, one, context.req.url), failure === null ? 200 : 409)
    }
    pages.get(path, (context) => show(context))
    pages.post(path, async (context) => {
      const one = find(world(), context)
      if (!one) return show(context)
      const form = await context.req.parseBody()
      try {
        await moveTransaction(simulator, one.id, String(form.move ?? ''), { otp: form.otp })
      } catch (error) {
        if (!isBayarError(error)) throw error
        return show(context, error.message)
      }
      const { pathname, search } = new URL(context.req.url)
      return context.redirect(`${pathname}${search}`, 303)
    })
  }

  for (const path of ACCOUNT_PAGES) {
    pages.use(path, headers)
    const find = (context: Context) =>
      world().payAccounts.findByLink(context.req.param('link') ?? context.req.query('id') ?? '')
    const show = (context: Context, failure: string | null = null) => {
      context.header('Cache-Control', 'no-store')
      const visit = openVisit(context, world(), failure)
      const account = find(context)
      if (!account) return context.html(nowhere(visit), 404)
      return context.html(accountPage(visit, account), failure === null ? 200 : 409)
    }
    pages.get(path, (context) => show(context))
    pages.post(path, async (context) => {
      const account = find(context)
      if (!account) return show(context)
      const form = await context.req.parseBody()
      try {
        if (form.move === 'link') await simulator.payAccounts.link(account.id)
        else await simulator.payAccounts.expire(account.id)
      } catch (error) {
        if (!isBayarError(error)) throw error
        return show(context, error.message)
      }
      const { pathname, search } = new URL(context.req.url)
      return context.redirect(`${pathname}${search}`, 303)
    })
  }

  for (const path of QR_IMAGES)
    pages.get(path, async (context) => {
      const one = byId(world(), context)
      if (!one || (one.method.paymentType !== 'qris' && one.method.name !== 'gopay'))
        return context.notFound()
      const { default: QRCode } = await import('qrcode')
      const image = await QRCode.toBuffer(qrTextOf(viewOf(one)), { width: 440, margin: 2 })
      context.header('Content-Type', 'image/png')
      context.header('Cache-Control', 'no-store')
      return context.body(new Uint8Array(image))
    })

  pages.get(TOKENISER_PATH, (context) => {
    context.header('Content-Type', 'text/javascript; charset=utf-8')
    context.header('Cache-Control', 'no-cache')
    return context.body(TOKENISER_SCRIPT)
  })
  return pages
}

function transactionPage(visit: Visit, one: Transaction, url: string): Html {
  const { say, language } = visit
  const { pathname, search, searchParams } = new URL(url)
  const isOpen = one.status === 'pending'
  const state = stateOf(one)
  return checkoutLayout(
    visit,
    one.method.title,
    html`<h1>${one.method.title}</h1>
<p class="soft">${say('order')} <code>${one.orderId}</code></p><p class="big">${rupiah(one.amount)}</p>
<p><span class="badge ${isOpen || state === 'challenge' ? 'wait' : one.status === 'deny' ? 'bad' : 'good'}" title="${one.status}">${STATUS_WORDS[state]?.[language] ?? one.status}</span></p>
${isOpen ? html`${instructions(visit, one)}${customerPanel(visit, one, pathname + search)}` : backLink(visit, searchParams.get('callback_url'), one)}`,
    { event: isOpen ? 'pending' : '3ds', status_code: isOpen ? '201' : codeOf(one), ...told(one) },
  )
}

function told({ id, orderId, status }: Transaction): Record<string, string> {
  return { transaction_id: id, order_id: orderId, transaction_status: status }
}

function codeOf({ status }: Transaction): string {
  return status === 'deny' ? '202' : '200'
}

/** Where `MidtransNew3ds.redirect` wants the customer afterwards. */
function backLink({ say }: Visit, to: string | null, one: Transaction): Html | string {
  if (to === null || !/^https?:\/\//i.test(to) || !URL.canParse(to)) return ''
  const url = new URL(to)
  for (const [name, value] of Object.entries({ ...told(one), status_code: codeOf(one) }))
    url.searchParams.set(name, value)
  return html`<p><a class="button" id="back" href="${url.href}">${say('back_to_shop')}</a></p>`
}

function accountPage(visit: Visit, { phone, status, redirectUrl }: PayAccount): Html {
  const { say, context } = visit
  const { pathname, search } = new URL(context.req.url)
  const isBack = /^https?:\/\//i.test(redirectUrl)
  return checkoutLayout(
    visit,
    'GoPay',
    html`<h1>${say('link_account')}</h1><p>${phone} <span class="badge">${status}</span></p>
${
  status === 'PENDING'
    ? html`<form class="row" method="post" action="${pathname}${search}"><button name="move" value="link">${say('agree')}</button><button class="quiet" name="move" value="expire">${say('disagree')}</button></form>`
    : isBack
      ? html`<p><a class="button" href="${redirectUrl}">${say('back_to_shop')}</a></p>`
      : ''
}`,
  )
}

function nowhere(visit: Visit): Html {
  return checkoutLayout(visit, visit.say('unknown'), html`<h1>${visit.say('unknown')}</h1>`)
}
