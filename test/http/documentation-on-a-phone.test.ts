import { expect, test } from 'vitest'
import { createTestBayar } from '../../src/testing/index.ts'
import { noBrowser, startBrowser } from '../support/browser.ts'

test.skipIf(noBrowser !== null)(
  '/docs is as wide as a phone, also with everything open',
  async () => {
    const kit = await createTestBayar({ options: { docs: true, rest: true } })
    const browser = await startBrowser()
    try {
      const page = await browser.newPage({ viewport: { width: 360, height: 700 } })
      await page.setContent(await (await kit.bayar.fetch(new Request('http://shop.example/docs'))).text())
      for (const prepare of ['', 'document.querySelectorAll("details").forEach((one) => (one.open = true));'])
        expect(await page.evaluate(`${prepare} document.documentElement.scrollWidth`)).toBe(360)
    } finally {
      await browser.close()
      await kit.close()
    }
  },
  60_000,
)
