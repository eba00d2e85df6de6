/** What the machine can commit at all: one prepared insert a transaction, durable, from as many connections as told. Every rate of a bench is read beside it. */
import pg from 'pg'
import { named } from './ground.ts'

export interface CommitRate {
  readonly connections: number
  readonly perSecond: number
}

export async function measureCommits(
  url: string,
  connections: readonly number[],
  seconds: number,
): Promise<CommitRate[]> {
  const rates: CommitRate[] = []
  for (const count of connections)
    rates.push({ connections: count, perSecond: await rateOf(url, count, seconds) })
  return rates
}

async function rateOf(url: string, connections: number, seconds: number): Promise<number> {
  const clients = Array.from(
    { length: connections },
    () => new pg.Client({ connectionString: named(url, 'commits') }),
  )
  await Promise.all(clients.map((client) => client.connect()))
  try {
    await clients[0]!.query('create table if not exists bench_commits (n bigint not null)')
    const insert = (client: pg.Client, n: number) =>
      client.query({ name: 'commit', text: 'insert into bench_commits (n) values ($1)', values: [n] })
    await Promise.all(clients.map((client) => insert(client, 0)))
    const startedAt = performance.now()
    const endsAt = startedAt + seconds * 1_000
    let commits = 0
    await Promise.all(
      clients.map(async (client) => {
        for (; performance.now() < endsAt; commits++) await insert(client, commits)
      }),
    )
    return Math.round(commits / ((performance.now() - startedAt) / 1_000))
  } finally {
    await Promise.all(clients.map((client) => client.end()))
  }
}
