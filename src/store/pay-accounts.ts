import type { PayAccountStatus } from '../domain/pay-account.ts'
import type { Queryable } from './database.ts'

export interface PayAccountRow {
  readonly id: string
  readonly merchant: string
  readonly account_id: string
  readonly payment_type: string
  readonly status: PayAccountStatus
  readonly user_id: string | null
  readonly checks: number
  readonly created_at: Date
  readonly updated_at: Date
}

const ASKED_EVERY_SECONDS = 5
const COLUMNS = 'id, merchant, account_id, payment_type, status, user_id, checks, created_at, updated_at'

export interface NewPayAccount {
  readonly id: string
  readonly merchant: string
  readonly accountId: string
  readonly paymentType: string
  readonly status: PayAccountStatus
  readonly userId: string | null
  readonly at: Date
  readonly nextCheckAt: Date | null
}

/**
 * Midtrans answers the account that a phone is linked to already, whoever asks. So an account that is one user's never becomes another's: undefined then, and nothing is changed.
 */
export async function putPayAccount(
  database: Queryable,
  account: NewPayAccount,
): Promise<PayAccountRow | undefined> {
  const { rows } = await database.query<PayAccountRow>(
    `insert into bayar.pay_accounts as a (id, merchant, account_id, payment_type, status, user_id, next_check_at, created_at, updated_at)
     values ($1, $2, $3, $4, $5, $6, $7, $8, $8)
         on conflict (merchant, account_id) do update
        set status = excluded.status, next_check_at = excluded.next_check_at, checks = 0, updated_at = excluded.updated_at
      where a.user_id is not distinct from excluded.user_id
     returning ${COLUMNS}`,
    [
      account.id,
      account.merchant,
      account.accountId,
      account.paymentType,
      account.status,
      account.userId,
      account.nextCheckAt,
      account.at,
    ],
  )
  return rows[0]
}

export async function findPayAccount(
  database: Queryable,
  merchant: string,
  accountId: string,
): Promise<PayAccountRow | undefined> {
  const { rows } = await database.query<PayAccountRow>(
    `select ${COLUMNS} from bayar.pay_accounts where merchant = $1 and account_id = $2`,
    [merchant, accountId],
  )
  return rows[0]
}

/** How Midtrans has it now, as of `at`: an answer that was asked for earlier never overwrites a later one. */
export async function updatePayAccount(
  database: Queryable,
  id: string,
  told: { readonly status: PayAccountStatus; readonly at: Date; readonly nextCheckAt: Date | null },
): Promise<PayAccountRow | undefined> {
  const { rows } = await database.query<PayAccountRow>(
    `update bayar.pay_accounts set status = $2, updated_at = $3, next_check_at = $4 where id = $1 and updated_at <= $3 returning ${COLUMNS}`,
    [id, told.status, told.at, told.nextCheckAt],
  )
  return rows[0]
}

export interface PayAccountFilter {
  readonly merchant?: string
  readonly userId?: string
  readonly status?: PayAccountStatus
}

/** One row more than asked tells whether there is a next page. */
export async function listPayAccounts(
  database: Queryable,
  page: {
    readonly filter: PayAccountFilter
    readonly descending: boolean
    readonly after: string | null
    readonly limit: number
  },
): Promise<readonly PayAccountRow[]> {
  const { filter, after } = page
  const { rows } = await database.query<PayAccountRow>(
    `select ${COLUMNS} from bayar.pay_accounts
      where ($1::text is null or merchant = $1) and ($2::text is null or user_id = $2) and ($3::text is null or status = $3)
        and ($4::uuid is null or id ${page.descending ? '<' : '>'} $4)
      order by id ${page.descending ? 'desc' : 'asc'} limit $5`,
    [filter.merchant ?? null, filter.userId ?? null, filter.status ?? null, after, page.limit + 1],
  )
  return rows
}

/**
 * Something may have changed: asked about as soon as a worker is free, but not every second, for anybody can send such a notice. True when the account is one of ours.
 */
export async function checkPayAccountSoon(
  database: Queryable,
  accountId: string,
  at: Date,
): Promise<boolean> {
  const { rowCount } = await database.query(
    `update bayar.pay_accounts set checks = 0, next_check_at = least(next_check_at, greatest($2::timestamptz, updated_at + make_interval(secs => $3)))
      where account_id = $1`,
    [accountId, at, ASKED_EVERY_SECONDS],
  )
  return (rowCount ?? 0) > 0
}

/** Takes accounts whose check is due, for the length of a lease. */
export async function claimPayAccounts(
  database: Queryable,
  options: { readonly at: Date; readonly leaseUntil: Date; readonly limit: number },
): Promise<readonly PayAccountRow[]> {
  const { rows } = await database.query<PayAccountRow>(
    `with due as (
       select id from bayar.pay_accounts where next_check_at <= $1 order by next_check_at limit $3 for update skip locked
     )
     update bayar.pay_accounts a set next_check_at = $2, checks = a.checks + 1 from due where a.id = due.id
     returning ${COLUMNS.split(', ')
       .map((column) => `a.${column}`)
       .join(', ')}`,
    [options.at, options.leaseUntil, options.limit],
  )
  return rows
}

export async function planPayAccountCheck(database: Queryable, id: string, at: Date | null): Promise<void> {
  await database.query('update bayar.pay_accounts set next_check_at = $2 where id = $1', [id, at])
}

/** The account was read again at Midtrans: what its notices hinted at is known. */
export async function closePayAccountNotices(
  database: Queryable,
  accountId: string,
  at: Date,
): Promise<void> {
  await database.query(
    `update bayar.notifications set status = 'processed', processed_at = $2
      where channel = 'pay_account' and status = 'received' and transaction_id = $1 and received_at <= $2`,
    [accountId, at],
  )
}
