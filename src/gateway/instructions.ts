import type { InstructionField, Instructions } from '../domain/news.ts'
import { cleanText, fitsAsId, type TEXT_MAX } from './clean-text.ts'
import { isObject } from './read-document.ts'
import type { WireDocument } from './wire.ts'

/**
 * What the customer needs in order to pay, wherever a method puts it: VA numbers in a list, but Permata's beside it; QR codes and deep links among
 * `actions`; the rest at the top. Source: docs/midtrans/protocol.md §7.
 */
export function instructionsOf(document: WireDocument, mayCarryAddresses: boolean): Instructions {
  const found: Partial<Record<InstructionField, string>> = {}
  for (const [field, cap, value] of NUMBERS) {
    const text = cleanText(value(document), cap)
    if (text !== null) found[field] = text
  }
  // No notification of Midtrans's has an address, and no signature covers one: whoever got hold of a signed body could send customers anywhere.
  if (!mayCarryAddresses) return found
  for (const [field, value] of ADDRESSES) {
    const text = addressOf(value(document))
    if (text !== null) found[field] = text
  }
  return found
}

type Place = (document: WireDocument) => unknown

// biome-ignore format: a table is read in columns
const NUMBERS: readonly (readonly [InstructionField, keyof typeof TEXT_MAX, Place])[] = [
  ['va_number',    'va_number',    (document) => firstVa(document)?.va_number ?? document.permata_va_number],
  ['bank',         'bank',         (document) => firstVa(document)?.bank ?? (document.permata_va_number && 'permata')],
  ['bill_key',     'bill_key',     (document) => document.bill_key],
  ['biller_code',  'biller_code',  (document) => document.biller_code],
  ['payment_code', 'payment_code', (document) => document.payment_code],
  ['store',        'store',        (document) => document.store],
  ['qr_string',    'qr_string',    (document) => document.qr_string],
  ['masked_card',  'masked_card',  (document) => document.masked_card],
  ['saved_token_id', 'saved_token_id', (document) => wholeToken(document)],
  ['saved_token_id_expired_at', 'saved_token_id_expired_at', (document) => wholeToken(document) && document.saved_token_id_expired_at],
]

// biome-ignore format: a table is read in columns
const ADDRESSES: readonly (readonly [InstructionField, Place])[] = [
  ['qr_url',       (document) => action(document, 'generate-qr-code-v2') ?? action(document, 'generate-qr-code')],
  ['deeplink_url', (document) => action(document, 'deeplink-redirect') ?? action(document, 'verification-link-app')],
  ['redirect_url', (document) => document.redirect_url ?? action(document, 'verification-link-url')],
]

/** Cut short it would charge nobody, or somebody else. */
function wholeToken({ saved_token_id: token }: WireDocument): unknown {
  return fitsAsId(token, 'saved_token_id') ? token : undefined
}

function firstVa(document: WireDocument): WireDocument | undefined {
  const list = document.va_numbers
  const first: unknown = Array.isArray(list) ? list[0] : undefined
  return isObject(first) ? first : undefined
}

/** The address of the first of these actions that has one. */
export function addressIn(document: WireDocument, ...names: readonly string[]): string | null {
  for (const name of names) {
    const address = addressOf(action(document, name))
    if (address !== null) return address
  }
  return null
}

function action(document: WireDocument, name: string): unknown {
  if (!Array.isArray(document.actions)) return undefined
  const found: unknown = document.actions.find((one: unknown) => isObject(one) && one.name === name)
  return isObject(found) ? found.url : undefined
}

/** Followed as it is, whatever the host (old samples name other ones); but an address that runs as a script is none. */
function addressOf(value: unknown): string | null {
  const text = cleanText(value, 'url')
  if (text === null || text !== value || !/^[a-z][a-z0-9+.-]*:/i.test(text)) return null
  return /^(javascript|data|vbscript|blob|file):/i.test(text) ? null : text
}
