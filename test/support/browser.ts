import { existsSync } from 'node:fs'
import { type Browser, chromium } from 'playwright-core'

/** Where Debian, macOS and others put it. */
const PLACES = [
  '/usr/bin/chromium',
  '/usr/bin/chromium-browser',
  '/usr/bin/google-chrome',
  '/Applications/Google Chrome.app/Contents/MacOS/Google Chrome',
  '/Applications/Chromium.app/Contents/MacOS/Chromium',
]

/** A real browser, without a window. */
export async function startBrowser(): Promise<Browser> {
  const executablePath = process.env.BAYAR_TEST_BROWSER || PLACES.find((path) => existsSync(path))
  if (!executablePath)
    throw new Error(
      'No Chromium or Chrome was found for the browser tests: `apt-get install chromium`, or name one in BAYAR_TEST_BROWSER.',
    )
  // As root there is no sandbox to be had.
  return await chromium.launch({ executablePath, args: ['--no-sandbox'] })
}
