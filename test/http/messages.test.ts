/** Messages over HTTP: users read their own, staff read all and have one sent after all. */
import { SignJWT } from 'jose'
import { afterAll, beforeAll, expect, test } from 'vitest'
import * as contract from '../../src/http/message-contract.ts'
import { mailbox } from '../support/mailbox.ts'
import { type Surface, surface, TOKEN_SECRET } from './surface.ts'

const NOTIFICATIONS = '/api/subscriptions/notifications/'
const box = mailbox()

let shop: Surface
beforeAll(async () => {
  shop = await surface({ options: { messages: { channel: box.channel } } })
  box.behave(async ({ userId }) => {
    if (userId === 'eve') throw new Error('The courier is ill.')
  })
  for (const [userId, amount] of [
    ['dewi', 20_000],
    ['budi', 30_000],
    ['dewi', 40_000],
    ['eve', 50_000],
  ] as const)
    await shop.bayar.topups.create({ userId, amount, paymentType: 'bank_transfer', bank: 'bca' })
  await shop.idle()
})
afterAll(() => shop?.close())

const as = async (user: string) => {
  const exp = Math.floor(shop.simulator.clock.now().getTime() / 1000) + 100_000
  const token = new SignJWT({}).setProtectedHeader({ alg: 'HS256' }).setSubject(user).setExpirationTime(exp)
  return { authorization: `Bearer ${await token.sign(new TextEncoder().encode(TOKEN_SECRET))}` }
}
const get = (path: string, headers = {}) => shop.call('GET', `${NOTIFICATIONS}${path}`, undefined, headers)
const subjects = (body: { results: { subject: string }[] }) => body.results.map(({ subject }) => subject)

test('a user sees their own, page by page, and nothing of others whatever they ask for', async () => {
  const dewi = await as('dewi')
  const first = await get('?limit=1', dewi)
  expect(first.status).toBe(200)
  for (const one of first.body.results) contract.message.strict().parse(one)
  expect(subjects(first.body)).toEqual(['Menunggu pembayaran Rp40.000'])
  const second = await shop.call('GET', first.body.next, undefined, dewi)
  expect(subjects(second.body)).toEqual(['Menunggu pembayaran Rp20.000'])
  expect(second.body.next).toBeNull()
  expect(subjects((await shop.call('GET', second.body.previous, undefined, dewi)).body)).toEqual(
    subjects(first.body),
  )
  expect(subjects((await get('?ordering=created_at', dewi)).body)).toHaveLength(2)

  const [{ id }] = first.body.results
  expect((await get(`${id}/`, dewi)).body).toMatchObject({ id, user_id: 'dewi', status: 'sent' })
  const eve = await as('eve')
  for (const path of [`${id}/`, 'nonsense/', '00000000-0000-4000-8000-000000000000/'])
    expect(await get(path, eve)).toMatchObject({ status: 404, body: { code: 'message_not_found' } })
  expect(await get('?user_id=dewi', eve)).toMatchObject({ status: 403, body: { code: 'not_allowed' } })
  expect((await get('?user_id=eve', eve)).body.results).toMatchObject([{ user_id: 'eve' }])
  // What became of the sending is the merchant's business.
  expect((await get('?status=pending', eve)).body.results).toMatchObject([{ error: null, tries: 1 }])
  expect((await get('', { authorization: '' })).status).toBe(401)
})

test('staff see all, by user, status, type and channel', async () => {
  expect((await get('')).body.results).toHaveLength(4)
  expect((await get('?user_id=budi')).body.results).toMatchObject([{ user_id: 'budi' }])
  expect((await get('?status=pending')).body.results).toMatchObject([
    { user_id: 'eve', error: 'Error: The courier is ill.' },
  ])
  expect((await get('?type=payment_pending&channel=host&status=sent')).body.results).toHaveLength(3)
  expect((await get('?type=refunded')).body.results).toEqual([])
  expect((await get('?channel=smtp')).body.results).toEqual([])
  for (const wrong of ['?status=lost', '?type=spam', '?channel=pigeon', '?statu=sent', '?cursor=x'])
    expect(await get(wrong)).toMatchObject({ status: 400, body: { code: 'invalid_request' } })
})

test('staff have one sent that was given up; a user may not, and what was sent is not sent twice', async () => {
  await shop.rows(`update bayar.messages set status = 'failed', tries = 10 where user_id = 'eve'`)
  const [{ id }] = (await get('?status=failed')).body.results
  const retry = (which: string, headers = {}) =>
    shop.call('POST', `${NOTIFICATIONS}${which}/retry/`, undefined, headers)
  expect(await retry(id, await as('eve'))).toMatchObject({ status: 403, body: { code: 'not_allowed' } })
  box.behave(async () => {})
  expect(await retry(id)).toMatchObject({
    status: 200,
    body: { id, status: 'pending', tries: 0, error: null },
  })
  await shop.idle()
  expect((await get(`${id}/`)).body).toMatchObject({ status: 'sent', tries: 1 })
  expect(await retry(id)).toMatchObject({
    status: 409,
    body: { code: 'message_not_retryable', detail: expect.stringContaining('It is sent.') },
  })
  expect(await retry('00000000-0000-4000-8000-000000000000')).toMatchObject({ status: 404 })
})
