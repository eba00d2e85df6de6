/** Wallets: a user sees their own; staff see any, adjust and freeze. */
import { createRoute, type OpenAPIHono } from '@hono/zod-openapi'
import { BayarError, invalidRequest } from '../../errors.ts'
import type { WalletReference } from '../../operations/wallets/wallet-input.ts'
import type { WalletEntry } from '../../operations/wallets/wallet-view.ts'
import { idempotent, pageOf } from '../contract.ts'
import { callerName, keyDigest } from '../idempotency.ts'
import type { Caller } from '../identify.ts'
import { whoseAreListed } from '../own-only.ts'
import { pageBody, readCursorParameter } from '../page-body.ts'
import type { HttpParts } from '../parts.ts'
import { type RestEnv, staffOnly } from '../rest.ts'
import { answers, jsonBody, OTHERS_REFUSED, STAFF, TAGS } from '../route-words.ts'
import {
  adjustedWallet,
  byUser,
  ofAccount,
  wallet,
  walletAdjustment,
  walletFreeze,
  walletQuery,
  walletTransaction,
  walletTransactionQuery,
} from '../wallet-contract.ts'
import { given, toSnake } from '../wire-case.ts'

const at = '/api/subscriptions'
const one = `${at}/wallets/{user_id}`
const staff = { ...TAGS.wallets, ...STAFF, middleware: staffOnly }

const me = createRoute({
  method: 'get',
  path: `${at}/wallet/me`,
  ...TAGS.wallets,
  summary: 'My wallet; made now if this is the first time',
  request: { query: walletQuery },
  responses: { 200: answers(wallet, 'The wallet.'), ...OTHERS_REFUSED },
})

const transactions = createRoute({
  method: 'get',
  path: `${at}/wallet/transactions`,
  ...TAGS.wallets,
  summary: 'What moved my wallet, newest first',
  request: { query: walletTransactionQuery },
  responses: {
    200: answers(pageOf(walletTransaction, 'WalletTransactionPage'), 'A page.'),
    ...OTHERS_REFUSED,
  },
})

const adjust = createRoute({
  method: 'post',
  path: `${one}/adjust`,
  ...staff,
  summary: 'Move a wallet by hand, with a reason',
  request: { params: byUser, query: ofAccount, headers: idempotent, body: jsonBody(walletAdjustment) },
  responses: {
    201: answers(adjustedWallet, 'Done.'),
    200: answers(adjustedWallet, 'It had been done before under its key.'),
  },
})

const freeze = createRoute({
  method: 'post',
  path: `${one}/freeze`,
  ...staff,
  summary: 'Let nothing be paid from a wallet any more',
  request: { params: byUser, query: ofAccount, headers: idempotent, body: jsonBody(walletFreeze) },
  responses: { 200: answers(wallet, 'It is frozen.') },
})

const unfreeze = createRoute({
  method: 'post',
  path: `${one}/unfreeze`,
  ...staff,
  summary: 'Let a wallet pay again',
  request: { params: byUser, query: ofAccount, headers: idempotent },
  responses: { 200: answers(wallet, 'It is active.') },
})

interface Whose {
  readonly user_id?: string | undefined
  readonly merchant?: string | undefined
}

export function addWalletRoutes(app: OpenAPIHono<RestEnv>, { bayar: { wallets } }: HttpParts): void {
  /** A user's is made when they first look; that of a misspelt user is not, when staff do. */
  const find = async (caller: Caller, asked: Whose) => {
    const reference = whoseWallet(caller, asked)
    if (caller.kind === 'user') return { reference, found: await wallets.get(reference) }
    const found = await wallets.find(reference)
    if (!found) throw new BayarError('wallet_not_found')
    return { reference, found }
  }

  app.openapi(me, async (c) => {
    const { found } = await find(c.var.caller, c.req.valid('query'))
    return c.json(toSnake(found), 200)
  })

  app.openapi(transactions, async (c) => {
    const { order, limit, cursor, kind, ...asked } = c.req.valid('query')
    const { caller } = c.var
    const { reference } = await find(caller, asked)
    const page = await wallets.entries(reference, {
      descending: order !== 'asc',
      ...given({ limit, kind }),
      ...readCursorParameter(cursor),
    })
    return c.json(
      pageBody(page, c.req.url, (entry) => transactionBody(entry, caller)),
      200,
    )
  })

  app.openapi(adjust, async (c) => {
    const { key, ...input } = c.req.valid('json')
    const header = c.req.valid('header')['idempotency-key']
    // Sent again with the first answer lost, it meets the same entry.
    const name = key ?? (header === undefined ? undefined : `http-${keyDigest(header, c.var.body)}`)
    const adjusted = await wallets.adjust(
      namedIn(c.req.valid('param'), c.req.valid('query')),
      { ...input, ...(name !== undefined && { key: name }) },
      callerName(c.var.caller),
    )
    const body = {
      wallet: toSnake(adjusted.wallet),
      transaction: transactionBody(adjusted.entry, c.var.caller),
      created: adjusted.created,
    }
    return c.json(body, adjusted.created ? 201 : 200)
  })

  app.openapi(freeze, async (c) => {
    const reference = namedIn(c.req.valid('param'), c.req.valid('query'))
    return c.json(toSnake(await wallets.freeze(reference, c.req.valid('json'))), 200)
  })

  app.openapi(unfreeze, async (c) => {
    const reference = namedIn(c.req.valid('param'), c.req.valid('query'))
    return c.json(toSnake(await wallets.unfreeze(reference)), 200)
  })
}

function whoseWallet(caller: Caller, { user_id, merchant }: Whose): WalletReference {
  const userId = whoseAreListed(caller, user_id)
  if (userId === undefined)
    throw invalidRequest([{ field: 'user_id', reason: 'must say whose wallet: ?user_id=…' }])
  return { userId, ...given({ merchant }) }
}

function namedIn(
  { user_id: userId }: { readonly user_id: string },
  { merchant }: { readonly merchant?: string | undefined },
): WalletReference {
  return { userId, ...given({ merchant }) }
}

/** Who of the staff moved it is no business of the customer's. */
function transactionBody(entry: WalletEntry, caller: Caller) {
  return { ...toSnake(entry), ...(caller.kind === 'user' && { by: null }) }
}
