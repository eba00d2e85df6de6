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
import { titleOf } from './checkout.ts'
import { checkoutLayout, openVisit, type Visit } from './checkout-layout.ts'
import { CHECKOUT_WORDS, type CheckoutWord } from './checkout-words.ts'
import { customerPanel, instructions } from './customer.ts'
import { customerHeaders } from './customer-headers.ts'
import { type Html, rupiah } from './layout.ts'
import { standingOf } from './standing.ts'
import { linkTo, wayBack } from './way-back.ts'
import { STATUS_WORDS, type Text } from './words.ts'

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
    const show = (context: Context, failure: Text | null = null) => {
      context.header('Cache-Control', 'no-store')
      const visit = openVisit(context, world(), failure)
      const one = find(world(), context)
      if (!one) return context.html(nowhere(visit), 404)
      return context.html(transactionPage(visit, one), failure === null ? 200 : 409)
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
        return show(context, CHECKOUT_WORDS.not_now)
      }
      return context.redirect(done(context), 303)
    })
  }

  for (const path of ACCOUNT_PAGES) {
    pages.use(path, headers)
    const find = (context: Context) =>
      world().payAccounts.findByLink(context.req.param('link') ?? context.req.query('id') ?? '')
    const show = (context: Context, failure: Text | null = null) => {
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
        return show(context, CHECKOUT_WORDS.not_now)
      }
      return context.redirect(done(context), 303)
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

/** The same address, and that the customer has just come from its form: only then is anybody sent on, so that looking at the page later leads nowhere. */
function done(context: Context): string {
  const { pathname, searchParams } = new URL(context.req.url)
  searchParams.set('done', '1')
  return `${pathname}?${searchParams.toString()}`
}

function transactionPage(visit: Visit, one: Transaction): Html {
  const { say, language, world, context } = visit
  const { pathname, search, searchParams } = new URL(context.req.url)
  const { says, tone, code } = standingOf(one)
  const isOpen = one.status === 'pending'
  const back = wayBack(world, one, searchParams.get('callback_url'))
  const link = (word: 'leave' | 'back_to_shop') =>
    back
      ? html`<p><a class="${isOpen ? '' : 'button'}" id="back" href="${back.href}">${say(word)}</a></p>`
      : ''
  return checkoutLayout(
    visit,
    titleOf(visit, one),
    html`<h1>${titleOf(visit, one)}</h1>
<p class="soft">${say('order')} <code>${one.orderId}</code></p><p class="big">${rupiah(one.amount)}</p>
<p><span class="badge ${tone}" title="${one.status}">${STATUS_WORDS[stateOf(one)]?.[language] ?? one.status}</span>${says === null ? '' : ` ${say(says)}`}</p>
${isOpen ? html`${instructions(visit, one)}${customerPanel(visit, one, pathname + search)}${link('leave')}` : link('back_to_shop')}`,
    { event: isOpen ? 'pending' : '3ds', status_code: says === 'in_review' ? '200' : code, ...told(one) },
    !isOpen && searchParams.has('done') && back?.isFollowed && !visit.isPopup ? back.href : null,
  )
}

function told({ id, orderId, status }: Transaction): Record<string, string> {
  return { transaction_id: id, order_id: orderId, transaction_status: status }
}

const ACCOUNT_WORDS = {
  PENDING: 'account_pending',
  ENABLED: 'account_enabled',
  DISABLED: 'account_disabled',
  EXPIRED: 'account_expired',
} as const satisfies Record<PayAccount['status'], CheckoutWord>

function accountPage(visit: Visit, { phone, status, redirectUrl }: PayAccount): Html {
  const { say, context } = visit
  const { pathname, search, searchParams } = new URL(context.req.url)
  const back = linkTo(redirectUrl, {})
  return checkoutLayout(
    visit,
    'GoPay',
    html`<h1>${say('link_account')}</h1><p>${phone} <span class="badge" title="${status}">${say(ACCOUNT_WORDS[status])}</span></p>
${
  status === 'PENDING'
    ? html`<form class="row" method="post" action="${pathname}${search}"><button name="move" value="link">${say('agree')}</button><button class="quiet" name="move" value="expire">${say('disagree')}</button></form>`
    : back
      ? html`<p><a class="button" id="back" href="${back.href}">${say('back_to_shop')}</a></p>`
      : ''
}`,
    null,
    status !== 'PENDING' && searchParams.has('done') && back?.isFollowed ? back.href : null,
  )
}

function nowhere(visit: Visit): Html {
  return checkoutLayout(visit, visit.say('unknown'), html`<h1>${visit.say('unknown')}</h1>`)
}
