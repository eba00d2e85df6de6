import type { Bayar } from '../bayar.ts'
import { basesOf } from '../gateway/account-key.ts'

/** Where commands go. */
export function gatewayAddress({ isProduction, baseUrl }: Bayar['settings']): string {
  return basesOf({ isProduction: isProduction === true, baseUrl }).core
}
