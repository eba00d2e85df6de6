import { type Context, Hono } from 'hono'
import { html } from 'hono/html'
import { isBayarError } from '../../errors.ts'
import { moveTransaction } from '../acts.ts'
import type { Checkout } from '../checkout/checkouts.ts'
import { choose, closedReason } from '../checkout/choose.ts'
import type { Simulator } from '../simulator.ts'
import { POPUP_SCRIPT, SNAP_SCRIPT } from '../snap/scripts.ts'
import type { Transaction } from '../transaction.ts'
import type { World } from '../world.ts'
import { attemptPage, choosePage, pathOf } from './checkout.ts'
import { checkoutLayout, openVisit, type Visit } from './checkout-layout.ts'
import { CHECKOUT_WORDS } from './checkout-words.ts'
import { customerHeaders } from './customer-headers.ts'
import { invoicePage } from './invoice.ts'
import type { Html } from './layout.ts'
import type { Text } from './words.ts'

/**
 * The hosted pages: of Snap, of payment links and of invoices that are paid on a page. They may stand in a frame of the shop's page, which nothing else of the simulator may; so they are an app of
 * their own, with headers of their own.
 */
const PLACES = [
  {
    origin: 'snap',
    path: '/snap/v3/redirection/:token',
    here: (token: string) => `/snap/v3/redirection/${token}`,
  },
  {
    origin: 'payment_link',
    path: '/payment-links/:token',
    here: (token: string) => `/payment-links/${token}`,
  },
  { origin: 'invoice', path: '/invoices/:token/pay', here: (token: string) => `/invoices/${token}/pay` },
] as const satisfies readonly { origin: Checkout['origin']; path: string; here: (token: string) => string }[]

export function createCheckoutPages(simulator: Simulator, world: () => World): Hono {
  const pages = new Hono({ strict: false })
  const headers = customerHeaders()

  for (const { origin, path, here } of PLACES) {
    pages.use(path, headers)
    pages.use(`${path}/:id`, headers)
    const find = (context: Context) => {
      const checkout = world().checkouts.find(context.req.param('token') ?? '')
      return checkout?.origin === origin && checkout.ended !== 'replaced' ? checkout : undefined
    }
    const tryOf = (context: Context, checkout: Checkout) => {
      const id = context.req.param('id') ?? ''
      return checkout.attempts.includes(id) ? world().ledger.find(id) : undefined
    }
    const show = (
      context: Context,
      make: (visit: Visit, checkout: Checkout, one: Transaction | undefined) => Html,
      failure: Text | null = null,
    ) => {
      context.header('Cache-Control', 'no-store')
      const checkout = find(context)
      const visit = openVisit(context, world(), failure)
      const one = checkout && tryOf(context, checkout)
      if (!checkout || (context.req.param('id') !== undefined && !one))
        return context.html(checkoutLayout(visit, visit.say('unknown'), unknownPage(visit)), 404)
      return context.html(make(visit, checkout, one), failure === null ? 200 : 409)
    }
    const showChoices = (context: Context, failure: Text | null = null) =>
      show(context, (visit, checkout) => choosePage(visit, checkout, here(checkout.token)), failure)
    const oneTry = (context: Context, failure: Text | null = null) =>
      show(
        context,
        (visit, checkout, one) => attemptPage(visit, checkout, one!, here(checkout.token)),
        failure,
      )

    pages.get(path, (context) => showChoices(context))
    pages.get(`${path}/:id`, (context) => oneTry(context))

    pages.post(path, async (context) => {
      const checkout = find(context)
      const visit = openVisit(context, world())
      const form = await readForm(context)
      // The page itself says that it is closed.
      if (!checkout || closedReason(world(), checkout)) return showChoices(context)
      const made = choose(world(), checkout, form)
      if ('refusal' in made) return showChoices(context, made.refusal)
      return context.redirect(pathOf(visit, here(checkout.token), made.transaction), 303)
    })

    pages.post(`${path}/:id`, async (context) => {
      const checkout = find(context)
      const one = checkout && tryOf(context, checkout)
      if (!checkout || !one) return oneTry(context)
      try {
        const form = await readForm(context)
        await moveTransaction(simulator, one.id, form.move ?? '', { otp: form.otp })
      } catch (error) {
        if (!isBayarError(error)) throw error
        return oneTry(context, CHECKOUT_WORDS.not_now)
      }
      return context.redirect(pathOf(openVisit(context, world()), here(checkout.token), one), 303)
    })
  }

  pages.use('/invoices/:id', headers)
  pages.get('/invoices/:id', (context) => {
    const visit = openVisit(context, world())
    const invoice = world().invoices.find(context.req.param('id'))
    return invoice
      ? context.html(invoicePage(visit, invoice))
      : context.html(checkoutLayout(visit, visit.say('unknown'), unknownPage(visit)), 404)
  })

  const script = (text: string) => (context: Context) => {
    context.header('Content-Type', 'text/javascript; charset=utf-8')
    context.header('Cache-Control', 'no-cache')
    return context.body(text)
  }
  pages.get('/snap/snap.js', script(SNAP_SCRIPT))
  pages.get('/snap/popup.js', script(POPUP_SCRIPT))
  return pages
}

type Form = Readonly<Record<string, string>>

async function readForm(context: Context): Promise<Form> {
  const body = await context.req.parseBody()
  return Object.fromEntries(
    Object.entries(body).filter((entry): entry is [string, string] => typeof entry[1] === 'string'),
  )
}

function unknownPage({ say }: Visit): Html {
  return html`<h1>${say('unknown')}</h1>`
}
