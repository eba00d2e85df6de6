import { expect, test } from 'vitest'
import type { Death } from './mortal-pool.ts'

/**
 * A story told again and again, each time by a process that dies before, or after, a later statement; until it lives through it all. `npm run prove -- steps` dies at every statement, the tests at every
 * `stride`th, each from another one.
 */
export function dieAtEach(
  stories: readonly string[],
  { stride: sampled, atMost }: { readonly stride: number; readonly atMost: number },
  tell: (story: string, death: Death) => Promise<boolean>,
): void {
  const deaths = stories.flatMap((name, index) =>
    (['before', 'after'] as const).map((when) => [name, when, index] as const),
  )
  test.each(deaths)(
    '%s, dying %s the statement',
    async (name, when, index) => {
      const stride = process.env.BAYAR_PROVE === 'steps' ? 1 : sampled
      let at = 1 + ((index * 2 + (when === 'after' ? 1 : 0)) % stride)
      for (; ; at += stride) {
        const death: Death = { at, when, statements: 0, isDead: false }
        if (await tell(name, death)) break
        expect(at, 'the story never ends').toBeLessThan(atMost)
      }
      expect(at).toBeGreaterThan(10)
    },
    240_000,
  )
}
