import { expect, test } from 'vitest'
import { proveCrashes } from '../prove/crash.ts'
import { emptyDatabase } from '../support/database.ts'

// `npm run prove -- crash` does the same a hundred times, with fsync on.
test('kill -9 under load, five times: nothing acknowledged is missing, nothing is lost or doubled', async () => {
  const database = await emptyDatabase()
  const report = await proveCrashes({
    databaseUrl: database.url,
    times: 5,
    seed: Math.floor(Math.random() * 1e9),
  })
  expect(report).toMatchObject({ kills: 5 })
  expect(report.acknowledged).toBeGreaterThan(500)
  await database.drop()
}, 180_000)
