import type { Queryable } from './database.ts'

export interface KeyPass {
  /** When the earliest notice arrived that verifies only now; null: none so far. */
  readonly since: Date | null
  /** Behind which payment to go on. */
  readonly position: string | null
}

/** Takes the work that a changed set of keys causes. `same`: nothing changed, or it is done; `taken`: another process is at it. */
export async function claimKeyPass(
  database: Queryable,
  digest: string,
  { at, leaseUntil }: { readonly at: Date; readonly leaseUntil: Date },
): Promise<KeyPass | 'same' | 'taken'> {
  const { rows } = await database.query<KeyPass>(
    `update bayar.key_set set leased_until = $3
      where digest is distinct from $1 and (leased_until is null or leased_until < $2) returning since, position`,
    [digest, at, leaseUntil],
  )
  if (rows[0]) return rows[0]
  const found = await database.query<{ digest: string | null }>('select digest from bayar.key_set')
  return found.rows[0]?.digest === digest ? 'same' : 'taken'
}

/** The earliest one counts: a process that dies leaves it to the next. */
export async function noteVerifiedSince(
  database: Queryable,
  receivedAt: Date,
  leaseUntil: Date,
): Promise<void> {
  await database.query('update bayar.key_set set since = least(since, $1), leased_until = $2', [
    receivedAt,
    leaseUntil,
  ])
}

export async function noteKeyPosition(
  database: Queryable,
  position: string,
  leaseUntil: Date,
): Promise<void> {
  await database.query('update bayar.key_set set position = $1, leased_until = $2', [position, leaseUntil])
}

export async function endKeyPass(database: Queryable, digest: string): Promise<void> {
  await database.query(
    'update bayar.key_set set digest = $1, since = null, position = null, leased_until = null',
    [digest],
  )
}

/** It could not be finished: somebody may go on at once. */
export async function releaseKeyPass(database: Queryable): Promise<void> {
  await database.query('update bayar.key_set set leased_until = null')
}
