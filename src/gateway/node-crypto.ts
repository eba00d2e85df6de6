/**
 * Node's own hashing, where there is a Node: the quickest there is, and the hot path of notifications needs it. Not imported, so that `bayar/midtrans` loads on runtimes without Node's
 * modules; there, `readNotification` verifies with Web Crypto.
 */
import type * as NodeCryptoModule from 'node:crypto'

type NodeCrypto = typeof NodeCryptoModule

const found: NodeCrypto | undefined = (
  globalThis as { process?: { getBuiltinModule?: (name: string) => unknown } }
).process?.getBuiltinModule?.('node:crypto') as NodeCrypto | undefined

export function nodeCrypto(): NodeCrypto {
  if (!found)
    throw new Error('There is no node:crypto here: verify notifications with `await readNotification(…)`.')
  return found
}

/** The one-shot function saves a hash object for each notification; runtimes that lack it get the long way. */
export const sha512: (text: string) => Uint8Array =
  typeof found?.hash === 'function'
    ? (text) => found.hash('sha512', text, 'buffer')
    : (text) => nodeCrypto().createHash('sha512').update(text).digest()
