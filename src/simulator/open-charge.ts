import { type Beginning, beginWith } from './card-bank.ts'
import type { Plastic } from './card-vault.ts'
import type { CardAsked, LinkedAsked } from './charge-parts.ts'
import type { ChargeAsked } from './check-charge.ts'
import type { LedgerRefusal } from './ledger.ts'
import { ovoFate } from './ovo-phones.ts'
import type { RefusalName } from './refusals.ts'
import { testCard } from './test-cards.ts'
import type { Extras, Transaction } from './transaction.ts'
import type { World } from './world.ts'

/**
 * A charge that asks for the right things becomes a transaction: the bank, the linked wallet or the phone's owner is asked where they decide
 * at once. `challenge` and `refuse` are faults that somebody has asked for.
 */
export interface OpenOptions {
  readonly extras: Extras | null
  readonly ofSnap?: boolean
  readonly forced?: 'challenge' | 'refuse' | null
}

type Refused = { readonly refusal: RefusalName; readonly problems?: readonly string[] }

/** How long the owner of a linked wallet has to confirm. */
const VERIFICATION_SECONDS = 5 * 60

const WAITS: Beginning = { state: 'pending', fraud: 'accept', detail: null }

export function openCharge(world: World, asked: ChargeAsked, options: OpenOptions): Transaction | Refused {
  const { method, orderId, amount, wishedNumber, expiresMs, parts } = asked
  const { ledger } = world
  // A duplicate must not use up the token that its retry needs.
  if (!ledger.isFree(orderId, options.ofSnap ?? false)) return { refusal: 'duplicate_order_id' }
  const begun = parts.card
    ? byCard(world, parts.card, options.forced ?? null)
    : parts.linked
      ? byLinkedWallet(world, parts.linked, amount)
      : parts.ovoPhone !== undefined
        ? byOvo(parts.ovoPhone)
        : WAITS
  if ('refusal' in begun) return begun
  const opened: Transaction | LedgerRefusal = ledger.open({
    method,
    orderId,
    amount,
    wishedNumber,
    expiresMs: begun.lifetimeSeconds ? world.clock.nowMs() + begun.lifetimeSeconds * 1000 : expiresMs,
    extras: options.extras,
    detail: begun.detail,
    begins: begun.state,
    fraud: begun.fraud,
    ofSnap: options.ofSnap ?? false,
  })
  if (typeof opened === 'string') return { refusal: opened }
  return opened
}

function byCard(world: World, asked: CardAsked, forced: OpenOptions['forced']): Beginning | Refused {
  const nowMs = world.clock.nowMs()
  const plastic: Plastic | undefined =
    asked.number === undefined
      ? world.cards.use(asked.token ?? '', nowMs)
      : { number: asked.number, expiresMs: Number.POSITIVE_INFINITY }
  if (!plastic) return { refusal: 'token_gone' }
  const known = testCard(plastic.number)
  if (
    asked.bins &&
    !asked.bins.some((bin) => plastic.number.startsWith(bin) || bin.toLowerCase() === known.bank)
  )
    return { refusal: 'invalid', problems: ['credit_card.bins does not contain the BIN of the card'] }
  const card =
    forced === 'challenge'
      ? { ...known, outcome: 'challenge' as const }
      : forced === 'refuse'
        ? { ...known, outcome: 'do_not_honour' as const }
        : known
  const saved =
    asked.save && asked.token !== undefined
      ? { token: world.cards.save(plastic), expiresMs: plastic.expiresMs }
      : null
  return beginWith(card, { ...asked, saved }, nowMs, world.ledger.size + 1)
}

function byLinkedWallet(world: World, asked: LinkedAsked, amount: number): Beginning | Refused {
  const { accountId, optionToken, preAuth } = asked
  const paid = world.payAccounts.pay(accountId, optionToken, amount)
  if (paid === undefined) return { refusal: 'token_gone' }
  const linked = { accountId, option: paid.option, verify: paid.verify, preAuth, refused: paid.refused }
  const detail = { linked }
  if (paid.refused) return { state: 'deny', fraud: 'accept', detail }
  if (paid.verify) return { state: 'pending', fraud: 'accept', detail, lifetimeSeconds: VERIFICATION_SECONDS }
  return { state: preAuth ? 'authorize' : 'settlement', fraud: 'accept', detail }
}

function byOvo(phone: string): Beginning | Refused {
  if (ovoFate(phone) === 'not_registered') return { refusal: 'wallet_not_registered' }
  return { ...WAITS, detail: { ovo: { phone } } }
}
