import { strict as assert } from 'node:assert'
import type { Simulator } from '../../src/simulator/index.ts'

/** The customer chooses a way to pay on the hosted page, by Snap's name of it. */
export async function chooseOnPage(simulator: Simulator, address: string, method: string): Promise<void> {
  const response = await simulator.fetch(
    new Request(address, {
      method: 'POST',
      headers: { 'Content-Type': 'application/x-www-form-urlencoded', Origin: new URL(address).origin },
      body: new URLSearchParams({ method }),
      redirect: 'manual',
    }),
  )
  assert.equal(response.status, 303, await response.text())
}
