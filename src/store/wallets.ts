import type { WalletEntryKind, WalletStatus } from '../domain/wallet.ts'
import { assert } from '../errors.ts'
import type { Queryable } from './database.ts'

export interface WalletRow {
  readonly id: string
  readonly merchant: string
  readonly user_id: string
  readonly version: number
  readonly status: WalletStatus
  readonly frozen_reason: string | null
  readonly balance: bigint
  readonly shortfall: bigint
  readonly currency: string
  readonly created_at: Date
  readonly updated_at: Date
}

export interface WalletEntryRow {
  readonly id: string
  readonly wallet_id: string
  readonly sequence: number
  readonly kind: WalletEntryKind
  readonly cause_kind: string
  readonly cause_id: string
  readonly amount: bigint
  readonly balance: bigint
  readonly owed: bigint
  readonly shortfall: bigint
  readonly note: string | null
  readonly made_by: string
  readonly payment_id: string | null
  readonly occurred_at: Date
}

/** Makes it unless it is there. */
export async function openWallet(
  database: Queryable,
  wallet: {
    readonly id: string
    readonly merchant: string
    readonly userId: string
    readonly at: Date
  },
): Promise<void> {
  await database.query(
    `insert into bayar.wallets (id, merchant, user_id, created_at, updated_at) values ($1, $2, $3, $4, $4)
         on conflict (merchant, user_id) do nothing`,
    [wallet.id, wallet.merchant, wallet.userId, wallet.at],
  )
}

export async function findWallet(
  database: Queryable,
  merchant: string,
  userId: string,
): Promise<WalletRow | undefined> {
  const { rows } = await database.query<WalletRow>(
    'select * from bayar.wallets where merchant = $1 and user_id = $2',
    [merchant, userId],
  )
  return rows[0]
}

export async function findWallets(
  database: Queryable,
  ids: readonly string[],
): Promise<readonly WalletRow[]> {
  if (ids.length === 0) return []
  const { rows } = await database.query<WalletRow>(
    'select * from bayar.wallets where id = any ($1::uuid[])',
    [ids],
  )
  return rows
}

/** Takes the wallet's lock, which comes after those of payments, refunds, obligations and subscriptions. */
export async function lockWallet(
  tx: Queryable,
  merchant: string,
  userId: string,
): Promise<WalletRow | undefined> {
  const { rows } = await tx.query<WalletRow>(
    'select * from bayar.wallets where merchant = $1 and user_id = $2 for no key update',
    [merchant, userId],
  )
  return rows[0]
}

/** What a cause has done to a wallet already; what its credit paid of a shortfall aside. */
export async function findEntryOfCause(
  tx: Queryable,
  walletId: string,
  cause: { readonly kind: string; readonly id: string },
): Promise<WalletEntryRow | undefined> {
  const { rows } = await tx.query<WalletEntryRow>(
    'select * from bayar.wallet_entries where wallet_id = $1 and cause_kind = $2 and cause_id = $3 and kind = $2',
    [walletId, cause.kind, cause.id],
  )
  return rows[0]
}

/** The wallet as it is after the entries, and the entries, by one statement: neither is ever there without the other. The wallet's lock is held. */
export async function writeEntries(
  tx: Queryable,
  after: WalletRow,
  entries: readonly WalletEntryRow[],
): Promise<void> {
  const { rowCount } = await tx.prepared(
    'bayar_write_entries',
    `with moved as (
       update bayar.wallets set version = $2, status = $3, frozen_reason = $4, balance = $5, shortfall = $6, updated_at = $7
        where id = $1 and version = $8 returning id
     )
     insert into bayar.wallet_entries (id, wallet_id, sequence, kind, cause_kind, cause_id, amount, balance, owed, shortfall, note, made_by, payment_id, occurred_at)
     select e.id, m.id, e.sequence, e.kind, e.cause_kind, e.cause_id, e.amount, e.balance, e.owed, e.shortfall, e.note, e.made_by, e.payment_id, $7
       from moved m, json_to_recordset($9::json) as e(id uuid, sequence int, kind text, cause_kind text, cause_id text, amount bigint, balance bigint,
            owed bigint, shortfall bigint, note text, made_by text, payment_id uuid)`,
    [
      after.id,
      after.version,
      after.status,
      after.frozen_reason,
      after.balance,
      after.shortfall,
      after.updated_at,
      after.version - entries.length,
      JSON.stringify(entries, (_, value: unknown) => (typeof value === 'bigint' ? value.toString() : value)),
    ],
  )
  assert(rowCount === entries.length, 'a wallet was moved without its lock')
}

export async function updateWalletStatus(tx: Queryable, after: WalletRow): Promise<void> {
  await tx.query(
    'update bayar.wallets set version = $2, status = $3, frozen_reason = $4, updated_at = $5 where id = $1',
    [after.id, after.version, after.status, after.frozen_reason, after.updated_at],
  )
}

/** In the order in which they were made. One row more than asked tells whether there is a next page. */
export async function listWalletEntries(
  database: Queryable,
  page: {
    readonly walletId: string
    readonly kind?: string
    readonly after: number | null
    readonly limit: number
    readonly descending: boolean
  },
): Promise<readonly WalletEntryRow[]> {
  const { rows } = await database.query<WalletEntryRow>(
    `select * from bayar.wallet_entries
      where wallet_id = $1 and ($2::text is null or kind = $2) and ($3::int is null or sequence ${page.descending ? '<' : '>'} $3)
      order by sequence ${page.descending ? 'desc' : 'asc'} limit $4`,
    [page.walletId, page.kind ?? null, page.after, page.limit + 1],
  )
  return rows
}

/** The entries that events are about. */
export async function findEntriesAt(
  database: Queryable,
  places: readonly { readonly subject_id: string; readonly sequence: number }[],
): Promise<readonly WalletEntryRow[]> {
  if (places.length === 0) return []
  const { rows } = await database.query<WalletEntryRow>(
    `select e.* from unnest($1::uuid[], $2::int[]) as at(wallet_id, sequence) join bayar.wallet_entries e using (wallet_id, sequence)`,
    [places.map(({ subject_id }) => subject_id), places.map(({ sequence }) => sequence)],
  )
  return rows
}

export interface CheckedWallet {
  readonly id: string
  readonly merchant: string
  readonly user_id: string
  readonly balance: bigint
  readonly shortfall: bigint
  /** Of all its entries. */
  readonly amounts: bigint
  readonly owed: bigint
  /** The wallet, and each entry, has what the entries up to it add up to. */
  readonly is_right: boolean
}

/** One statement, so that a wallet that moves meanwhile is seen before or after, with its entries. */
export async function checkWallets(
  database: Queryable,
  page: { readonly after: string | null; readonly limit: number },
): Promise<readonly CheckedWallet[]> {
  const { rows } = await database.query<CheckedWallet>(
    `select w.id, w.merchant, w.user_id, w.balance, w.shortfall, e.amounts, e.owed,
            w.balance = e.amounts and w.shortfall = e.owed and e.are_right as is_right
       from (select * from bayar.wallets where $1::uuid is null or id > $1 order by id limit $2) w
      cross join lateral (
        select coalesce(sum(r.amount), 0)::bigint as amounts, coalesce(sum(r.owed), 0)::bigint as owed,
               coalesce(bool_and(r.balance = r.sum and r.shortfall = r.owed_sum), true) as are_right
          from (select e.amount, e.owed, e.balance, e.shortfall, sum(e.amount) over up_to as sum, sum(e.owed) over up_to as owed_sum
                  from bayar.wallet_entries e where e.wallet_id = w.id window up_to as (order by e.sequence)) r
      ) e
      order by w.id`,
    [page.after, page.limit],
  )
  return rows
}
