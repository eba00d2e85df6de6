import { readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { NODE_LEAST, olderNode } from './node-version.ts'

describe('olderNode', () => {
  it('names both versions to what is too old', () => {
    expect(olderNode('20.19.4')).toMatch(/^bayar needs Node 22\.18 or newer; this is 20\.19\.4\. .*npm start/)
    expect(olderNode('22.17.1')).not.toBeNull()
  })

  it('lets 22.18 and everything newer in', () => {
    for (const version of ['22.18.0', '22.20.1', '24.0.0', '26.1.0-pre'])
      expect(olderNode(version)).toBeNull()
  })

  it('asks for what package.json asks for', () => {
    const { engines } = JSON.parse(readFileSync(new URL('../../package.json', import.meta.url), 'utf8')) as {
      engines: { node: string }
    }
    expect(engines.node).toBe(`>=${NODE_LEAST}`)
  })
})
