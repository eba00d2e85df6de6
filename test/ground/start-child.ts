/**
 * A process of its own that starts the embedded server, says so in one line of JSON, and stays: what `bayar dev` and
 * the test kit do, as far as the launcher is concerned. `node start-child.ts development|test HOME [stop]`
 */
import pg from 'pg'
import { isBayarError } from '../../src/errors.ts'
import { startEmbeddedPostgres } from '../../src/store/embedded/start-embedded-postgres.ts'

const [purpose, home, then] = process.argv.slice(2)

try {
  const server = await startEmbeddedPostgres({
    purpose: purpose as 'development' | 'test',
    ...(home ? { home } : {}),
  })
  const client = new pg.Client({ connectionString: server.url })
  await client.connect()
  await client.query('create table if not exists starts (pid integer)')
  await client.query('insert into starts values ($1)', [process.pid])
  const { rows } = await client.query(`
    select (select count(*)::integer from starts) as starts, current_setting('fsync') as fsync,
      current_setting('data_directory') as data, (select pg_postmaster_start_time()::text) as started_at`)
  await client.end()
  console.log(JSON.stringify({ url: server.url, reused: server.reused, ...rows[0] }))
  if (then === 'stop') await server.stop()
  else if (then === 'end') process.exit(0)
  else setInterval(() => undefined, 60_000)
} catch (error) {
  console.log(JSON.stringify({ error: isBayarError(error) ? error.code : 'other', message: String(error) }))
  process.exit(1)
}
