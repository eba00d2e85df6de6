import type { Queryable } from './database.ts'

export interface ApiRequestName {
  readonly caller: string
  readonly route: string
  readonly key: string
}

export interface ApiRequestRow {
  readonly body_digest: Buffer
  /** null while it runs. */
  readonly status: number | null
  readonly response: Buffer | null
}

const SWEPT_AT_ONCE = 100

/**
 * Claims a name for one run. A name that was used before `forgottenBefore`, or whose run began before `deadBefore` and never ended, is free again. Returns nothing when the claim succeeded, else
 * the row that is in the way. Old rows are swept along, a few at a time, so that the table needs nobody to keep it small.
 */
export async function claimApiRequest(
  database: Queryable,
  name: ApiRequestName,
  run: { bodyDigest: Buffer; at: Date; forgottenBefore: Date; deadBefore: Date },
): Promise<ApiRequestRow | undefined> {
  const { rowCount } = await database.query(
    `with swept as (
       delete from bayar.api_requests where (caller, route, key) in (
         select caller, route, key from bayar.api_requests
          where created_at < $6 and (caller, route, key) <> ($1, $2, $3) order by created_at limit ${SWEPT_AT_ONCE} for update skip locked)
     )
     insert into bayar.api_requests as r (caller, route, key, body_digest, created_at) values ($1, $2, $3, $4, $5)
         on conflict (caller, route, key) do update
            set body_digest = excluded.body_digest, created_at = excluded.created_at, status = null, response = null
          where r.created_at < $6 or (r.status is null and r.created_at < $7 and r.body_digest = excluded.body_digest)`,
    [name.caller, name.route, name.key, run.bodyDigest, run.at, run.forgottenBefore, run.deadBefore],
  )
  if ((rowCount ?? 0) > 0) return undefined
  const { rows } = await database.query<ApiRequestRow>(
    'select body_digest, status, response from bayar.api_requests where caller = $1 and route = $2 and key = $3',
    [name.caller, name.route, name.key],
  )
  // Gone in between: its run ended without an answer worth keeping. The caller may try again at once.
  return rows[0] ?? { body_digest: run.bodyDigest, status: null, response: null }
}

/** Only by the run that claimed it: one that was taken over meanwhile has nothing to say. */
export async function finishApiRequest(
  database: Queryable,
  name: ApiRequestName,
  answer: { claimedAt: Date; status: number; response: Buffer },
): Promise<void> {
  await database.query(
    'update bayar.api_requests set status = $5, response = $6 where caller = $1 and route = $2 and key = $3 and created_at = $4 and status is null',
    [name.caller, name.route, name.key, answer.claimedAt, answer.status, answer.response],
  )
}

export async function releaseApiRequest(
  database: Queryable,
  name: ApiRequestName,
  claimedAt: Date,
): Promise<void> {
  await database.query(
    'delete from bayar.api_requests where caller = $1 and route = $2 and key = $3 and created_at = $4 and status is null',
    [name.caller, name.route, name.key, claimedAt],
  )
}
