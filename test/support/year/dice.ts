/** Chance with a name: the same seed and the same names give the same rolls, whatever else was rolled before. */
export type Roll = (sides: number) => number

export function dice(seed: number, ...names: readonly (string | number)[]): Roll {
  let state = hashOf(`${seed}/${names.join('/')}`)
  // mulberry32: small, and good enough to choose what happens next.
  return (sides) => {
    state = (state + 0x6d2b79f5) | 0
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state)
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed
    return ((mixed ^ (mixed >>> 14)) >>> 0) % sides
  }
}

/** FNV-1a. */
function hashOf(text: string): number {
  let hash = 0x811c9dc5
  for (let at = 0; at < text.length; at++) hash = Math.imul(hash ^ text.charCodeAt(at), 0x01000193)
  return hash | 0
}

/** By weight. */
export function pick<Name extends string>(weights: Readonly<Record<Name, number>>, roll: Roll): Name {
  const names = Object.keys(weights) as Name[]
  let left = roll(names.reduce((sum, name) => sum + weights[name], 0))
  for (const name of names) {
    left -= weights[name]
    if (left < 0) return name
  }
  return names[0]!
}
