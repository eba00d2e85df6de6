import { describe, expect, test } from 'vitest'
import { type Bench, bench } from '../../../test/support/simulated-merchant.ts'
import { METHODS } from '../methods.ts'
import { CHECKOUT_WORDS } from './checkout-words.ts'
import { linkTo } from './way-back.ts'
import { STATUS_WORDS } from './words.ts'

/** A visit as a browser makes it: a form, and where its answer leads. */
async function visit({ simulator }: Bench, path: string, form?: Record<string, string>): Promise<string> {
  const request = form
    ? new Request(`http://simulator${path}`, { method: 'POST', body: new URLSearchParams(form) })
    : new Request(`http://simulator${path}`)
  const response = await simulator.fetch(request)
  const to = response.headers.get('location')
  return response.status === 303 && to !== null
    ? await visit({ simulator } as Bench, to)
    : await response.text()
}

const BACK = /<a class="[^"]*" id="back" href="([^"]*)"/
const FOLLOWED = /<meta http-equiv="refresh" content="0;url=([^"]*)"/
const hrefIn = (pattern: RegExp, html: string) => pattern.exec(html)?.[1]?.replaceAll('&amp;', '&') ?? null

const pathOf = (address: unknown) => String(address).replace('http://simulator', '')

/** The page where the customer of this charge goes. */
async function pageOf(merchant: Bench, charge: Record<string, unknown>): Promise<string> {
  const { body } = await merchant.charge('order-1', charge)
  const actions = (body.actions ?? []) as { name: string; url: string }[]
  return pathOf(body.redirect_url ?? actions.find(({ name }) => /deeplink|link-url/.test(name))?.url)
}

const BASKET = {
  item_details: [{ id: 'a', name: 'Shoes', price: 275_000, quantity: 1 }],
  customer_details: { first_name: 'Budi', email: 'budi@example.com' },
}
const SHOP = 'https://shop.example/thanks?from=app'
const FINISH = 'https://shop.example/finish'

describe('back to the shop', () => {
  // who pays, what the merchant asked, what the customer does, where they land
  // biome-ignore format: a table is read in columns
  test.each([
    ['GoPay, paid',       { payment_type: 'gopay', gopay: { enable_callback: true, callback_url: SHOP } }, 'pay',    `${SHOP}&order_id=order-1&result=success`],
    ['GoPay, refused',    { payment_type: 'gopay', gopay: { enable_callback: true, callback_url: SHOP } }, 'refuse', `${SHOP}&order_id=order-1&result=failure`],
    ['GoPay, not asked',  { payment_type: 'gopay', gopay: { callback_url: SHOP } },                        'pay',    null],
    ['ShopeePay',         { payment_type: 'shopeepay', shopeepay: { callback_url: SHOP } },                'pay',    SHOP],
    ['DANA',              { payment_type: 'dana', dana: { callback_url: SHOP } },                          'refuse', SHOP],
    ['Akulaku',           { payment_type: 'akulaku', ...BASKET },  'refuse', `${FINISH}?order_id=order-1&transaction_status=deny&status_code=202`],
    ['Kredivo',           { payment_type: 'kredivo', ...BASKET },  'pay',    `${FINISH}?order_id=order-1&transaction_status=settlement&status_code=200`],
  ])('%s', async (_, charge, move, lands) => {
    const merchant = bench({ finishUrl: FINISH })
    const path = await pageOf(merchant, charge)
    expect(FOLLOWED.test(await visit(merchant, path))).toBe(false)
    const done = await visit(merchant, path, { move })
    expect(hrefIn(FOLLOWED, done)).toBe(lands)
    expect(hrefIn(BACK, done)).toBe(lands)
    // Whoever looks at the page later is not sent away from it.
    const later = await visit(merchant, path)
    expect(hrefIn(FOLLOWED, later)).toBeNull()
    expect(hrefIn(BACK, later)).toBe(lands)
  })

  test('without paying, of GoPay', async () => {
    const merchant = bench()
    const gopay = { enable_callback: true, callback_url: SHOP }
    const page = await visit(merchant, await pageOf(merchant, { payment_type: 'gopay', gopay }))
    expect(hrefIn(BACK, page)).toBe(`${SHOP}&order_id=order-1&result=abort`)
  })

  test('GoPay’s page speaks the language that the charge asked for', async () => {
    const merchant = bench()
    for (const [locale, lang] of [
      ['id-ID', 'id'],
      ['en-EN', 'en'],
    ] as const) {
      const { body } = await merchant.charge(
        `order-${lang}`,
        { payment_type: 'gopay' },
        { 'X-Payment-Locale': locale },
      )
      const to = (body.actions as { name: string; url: string }[]).find(({ name }) => /deeplink/.test(name))
      expect(await visit(merchant, pathOf(to?.url))).toContain(`<html lang="${lang}">`)
    }
  })

  test('an app’s address is a link, and nobody is sent there', async () => {
    const merchant = bench()
    const gopay = { enable_callback: true, callback_url: 'kopi://paid' }
    const path = await pageOf(merchant, { payment_type: 'gopay', gopay })
    const done = await visit(merchant, path, { move: 'pay' })
    expect(hrefIn(BACK, done)).toBe('kopi://paid?order_id=order-1&result=success')
    expect(done).not.toContain('http-equiv')
  })

  test.each([
    'javascript:alert(1)',
    'JavaScript:alert(1)',
    ' java\nscript:alert(1)',
    'data:text/html,<script>alert(1)</script>',
    'vbscript:x',
    'file:///etc/passwd',
    'about:blank',
    'not an address',
    '/relative',
  ])('%j is never linked', async (callback_url) => {
    expect(linkTo(callback_url, {})).toBeNull()
    const merchant = bench()
    const path = await pageOf(merchant, { payment_type: 'shopeepay', shopeepay: { callback_url } })
    for (const html of [await visit(merchant, path), await visit(merchant, path, { move: 'pay' })]) {
      expect(html).not.toMatch(BACK)
      expect(html).not.toMatch(/script:|data:text|file:\/\//i)
    }
  })

  test('who has linked a GoPay account', async () => {
    const merchant = bench()
    const { body } = await merchant.call('POST', '/v2/pay/account', {
      payment_type: 'gopay',
      gopay_partner: { phone_number: '81234567891', country_code: '62', redirect_url: SHOP },
    })
    const link = (body.actions as { name: string; url: string }[]).find(({ name }) => /url/.test(name))
    const linked = await visit(merchant, pathOf(link?.url), { move: 'link' })
    expect(hrefIn(FOLLOWED, linked)).toBe(SHOP)
  })

  test('the finish address of the dashboard, by option and over HTTP, must be one', async () => {
    const merchant = bench()
    const set = (finish_url: unknown) => merchant.call('PATCH', '/_simulator/settings', { finish_url })
    expect((await set(FINISH)).body.finish_url).toBe(FINISH)
    expect((await set('javascript:alert(1)')).http).toBe(400)
    expect((await set(7)).http).toBe(400)
    expect((await set(null)).body.finish_url).toBeNull()
    expect(() => bench({ finishUrl: 'shop' })).toThrow(/http or https/)
  })
})

async function openSnap(merchant: Bench, more: Record<string, unknown> = {}): Promise<string> {
  const { body } = await merchant.call('POST', '/snap/v1/transactions', {
    transaction_details: { order_id: 'order-1', gross_amount: 275_000 },
    ...BASKET,
    ...more,
  })
  return pathOf(body.redirect_url)
}

const card = (number: string) => ({ method: 'credit_card', number, expiry: '12/30', cvv: '123' })

describe('a try on the page of Snap', () => {
  // how it came about → what its customer reads
  test('of a held card is being reviewed, and is paid once the merchant approves', async () => {
    const merchant = bench()
    const path = await openSnap(merchant, { callbacks: { finish: FINISH } })
    const held = await visit(merchant, path, card('4511111111111117'))
    expect(held).toContain(CHECKOUT_WORDS.in_review.en)
    expect(held).not.toContain(CHECKOUT_WORDS.paid.en)
    expect(held).not.toContain(CHECKOUT_WORDS.other_method.en)
    expect(held).toContain('status_code=201&amp;transaction_status=capture')
    expect(held).toContain('on hold')
    expect(await visit(merchant, `${path}?lang=id`)).toContain(CHECKOUT_WORDS.in_review.id)
    await merchant.simulator.approve('order-1')
    expect(await visit(merchant, path)).toContain(CHECKOUT_WORDS.paid.en)
  })

  // biome-ignore format: a table is read in columns
  test.each([
    ['is refused after the hold',  'deny',                         'not_paid'],
    ['is paid and given back',     'approve settle refund',        'given_back'],
    ['is disputed',                'approve settle chargeback',    'given_back'],
    ['is disputed in part',        'approve settle partial_chargeback', 'part_back'],
  ] as const)('%s', async (_, moves, word) => {
    const merchant = bench()
    const path = await openSnap(merchant)
    await visit(merchant, path, card('4511111111111117'))
    for (const move of moves.split(' '))
      await merchant.call('POST', `/_simulator/transactions/order-1/${move}`)
    const { transactionId } = merchant.simulator.transaction('order-1')
    const html = await visit(merchant, `${path}/${transactionId}`)
    expect(html).toContain(CHECKOUT_WORDS[word].en)
    expect(html).not.toContain(CHECKOUT_WORDS.paid.en)
  })

  test('of a card that is only reserved, says so and begins no other', async () => {
    const merchant = bench()
    const path = await openSnap(merchant, { credit_card: { type: 'authorize' } })
    expect(await visit(merchant, path, card('4411111111111118'))).toContain(CHECKOUT_WORDS.reserved.en)
    expect(await visit(merchant, path)).toContain(CHECKOUT_WORDS.reserved.en)
  })
})

/** Sentences that the other language says differently. */
const sentencesOf = (language: 'en' | 'id', other: 'en' | 'id') =>
  [...Object.values(CHECKOUT_WORDS), ...Object.values(STATUS_WORDS)]
    .map((word) => [word[language], word[other]] as const)
    .filter(([own, foreign]) => own !== foreign && foreign.length > 5)
    .map(([, foreign]) => foreign)

/** What a person reads; what a program reads is in attributes. */
const textOf = (html: string) => html.replaceAll(/<[^>]*>/g, '\n')

const FOREIGN = {
  en: sentencesOf('en', 'id'),
  id: [...sentencesOf('id', 'en'), 'number', 'code', 'is required', 'must', 'cannot', 'invalid'],
}

describe.each(['en', 'id'] as const)('wholly %s', (lang) => {
  const isWhole = (html: string) => {
    expect(html).toContain(`<html lang="${lang}">`)
    const lines = textOf(html).split('\n')
    for (const foreign of FOREIGN[lang])
      expect(
        lines.filter((line) =>
          new RegExp(`(^|\\W)${foreign.replaceAll(/[.?()/]/g, '\\$&')}(\\W|$)`).test(line),
        ),
      ).toEqual([])
  }
  const at = (path: string) => `${path}${path.includes('?') ? '&' : '?'}lang=${lang}`

  test('the choice, and what is wrong with what was filled in', async () => {
    const merchant = bench()
    const path = await openSnap(merchant)
    isWhole(await visit(merchant, at(path)))
    const wrong = [
      { method: 'cash' },
      { method: 'ovo', phone: 'call me' },
      { method: 'credit_card', number: '1', expiry: '99/1', cvv: 'x' },
    ]
    for (const form of wrong) {
      const html = await visit(merchant, at(path), form)
      // The English page shows Midtrans's own sentences.
      if (lang === 'id') isWhole(html)
      expect(html).toContain('role="alert"')
    }
  })

  test.each(METHODS.filter(({ name }) => name !== 'shopeepay_qris').map(({ name }) => name))(
    '%s: waiting, paid, refused',
    async (method) => {
      const merchant = bench()
      const path = await openSnap(merchant, { credit_card: { secure: true } })
      const form = method === 'credit_card' ? card('4811111111111114') : { method, phone: '081234567890' }
      await visit(merchant, path, form)
      const { transactionId } = merchant.simulator.transactions()[0]!
      isWhole(await visit(merchant, at(`${path}/${transactionId}`)))
      await merchant.simulator.fail(transactionId)
      isWhole(await visit(merchant, at(`${path}/${transactionId}`)))
      isWhole(await visit(merchant, at(`${path}/${transactionId}`), { move: 'pay' }))
      await visit(merchant, path, form)
      await merchant.simulator.pay('order-1').catch(() => {})
      await merchant.simulator.pay(merchant.simulator.transactions()[0]!.transactionId).catch(() => {})
      isWhole(await visit(merchant, at(path)))
    },
  )

  test('the wallets’, lenders’ and banks’ own pages, an account’s, an invoice’s, and one that is nowhere', async () => {
    const merchant = bench()
    for (const charge of [
      { payment_type: 'gopay' },
      { payment_type: 'shopeepay' },
      { payment_type: 'dana' },
      { payment_type: 'akulaku', ...BASKET },
      { payment_type: 'kredivo', ...BASKET },
      await merchant.card('4811111111111114', { authentication: true }),
    ]) {
      const path = await pageOf(merchant, charge)
      isWhole(await visit(merchant, at(path)))
      const { transactionId } = merchant.simulator.transactions()[0]!
      await merchant.simulator.expire(transactionId)
      isWhole(await visit(merchant, at(path), { move: 'pay' }))
    }
    const { body: account } = await merchant.call('POST', '/v2/pay/account', {
      payment_type: 'gopay',
      gopay_partner: { phone_number: '81234567891', country_code: '62', redirect_url: SHOP },
    })
    const link = pathOf(
      (account.actions as { name: string; url: string }[]).find(({ name }) => /url/.test(name))?.url,
    )
    isWhole(await visit(merchant, at(link)))
    isWhole(await visit(merchant, at(link), { move: 'link' }))
    const { body: invoice } = await merchant.call('POST', '/v1/invoices', {
      order_id: 'inv-1',
      invoice_number: 'A-1',
      invoice_date: '2026-03-01 10:00:00 +0700',
      due_date: '2026-04-01 10:00:00 +0700',
      customer_details: { id: 'c', name: 'Budi', email: 'budi@example.com', phone: '81234567890' },
      payment_type: 'virtual_account',
      virtual_accounts: [{ name: 'bca_va' }, { name: 'mandiri_bill' }],
      item_details: [{ item_id: 'a', description: 'Kopi', quantity: 1, price: 275_000 }],
    })
    const page = pathOf(invoice.pdf_url)
    isWhole(await visit(merchant, at(page)))
    await merchant.call('PATCH', `/v1/invoices/${String(invoice.id)}/void`)
    isWhole(await visit(merchant, at(page)))
    for (const nowhere of ['/snap/v3/redirection/x', '/dana/pay?id=x', '/invoices/x'])
      isWhole(await visit(merchant, at(nowhere)))
  })
})
