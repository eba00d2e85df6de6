import { type Context, Hono } from 'hono'
import { html } from 'hono/html'
import { secureHeaders } from 'hono/secure-headers'
import type { ContentfulStatusCode } from 'hono/utils/http-status'
import { BayarError, invalidRequest, isBayarError } from '../../errors.ts'
import { moveTransaction } from '../acts.ts'
import { readFault } from '../faults.ts'
import { readUrls } from '../notification-urls.ts'
import type { Simulator } from '../simulator.ts'
import type { World } from '../world.ts'
import { clockPage } from './clock.ts'
import { faultsPage } from './faults.ts'
import { type Html, layout, openPage, type Page } from './layout.ts'
import { limitsPage } from './limits.ts'
import { notificationsPage } from './notifications.ts'
import { payPage } from './pay.ts'
import { requestsPage } from './requests.ts'
import { STYLE } from './style.ts'
import { transactionPage } from './transaction.ts'
import { transactionsPage } from './transactions.ts'

/**
 * The pages for people: HTML made on the server, forms that need no script. A form that worked ends in a redirect, so that reloading repeats
 * nothing; one that did not shows its page again, with the reason.
 */
type Form = Readonly<Record<string, string>>

export function createPages(simulator: Simulator, world: () => World): Hono {
  const pages = new Hono({ strict: false })
  pages.use(
    secureHeaders({
      contentSecurityPolicy: {
        defaultSrc: ["'none'"],
        styleSrc: ["'self'"],
        imgSrc: ['data:'],
        formAction: ["'self'"],
        frameAncestors: ["'none'"],
        baseUri: ["'none'"],
      },
      // With the default, no-referrer, a browser posts our own forms with `Origin: null`, and we would refuse them as foreign.
      referrerPolicy: 'same-origin',
      strictTransportSecurity: false,
    }),
  )

  const show = async (context: Context, make: (page: Page) => Html, failure: unknown = null) => {
    const isOurs = isBayarError(failure)
    if (failure !== null && !isOurs) throw failure
    const page = openPage(context, simulator, world(), isOurs ? failure.message : null)
    context.header('Cache-Control', 'no-store')
    return context.html(make(page), isOurs ? (failure.status as ContentfulStatusCode) : 200)
  }
  const get = (path: string, make: (page: Page) => Html) => pages.get(path, (context) => show(context, make))
  const post = (
    path: string,
    make: (page: Page) => Html,
    act: (form: Form, context: Context) => Promise<string> | string,
  ) =>
    pages.post(path, async (context) => {
      try {
        return context.redirect(await act(await readForm(context), context), 303)
      } catch (error) {
        return await show(context, make, error)
      }
    })

  pages.get('/style.css', (context) => {
    context.header('Content-Type', 'text/css; charset=utf-8')
    return context.body(STYLE)
  })

  get('/', transactionsPage)
  get('/pay', payPage)
  get('/notifications', notificationsPage)
  get('/faults', faultsPage)
  get('/clock', clockPage)
  get('/requests', requestsPage)
  get('/limits', limitsPage)

  const ofTransaction = (page: Page) => transactionPage(page, page.context.req.param('id') ?? '')
  pages.get('/transactions/:id', async (context) => {
    if (!world().ledger.find(context.req.param('id')))
      return await show(context, notFoundPage, new BayarError('payment_not_found'))
    return await show(context, ofTransaction)
  })
  post('/transactions/:id', ofTransaction, async (form, context) => {
    const id = context.req.param('id') ?? ''
    const { transactionId } = await moveTransaction(simulator, id, form.move ?? '', form)
    // Usually enough for the page to show the notification as delivered; a slow receiver is not waited for.
    await Promise.race([simulator.idle(), new Promise((resolve) => setTimeout(resolve, 300).unref())])
    return `/transactions/${transactionId}`
  })

  post('/notifications/url', notificationsPage, (form) => {
    const recurring = readUrls(form.recurring)
    world().settings.notificationUrls = readUrls(form.url)
    world().settings.recurringUrls = recurring
    return '/notifications'
  })
  post('/notifications/test', notificationsPage, async () => {
    await simulator.notifications.sendTest()
    return '/notifications'
  })
  post('/notifications/pause', notificationsPage, () => {
    simulator.notifications.pause()
    return '/notifications'
  })
  post('/notifications/resume', notificationsPage, () => {
    simulator.notifications.resume()
    return '/notifications'
  })
  post('/notifications/:id/resend', notificationsPage, async (_, context) => {
    const { transactionId } = await simulator.notifications.resend(context.req.param('id') ?? '')
    return transactionId ? `/transactions/${transactionId}` : '/notifications'
  })

  post('/faults', faultsPage, (form) => {
    simulator.faults.add(readFault(faultOf(form)))
    return '/faults'
  })
  post('/faults/clear', faultsPage, () => {
    simulator.faults.clear()
    return '/faults'
  })
  post('/faults/:id/remove', faultsPage, (_, context) => {
    simulator.faults.remove(context.req.param('id') ?? '')
    return '/faults'
  })

  post('/clock', clockPage, async (form) => {
    if (form.do === 'freeze') simulator.clock.freeze()
    if (form.do === 'resume') simulator.clock.resume()
    if (form.advance) await simulator.clock.advance(Number(form.advance))
    if (form.at) await simulator.clock.set(readWib(form.at))
    return '/clock'
  })

  pages.notFound((context) => show(context, notFoundPage, new BayarError('not_found')))
  return pages
}

function notFoundPage(page: Page): Html {
  return layout(page, page.say('not_found'), html`<p><a href="/">${page.say('transactions')}</a></p>`)
}

async function readForm(context: Context): Promise<Form> {
  const body = await context.req.parseBody()
  return Object.fromEntries(
    Object.entries(body).filter((entry): entry is [string, string] => typeof entry[1] === 'string'),
  )
}

const FAULT_NUMBERS = new Set(['times', 'seconds', 'status', 'copies'])

/** Fields left empty are left out. */
function faultOf(form: Form): Record<string, string | number | boolean> {
  const given = Object.entries(form).filter(([, value]) => value !== '')
  return Object.fromEntries(
    given.map(([name, value]) => [
      name,
      FAULT_NUMBERS.has(name) ? Number(value) : name === 'body' ? value !== 'false' : value,
    ]),
  )
}

/** From a `datetime-local` field, which knows no zone. */
function readWib(text: string): Date {
  const at = new Date(`${text}+07:00`)
  if (Number.isNaN(at.getTime())) throw invalidRequest([{ field: 'at', reason: 'is not a time' }])
  return at
}
