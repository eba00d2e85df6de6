/** The `curl` lines of the documentation that ask the simulator, run as they are written but for the port, which is taken here, one after the other. */
import { execFile, spawnSync } from 'node:child_process'
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { expect, test } from 'vitest'
import { createSimulator } from '../../src/simulator/index.ts'

const run = promisify(execFile)
const root = join(import.meta.dirname, '..', '..')
const hasCurl = spawnSync('curl', ['--version']).status === 0
if (!hasCurl) console.warn('curl is not installed, so the curl lines of the documentation are not run.')

const pages = ['README.md', ...readdirSync(join(root, 'docs/guides')).map((file) => `docs/guides/${file}`)]
const lines = pages.flatMap((page) =>
  readFileSync(join(root, page), 'utf8')
    .split('\n')
    // Others go to an app of the reader's.
    .filter((line) => line.startsWith('curl ') && line.includes('http://127.0.0.1:3001')),
)
/** Charged by the TypeScript above the line that pays them. */
const CHARGED = ['ORDER-001']

test.skipIf(!hasCurl)('every curl line of the documentation is answered', async () => {
  expect(lines.length).toBeGreaterThan(5)
  const simulator = createSimulator({ seed: 1 })
  const { url, close } = await simulator.listen({ port: 0 })
  const home = mkdtempSync(join(tmpdir(), 'bayar-curl-'))
  // Said here, so that the lines stay as they are: no progress, and the status after the body.
  writeFileSync(join(home, '.curlrc'), 'silent\nwrite-out = "\\n%{http_code}"\n')
  try {
    for (const orderId of CHARGED) {
      const charged = await simulator.fetch(
        new Request('http://midtrans.simulator/v2/charge', {
          method: 'POST',
          headers: {
            authorization: `Basic ${btoa(`${simulator.serverKey}:`)}`,
            'content-type': 'application/json',
          },
          body: JSON.stringify({
            payment_type: 'bank_transfer',
            bank_transfer: { bank: 'bca' },
            transaction_details: { order_id: orderId, gross_amount: 100_000 },
          }),
        }),
      )
      expect(await charged.json()).toMatchObject({ status_code: '201' })
    }
    for (const line of lines) {
      const { stdout: answer } = await run('sh', ['-c', line.replaceAll('http://127.0.0.1:3001', url)], {
        env: {
          ...process.env,
          CURL_HOME: home,
          MIDTRANS_SERVER_KEY: simulator.serverKey,
          MIDTRANS_CLIENT_KEY: simulator.clientKey,
        },
      })
      const at = answer.lastIndexOf('\n')
      expect(answer.slice(at + 1), line).toMatch(/^2\d\d$/)
      // Core says in its body how it went.
      const { status_code: told = '200' } = JSON.parse(answer.slice(0, at) || '{}') as {
        status_code?: string
      }
      expect(told, line).toMatch(/^2\d\d$/)
    }
  } finally {
    await close()
    rmSync(home, { recursive: true, force: true })
  }
})
