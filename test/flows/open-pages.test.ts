import { describe, expect, test } from 'vitest'
import { isBayarError } from '../../src/errors.ts'
import { chooseOnPage } from '../support/choose-on-page.ts'
import { type Kit, kit } from '../support/kit.ts'

/** A hosted page is open until somebody pays, its time is over, or it is ended by command. While it is open, nothing else may be opened that could be paid besides. */
const PAGE = { orderId: 'ORDER-1', grossAmount: 150_000 } as const

const now = async (shop: Kit) => (await shop.bayar.payments.find('ORDER-1'))!
const caught = (work: Promise<unknown>) => work.then(() => null).catch((error: unknown) => error)
const codeOf = async (work: Promise<unknown>) => {
  const error = await caught(work)
  return isBayarError(error) ? error.code : error
}
const choose = async (shop: Kit, address: string, method: string) => {
  await chooseOnPage(shop.simulator, address, method)
  await shop.idle()
}
const cannotBeChosen = async (shop: Kit, address: string) =>
  caught(chooseOnPage(shop.simulator, address, 'gopay')).then((error) => error !== null)
const possible = async (shop: Kit) =>
  (await shop.bayar.payments.possible('ORDER-1'))
    .filter(({ reason }) => reason === null)
    .map(({ request }) => request)

describe.each([
  ['cancel', 'cancelled'],
  ['expire', 'expired'],
] as const)('%s', (command, status) => {
  test('a page on which nobody has chosen: it is over at Midtrans, and told once', async () => {
    await using shop = await kit()
    const page = await shop.bayar.payments.checkout(PAGE)
    expect(await shop.bayar.payments.checkoutPage('ORDER-1')).toMatchObject({ isOpen: true })
    expect(await possible(shop)).toEqual(['cancel', 'expire'])
    expect(await shop.bayar.payments[command]('ORDER-1')).toMatchObject({ status, isFailed: true })
    expect(await cannotBeChosen(shop, page.redirectUrl)).toBe(true)
    expect(await shop.bayar.payments.checkoutPage('ORDER-1')).toMatchObject({ isOpen: false })
    expect(await possible(shop)).toEqual([])
    expect(await codeOf(shop.bayar.payments[command]('ORDER-1'))).toBe('command_not_possible')
    for (let hours = 0; hours < 60; hours += 6) await shop.advance(6 * 3_600)
    expect(shop.told('ORDER-1')).toEqual([`payment.${status}`])
    expect(await shop.rows('select 1 from bayar.open_payments')).toEqual([])
    expect(await shop.rows(`select 1 from bayar.intents where state = 'sent'`)).toEqual([])
  })

  test('the order can be opened again afterwards, and is paid once', async () => {
    await using shop = await kit()
    const first = await shop.bayar.payments.checkout(PAGE)
    await shop.bayar.payments[command]('ORDER-1')
    const second = await shop.bayar.payments.checkout({ ...PAGE, newAttempt: true })
    expect(second).toMatchObject({ created: true, payment: { status: 'created' } })
    expect(second.token).not.toBe(first.token)
    await choose(shop, second.redirectUrl, 'gopay')
    await shop.pay('ORDER-1')
    expect(await now(shop)).toMatchObject({ status: 'settled', netAmount: 150_000, needsReview: [] })
  })

  test('a number that waits, and then the page: nobody can pay either', async () => {
    await using shop = await kit()
    const page = await shop.bayar.payments.checkout(PAGE)
    await choose(shop, page.redirectUrl, 'bca_va')
    expect(await shop.bayar.payments[command]('ORDER-1')).toMatchObject({ status })
    expect(shop.simulator.transaction('ORDER-1').status).toBe(command)
    expect(await cannotBeChosen(shop, page.redirectUrl)).toBe(true)
    await shop.idle()
    expect(shop.told('ORDER-1')).toEqual(['payment.received', `payment.${status}`])
  })

  test('a way to pay that nobody has told us of: it is found, and ended too', async () => {
    await using shop = await kit()
    const page = await shop.bayar.payments.checkout(PAGE)
    shop.simulator.notifications.pause()
    await chooseOnPage(shop.simulator, page.redirectUrl, 'bca_va')
    expect((await now(shop)).status).toBe('created')
    expect(await shop.bayar.payments[command]('ORDER-1')).toMatchObject({ status })
    expect(shop.simulator.transaction('ORDER-1').status).toBe(command)
    expect(await cannotBeChosen(shop, page.redirectUrl)).toBe(true)
  })

  test('the customer has paid in that moment: the money comes to light, and nothing is ended', async () => {
    await using shop = await kit()
    const page = await shop.bayar.payments.checkout(PAGE)
    shop.simulator.notifications.pause()
    await chooseOnPage(shop.simulator, page.redirectUrl, 'gopay')
    await shop.simulator.pay('ORDER-1')
    expect(await codeOf(shop.bayar.payments[command]('ORDER-1'))).toBe('command_not_possible')
    expect(await now(shop)).toMatchObject({ status: 'settled', netAmount: 150_000, isPaid: true })
  })

  test.each([1, 3])(
    'its answer is lost %s times: found out by asking again, and told once',
    async (times) => {
      await using shop = await kit()
      const page = await shop.bayar.payments.checkout(PAGE)
      shop.simulator.faults.add({ kind: 'lose_answer', verb: `snap_${command}`, times })
      expect(await codeOf(shop.bayar.payments[command]('ORDER-1'))).toBe('gateway_unknown')
      expect(await codeOf(shop.bayar.payments[command]('ORDER-1'))).toBe('command_in_progress')
      expect(await codeOf(shop.bayar.payments.checkout({ ...PAGE, newAttempt: true }))).toBeNull()
      for (const seconds of [3, 11, 31, 61]) await shop.advance(seconds)
      expect(await now(shop)).toMatchObject({ status })
      expect(await cannotBeChosen(shop, page.redirectUrl)).toBe(true)
      expect(shop.told('ORDER-1')).toEqual([`payment.${status}`])
    },
  )

  test('it was done and every answer is lost: nothing is concluded, and asked again it is over', async () => {
    await using shop = await kit()
    await shop.bayar.payments.checkout(PAGE)
    shop.simulator.faults.add({ kind: 'lose_answer', verb: `snap_${command}`, times: 50 })
    await caught(shop.bayar.payments[command]('ORDER-1'))
    for (let minutes = 0; minutes < 10; minutes++) await shop.advance(60)
    expect((await now(shop)).status).toBe('created')
    shop.simulator.faults.clear()
    expect(await shop.bayar.payments[command]('ORDER-1')).toMatchObject({ status })
    await shop.idle()
    expect(shop.told('ORDER-1')).toEqual([`payment.${status}`])
  })

  test('it never arrives: nothing is concluded, and it can be asked again', async () => {
    await using shop = await kit()
    await shop.bayar.payments.checkout(PAGE)
    shop.simulator.faults.add({ kind: 'cut', when: 'before', verb: `snap_${command}`, times: 50 })
    await caught(shop.bayar.payments[command]('ORDER-1'))
    for (let minutes = 0; minutes < 10; minutes++) await shop.advance(60)
    expect((await now(shop)).status).toBe('created')
    shop.simulator.faults.clear()
    expect(await shop.bayar.payments[command]('ORDER-1')).toMatchObject({ status })
  })

  test('Midtrans refuses for a reason of its own: told in its words, and the page stays open', async () => {
    await using shop = await kit()
    const page = await shop.bayar.payments.checkout(PAGE)
    shop.simulator.faults.add({ kind: 'http_error', status: 400, verb: `snap_${command}`, times: 1 })
    const code = await codeOf(shop.bayar.payments[command]('ORDER-1'))
    expect(code === 'gateway_rejected' || code === 'gateway_unknown', String(code)).toBe(true)
    expect(await shop.bayar.payments.checkoutPage('ORDER-1')).toMatchObject({ isOpen: true })
    await choose(shop, page.redirectUrl, 'gopay')
    await shop.pay('ORDER-1')
    expect((await now(shop)).status).toBe('settled')
  })
})

describe('refused by the first way to pay, and the page still open', () => {
  async function refusedOnce(shop: Kit) {
    const page = await shop.bayar.payments.checkout(PAGE)
    await choose(shop, page.redirectUrl, 'gopay')
    await shop.simulator.refuse('ORDER-1')
    await shop.idle()
    expect((await now(shop)).status).toBe('denied')
    return page
  }

  test('a new attempt is the same page: there are never two', async () => {
    await using shop = await kit()
    const page = await refusedOnce(shop)
    const again = await shop.bayar.payments.checkout({ ...PAGE, newAttempt: true })
    expect(again).toMatchObject({ created: false, token: page.token, isOpen: true })
    await choose(shop, page.redirectUrl, 'bca_va')
    await shop.pay('ORDER-1')
    expect(await now(shop)).toMatchObject({ status: 'settled', netAmount: 150_000, needsReview: [] })
    const pages = await shop.rows(`select 1 from bayar.intents where command = 'checkout'`)
    expect(pages).toHaveLength(1)
  })

  test('it can be ended: nobody can pay on it any more, and the order stays denied', async () => {
    await using shop = await kit()
    const page = await refusedOnce(shop)
    expect(await possible(shop)).toEqual(['cancel', 'expire'])
    expect(await shop.bayar.payments.cancel('ORDER-1')).toMatchObject({ status: 'denied' })
    expect(await cannotBeChosen(shop, page.redirectUrl)).toBe(true)
    expect(await possible(shop)).toEqual([])
    expect(shop.told('ORDER-1')).toEqual(['payment.received', 'payment.denied'])
  })

  test('the second way is paid and its notices are lost: the check finds it', async () => {
    await using shop = await kit()
    const page = await refusedOnce(shop)
    shop.simulator.faults.add({ kind: 'lose', times: 20 })
    await choose(shop, page.redirectUrl, 'bca_va')
    await shop.simulator.pay('ORDER-1')
    for (let hours = 0; hours < 7; hours++) await shop.advance(3_600)
    expect(await now(shop)).toMatchObject({ status: 'settled', netAmount: 150_000 })
    expect(shop.told('ORDER-1').filter((type) => type === 'payment.settled')).toHaveLength(1)
  })

  test('when its time is over it is looked after no longer, and a new attempt is a new page', async () => {
    await using shop = await kit()
    const first = await refusedOnce(shop)
    for (let hours = 0; hours < 30; hours += 6) await shop.advance(6 * 3_600)
    expect(await shop.rows('select 1 from bayar.open_payments')).toEqual([])
    expect(await shop.bayar.payments.checkoutPage('ORDER-1')).toMatchObject({ isOpen: false })
    const second = await shop.bayar.payments.checkout({ ...PAGE, newAttempt: true })
    expect(second).toMatchObject({ created: true, isOpen: true })
    expect(second.token).not.toBe(first.token)
  })
})

describe('a number that waits beside a paid one', () => {
  async function paidBeside(shop: Kit) {
    const page = await shop.bayar.payments.checkout(PAGE)
    await choose(shop, page.redirectUrl, 'bca_va')
    const waiting = (await now(shop)).transactionId!
    await choose(shop, page.redirectUrl, 'gopay').catch(() => {})
    const both = await now(shop)
    return { waiting, both }
  }

  test('is cancelled when it is named, and nothing about the paid one changes', async () => {
    await using shop = await kit()
    const { waiting, both } = await paidBeside(shop)
    expect(both.attempts).toHaveLength(2)
    const other = both.attempts.find(({ transactionId }) => transactionId !== waiting)!.transactionId
    await shop.simulator.pay(other)
    await shop.idle()
    const paid = await now(shop)
    expect(paid).toMatchObject({ status: 'settled', transactionId: other })

    const refusal = await caught(shop.bayar.payments.cancel('ORDER-1'))
    expect(isBayarError(refusal, 'command_not_possible')).toBe(true)
    expect(String(refusal)).toContain(waiting)
    const list = await shop.bayar.payments.possible('ORDER-1')
    expect(list.find(({ request }) => request === 'cancel')).toMatchObject({ transactionIds: [waiting] })

    const after = await shop.bayar.payments.cancel('ORDER-1', { transactionId: waiting })
    expect(after).toMatchObject({ status: 'settled', netAmount: 150_000, needsReview: [] })
    expect(after.attempts.find(({ transactionId }) => transactionId === waiting)!.status).toBe('cancelled')
    expect(after.attempts.find(({ transactionId }) => transactionId === other)).toEqual(
      paid.attempts.find(({ transactionId }) => transactionId === other),
    )
    expect(shop.simulator.transaction(waiting).status).toBe('cancel')
    expect(shop.simulator.transaction(other).status).toBe('settlement')
    await shop.idle()
    expect(shop.told('ORDER-1')).not.toContain('payment.cancelled')
  })

  test('mistakes in the name are told, and nothing is asked', async () => {
    await using shop = await kit()
    const { both } = await paidBeside(shop)
    for (const transactionId of ['of-nobody', 5 as never, ''] as const) {
      const refusal = await caught(shop.bayar.payments.cancel('ORDER-1', { transactionId }))
      expect(isBayarError(refusal, 'invalid_request') && refusal.details.problems?.[0]?.field).toBe(
        'transaction_id',
      )
    }
    const typo = await caught(shop.bayar.payments.cancel('ORDER-1', { transaction: 'x' } as never))
    expect(isBayarError(typo, 'invalid_request')).toBe(true)
    expect((await now(shop)).attempts).toEqual(both.attempts)
  })
})

test('a page that was cancelled is a verdict of ours: what Midtrans tells of it afterwards is true', async () => {
  await using shop = await kit()
  const page = await shop.bayar.payments.checkout(PAGE)
  shop.simulator.notifications.pause()
  await chooseOnPage(shop.simulator, page.redirectUrl, 'bca_va')
  // Midtrans says that it ended the page, and that it knows no transaction: neither was so.
  const lies = [
    shop.simulator.faults.add({ kind: 'refuse', code: '404', verb: 'status', times: 5 }),
    shop.simulator.faults.add({ kind: 'http_error', status: 404, verb: 'snap_cancel', times: 1 }),
  ]
  await caught(shop.bayar.payments.cancel('ORDER-1'))
  for (const lie of lies) shop.simulator.faults.remove(lie)
  await shop.simulator.pay('ORDER-1')
  shop.simulator.notifications.resume()
  await shop.idle()
  expect(await now(shop)).toMatchObject({ status: 'settled', netAmount: 150_000, isPaid: true })
  expect(shop.told('ORDER-1')).toContain('payment.settled')
})
