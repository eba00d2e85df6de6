import { expect, test } from 'vitest'
import type { Death } from './mortal-pool.ts'

type Tell = (story: string, death: Death) => Promise<boolean>

/** `npm run prove -- steps`; with `--every N` only each Nth, where nobody has hours. */
export const IN_FULL = process.env.BAYAR_PROVE === 'steps'
export const EVERY = Number(process.env.BAYAR_PROVE_EVERY ?? 1)
/** In full a story is told a hundred times and more. Of several that are told at once, each waits for the others. */
export const TIMEOUT_MS = IN_FULL ? 7_200_000 : 600_000

/**
 * A story told again and again, each time by a process that dies before, or after, a later statement; until it lives through it all. `npm run prove -- steps` dies at every statement, the tests at every
 * `stride`th, each from another one. Most of a story is waiting for the database, so several are told at once.
 */
export function dieAtEach(
  stories: readonly string[],
  { stride: sampled, atMost }: { readonly stride: number; readonly atMost: number },
  tell: Tell,
): void {
  const deaths = stories.flatMap((name, index) =>
    (['before', 'after'] as const).map((when) => [name, when, index] as const),
  )
  test.concurrent.each(deaths)(
    '%s, dying %s the statement',
    async (name, when, index) => {
      const stride = IN_FULL ? EVERY : sampled
      let at = 1 + ((index * 2 + (when === 'after' ? 1 : 0)) % stride)
      for (; ; at += stride) {
        const death: Death = { at, when, statements: 0, isDead: false }
        if (await tell(name, death)) break
        expect(at, 'the story never ends').toBeLessThan(atMost)
      }
      expect(at).toBeGreaterThan(10)
    },
    TIMEOUT_MS,
  )
}

/**
 * The same for many stories of very different length: the tests tell each once to its end, and then with so many deaths, spread over all of its statements, before one and after the next in turns. In full it is
 * every statement, both before and after.
 */
export function dieHereAndThere(
  stories: readonly string[],
  { deaths, atMost }: { readonly deaths: number; readonly atMost: number },
  tell: Tell,
): void {
  if (IN_FULL) {
    dieAtEach(stories, { stride: EVERY, atMost }, tell)
    return
  }
  test.concurrent.each(stories.map((name, index) => [name, index] as const))(
    '%s, dying here and there',
    async (name, index) => {
      const whole: Death = { at: Number.POSITIVE_INFINITY, when: 'before', statements: 0, isDead: false }
      expect(await tell(name, whole)).toBe(true)
      expect(whole.statements).toBeGreaterThan(10)
      // Each story from another place, so that not all of them die at the same moment of putting off or ending.
      const shift = ((index * 7) % stories.length) / stories.length
      for (let which = 0; which < deaths; which++) {
        const at = 1 + Math.floor(((which + shift) / deaths) * whole.statements)
        const when = (which + index) % 2 === 0 ? 'after' : 'before'
        await tell(name, { at, when, statements: 0, isDead: false })
      }
    },
    TIMEOUT_MS,
  )
}
