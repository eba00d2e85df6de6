/** Holds every wallet against its entries, and every top-up against its payment, a page at a time, whatever their number: what an auditor does by hand. */
import { toNumber } from '../../domain/money.ts'
import { checkTopups } from '../../store/topups.ts'
import { checkWallets } from '../../store/wallets.ts'
import type { Context } from '../context.ts'

export interface WalletAudit {
  readonly wallets: number
  /** Those whose entries do not add up to what they show; the first few. */
  readonly wrong: readonly WrongWallet[]
  readonly wrongCount: number
  readonly topups: number
  /** Order ids of top-ups whose money is not what their entries say; the first few. */
  readonly wrongTopups: readonly string[]
  readonly wrongTopupCount: number
}

export interface WrongWallet {
  readonly merchant: string
  readonly userId: string
  readonly balance: number
  readonly entriesSum: number
  readonly shortfall: number
  readonly owedSum: number
}

const PAGE = 500
const TOLD_MAX = 20

export async function auditWallets(
  { database }: Context,
  /** How many were looked at so far. */
  progress: (looked: number) => Promise<void> | void = () => {},
): Promise<WalletAudit> {
  const wallets = await walk((page) => checkWallets(database, page), progress)
  const topups = await walk(
    (page) => checkTopups(database, page),
    (looked) => progress(wallets.looked + looked),
  )
  return {
    wallets: wallets.looked,
    wrong: wallets.wrong.map((row) => ({
      merchant: row.merchant,
      userId: row.user_id,
      balance: toNumber(row.balance),
      entriesSum: toNumber(row.amounts),
      shortfall: toNumber(row.shortfall),
      owedSum: toNumber(row.owed),
    })),
    wrongCount: wallets.wrongCount,
    topups: topups.looked,
    wrongTopups: topups.wrong.map((row) => row.order_id),
    wrongTopupCount: topups.wrongCount,
  }
}

async function walk<Row extends { readonly id: string; readonly is_right: boolean }>(
  read: (page: { readonly after: string | null; readonly limit: number }) => Promise<readonly Row[]>,
  progress: (looked: number) => Promise<void> | void,
): Promise<{ looked: number; wrong: readonly Row[]; wrongCount: number }> {
  const wrong: Row[] = []
  let [looked, wrongCount] = [0, 0]
  for (let after: string | null = null; ; ) {
    const page: readonly Row[] = await read({ after, limit: PAGE })
    const bad = page.filter((row) => !row.is_right)
    wrongCount += bad.length
    wrong.push(...bad.slice(0, TOLD_MAX - wrong.length))
    looked += page.length
    if (page.length > 0) await progress(looked)
    after = page.at(-1)?.id ?? null
    if (page.length < PAGE) return { looked, wrong, wrongCount }
  }
}
