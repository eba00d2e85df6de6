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

const executablePath = process.env.BAYAR_TEST_BROWSER || PLACES.find((path) => existsSync(path))

/** Why the browser tests are skipped here, if they are. Nothing else needs a browser, and none may be downloaded. */
export const noBrowser: string | null = executablePath
  ? null
  : 'No Chromium or Chrome was found, so the tests of pages are skipped: `apt-get install chromium`, or name one in BAYAR_TEST_BROWSER.'

/** A real browser, without a window. */
export async function startBrowser(): Promise<Browser> {
  // As root there is no sandbox to be had.
  return await chromium.launch({ executablePath: executablePath!, args: ['--no-sandbox'] })
}
