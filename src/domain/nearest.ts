/** The known word that was probably meant: at most two letters off, and fewer for short words. */
export function nearest(typed: string, known: readonly string[]): string | undefined {
  let best: string | undefined
  let least = Math.min(2, Math.floor(typed.length / 2)) + 1
  for (const word of known) {
    const distance = editDistance(typed.toLowerCase(), word.toLowerCase())
    if (distance < least) [best, least] = [word, distance]
  }
  return best ?? known.find((word) => typed.length >= 3 && word.startsWith(typed))
}

export function didYouMean(typed: string, known: readonly string[], show = (word: string) => word): string {
  const near = nearest(typed, known)
  return near === undefined ? '' : ` Did you mean ${show(near)}?`
}

/** Letters to insert, drop or replace, and neighbours to swap. */
function editDistance(left: string, right: string): number {
  let before: number[] = []
  let row = Array.from({ length: right.length + 1 }, (_, index) => index)
  for (let i = 1; i <= left.length; i++) {
    const next = [i]
    for (let j = 1; j <= right.length; j++) {
      const replaced = row[j - 1]! + (left[i - 1] === right[j - 1] ? 0 : 1)
      next[j] = Math.min(replaced, row[j]! + 1, next[j - 1]! + 1)
      if (i > 1 && j > 1 && left[i - 1] === right[j - 2] && left[i - 2] === right[j - 1])
        next[j] = Math.min(next[j]!, before[j - 2]! + 1)
    }
    before = row
    row = next
  }
  return row[right.length]!
}
