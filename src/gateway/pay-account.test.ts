import { readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { readPayAccount } from './pay-account.ts'
import { readDocument } from './read-document.ts'

const wire = (name: string) =>
  readDocument(readFileSync(new URL(`../../test/wire/${name}.json`, import.meta.url)))!
const accountId = 'd7bd734a-7b5b-56e1-98b1-9a98185c4be1'
const link = 'https://api.sandbox.midtrans.com/v2/pay/account/gpar_48aa17ae-3926-5e3d-bc4b-687ce918ce64/link'

describe('a linked account', () => {
  it('is created with the addresses where its owner agrees', () => {
    expect(readPayAccount(wire('pay_account.create.201'))).toEqual({
      accountId,
      status: 'pending',
      paymentOptions: [],
      activationUrl: link,
      activationDeeplink: link,
    })
  })

  it('is enabled with its payment options', () => {
    expect(readPayAccount(wire('pay_account.get.enabled.200'))).toMatchObject({
      status: 'enabled',
      activationUrl: null,
      paymentOptions: [
        { name: 'GOPAY_WALLET', active: true, balance: 1_000_000, token: expect.stringMatching(/^b167f5c9/) },
        { name: 'PAY_LATER', active: true, balance: 350_000, token: expect.any(String) },
      ],
    })
  })

  it('is unbound', () => {
    expect(readPayAccount(wire('pay_account.unbind.204'))).toMatchObject({ accountId, status: 'disabled' })
  })

  // biome-ignore format: a table is read in columns
  it.each([
    ['no account',              {},                                                                   undefined],
    ['an id that is a number',  { account_id: 7 },                                                    undefined],
    ['an endless id',           { account_id: 'x'.repeat(1000), account_status: 'ENABLED' },          undefined],
    ['a word that is new',      { account_id: 'a', account_status: 'FROZEN' },                        { status: null }],
    ['no status',               { account_id: 'a' },                                                  { status: null }],
    ['options that are none',   { account_id: 'a', account_status: 'enabled', metadata: { payment_options: [null, { name: 'X' }, 7] } }, { status: 'enabled', paymentOptions: [] }],
    ['cents, and no balance',   { account_id: 'a', metadata: { payment_options: [{ name: 'X', token: 't', balance: { value: '1.50' } }] } }, { paymentOptions: [{ name: 'X', active: false, balance: null, token: 't' }] }],
    ['a script for an address', { account_id: 'a', actions: [{ name: 'activation-link-url', url: 'javascript:alert(1)' }] }, { activationUrl: null }],
  ])('%s', (_, document, told) => {
    const read = readPayAccount(document)
    if (told === undefined) expect(read).toBeUndefined()
    else expect(read).toMatchObject(told)
  })
})
