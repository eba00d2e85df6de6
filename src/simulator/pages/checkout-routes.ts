import { type Context, Hono } from 'hono'
import { html } from 'hono/html'
import { secureHeaders } from 'hono/secure-headers'
import { isBayarError } from '../../errors.ts'
import { moveTransaction } from '../acts.ts'
import { attempt, type Given } from '../checkout/attempt.ts'
import type { Checkout } from '../checkout/checkouts.ts'
import { choiceOf } from '../checkout/choices.ts'
import type { Simulator } from '../simulator.ts'
import { POPUP_SCRIPT, SNAP_SCRIPT } from '../snap/scripts.ts'
import type { Transaction } from '../transaction.ts'
import type { World } from '../world.ts'
import { attemptPage, choosePage, closedReason, pathOf } from './checkout.ts'
import { checkoutLayout, openVisit, type Visit } from './checkout-layout.ts'
import { invoicePage } from './invoice.ts'
import type { Html } from './layout.ts'

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
  const headers = secureHeaders({
    contentSecurityPolicy: {
      defaultSrc: ["'none'"],
      styleSrc: ["'self'"],
      scriptSrc: ["'self'"],
      imgSrc: ["'self'", 'data:'],
      formAction: ["'self'"],
      baseUri: ["'none'"],
    },
    // The shop's page is of another origin, and shows these in a frame.
    xFrameOptions: false,
    crossOriginResourcePolicy: false,
    crossOriginOpenerPolicy: false,
    referrerPolicy: 'same-origin',
    strictTransportSecurity: false,
  })

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
      failure: string | null = null,
    ) => {
      context.header('Cache-Control', 'no-store')
      const checkout = find(context)
      const visit = openVisit(context, world(), failure)
      const one = checkout && tryOf(context, checkout)
      if (!checkout || (context.req.param('id') !== undefined && !one))
        return context.html(checkoutLayout(visit, visit.say('unknown'), unknownPage(visit)), 404)
      return context.html(make(visit, checkout, one), failure === null ? 200 : 409)
    }
    const choose = (context: Context, failure: string | null = null) =>
      show(context, (visit, checkout) => choosePage(visit, checkout, here(checkout.token)), failure)
    const oneTry = (context: Context, failure: string | null = null) =>
      show(
        context,
        (visit, checkout, one) => attemptPage(visit, checkout, one!, here(checkout.token)),
        failure,
      )

    pages.get(path, (context) => choose(context))
    pages.get(`${path}/:id`, (context) => oneTry(context))

    pages.post(path, async (context) => {
      const checkout = find(context)
      const visit = openVisit(context, world())
      const form = await readForm(context)
      const choice = choiceOf(form.method ?? '')
      if (!checkout || !choice || closedReason(visit, checkout)) return choose(context)
      const given = await readGiven(simulator, checkout, form)
      if (typeof given === 'string') return choose(context, given)
      const made = attempt(world(), checkout, choice, given)
      if ('refusal' in made) return choose(context, made.refusal)
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
        return oneTry(context, error.message)
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

/** A text says what is missing. */
async function readGiven(simulator: Simulator, checkout: Checkout, form: Form): Promise<Given | string> {
  const amounts = checkout.amount === null ? readAmount(checkout, form.amount ?? '') : {}
  if (typeof amounts === 'string') return amounts
  if (form.method !== 'credit_card') return { ...amounts, ...(form.phone ? { phone: form.phone } : {}) }
  const token = await tokenOf(simulator, form)
  if (!token.ok) return token.says
  return { ...amounts, card: cardPart(checkout, form, token.id) }
}

function readAmount({ request }: Checkout, text: string): { readonly amount: number } | string {
  const amount = /^\d{1,12}$/.test(text) ? Number(text) : 0
  const limits = (request.dynamic_amount ?? {}) as {
    readonly min_amount?: unknown
    readonly max_amount?: unknown
  }
  const least = Number(limits.min_amount ?? 1)
  const most = Number(limits.max_amount ?? 999_999_999_999)
  return amount >= least && amount <= most ? { amount } : `amount: ${least} – ${most}`
}

type Tokenised = { readonly ok: true; readonly id: string } | { readonly ok: false; readonly says: string }

/** As the browser script of Midtrans would: the number goes to the token endpoint and nowhere else. */
async function tokenOf(simulator: Simulator, form: Form): Promise<Tokenised> {
  const [month = '', year = ''] = (form.expiry ?? '').split('/').map((part) => part.trim())
  const query = new URLSearchParams({
    client_key: simulator.clientKey,
    card_number: (form.number ?? '').replaceAll(/[\s-]/g, ''),
    card_exp_month: month.padStart(2, '0'),
    card_exp_year: year.length === 2 ? `20${year}` : year,
    card_cvv: form.cvv ?? '',
  })
  const answer = await simulator.fetch(new Request(`http://simulator/v2/token?${query.toString()}`))
  const document = (await answer.json()) as Readonly<Record<string, unknown>>
  if (typeof document.token_id === 'string') return { ok: true, id: document.token_id }
  const problems = Array.isArray(document.validation_messages) ? document.validation_messages : []
  return { ok: false, says: [document.status_message, ...problems].join(' ') }
}

function cardPart(checkout: Checkout, form: Form, token: string): Record<string, unknown> {
  const asked = (checkout.request.credit_card ?? {}) as Readonly<Record<string, unknown>>
  return {
    token_id: token,
    authentication: asked.secure === true,
    save_token_id: form.save === '1',
    ...(form.term ? { installment_term: Number(form.term) } : {}),
    ...(asked.whitelist_bins === undefined ? {} : { bins: asked.whitelist_bins }),
  }
}

function unknownPage({ say }: Visit): Html {
  return html`<h1>${say('unknown')}</h1>`
}
