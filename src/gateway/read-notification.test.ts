import { readdirSync, readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { readNotification } from './read-notification.ts'

const folder = new URL('../../test/wire/', import.meta.url)
const { server_key: serverKey } = JSON.parse(readFileSync(new URL('index.json', folder), 'utf8')) as {
  server_key: string
}
const recorded = readdirSync(folder).filter((name) => /^notification\.(?!pay_account|recurring)/.test(name))

describe('a notification read by Web Crypto', () => {
  it.each(recorded)('%s is genuine, and with another amount it is not', async (name) => {
    const bytes = readFileSync(new URL(name, folder))
    const document = await readNotification(bytes, serverKey)
    expect(document.transaction_status).toBeTypeOf('string')
    expect(await readNotification(bytes.toString(), serverKey)).toEqual(document)
    const forged = JSON.stringify({ ...document, gross_amount: '1.00' })
    await expect(readNotification(forged, serverKey)).rejects.toMatchObject({ code: 'notification_unsigned' })
    await expect(readNotification(bytes, 'another')).rejects.toMatchObject({ code: 'notification_unsigned' })
  })

  it('fails closed: without a key, without a signature, without JSON', async () => {
    const bytes = readFileSync(new URL(recorded[0]!, folder))
    await expect(readNotification(bytes, '')).rejects.toMatchObject({ code: 'keys_missing' })
    await expect(readNotification('{"order_id":"x"}', serverKey)).rejects.toMatchObject({
      code: 'notification_unsigned',
    })
    await expect(readNotification('hello', serverKey)).rejects.toMatchObject({
      code: 'notification_malformed',
    })
    // The cut between code and amount may fall in one place only.
    const { order_id, gross_amount, signature_key } = JSON.parse(bytes.toString()) as Record<string, string>
    const shifted = {
      order_id,
      status_code: `200${gross_amount![0]}`,
      gross_amount: gross_amount!.slice(1),
      signature_key,
    }
    await expect(readNotification(JSON.stringify(shifted), serverKey)).rejects.toMatchObject({
      code: 'notification_unsigned',
    })
  })
})
