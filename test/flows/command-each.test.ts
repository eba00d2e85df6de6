import { expect, test } from 'vitest'
import { chooseOnPage } from '../support/choose-on-page.ts'
import { type MeddledShop, meddledShop } from '../support/meddled-shop.ts'

test('each way of paying that is open is asked to end once, also when an answer cannot be taken', async () => {
  const asked: string[] = []
  const shop: MeddledShop = await meddledShop({
    options: {
      fetch: async (input, init) => {
        const path = new URL(String(input)).pathname
        if (path.endsWith('/cancel')) asked.push(path)
        // Whoever asks for ever is stopped here.
        if (asked.length > 20) throw new TypeError('fetch failed')
        const response = await shop.simulator.fetch(new Request(input, init))
        if (asked.length === 0) return response
        // With the fee that the customer pays on top, and not a word about it.
        const told = (await response.json()) as Record<string, unknown>
        return Response.json({ ...told, gross_amount: '154000.00' })
      },
    },
  })
  const { redirectUrl } = await shop.bayar.payments.checkout({ orderId: 'ORDER-1', grossAmount: 150_000 })
  for (const method of ['gopay', 'bca_va']) {
    await chooseOnPage(shop.simulator, redirectUrl, method)
    await shop.simulator.idle()
  }
  shop.simulator.notifications.pause()
  await shop.bayar.payments.cancel('ORDER-1').catch(() => {})
  const transactions = shop.simulator.transactions().map(({ status }) => status)
  await shop.close()
  expect({ asked: asked.length, transactions }).toEqual({ asked: 2, transactions: ['cancel', 'cancel'] })
})
