/**
 * The fonts that every PDF reader has know the letters of western Europe (WinAnsi) and no others. Letters with marks that they lack lose the marks; what has no letter at all becomes a question mark: a
 * customer's name in another script must not break the invoice, or print as other letters.
 */
const BEYOND_LATIN_1 = '€‚ƒ„…†‡ˆ‰Š‹ŒŽ‘’“”•–—˜™š›œžŸ'

export function printableText(text: string): string {
  return Array.from(text.normalize('NFC'), printable).join('')
}

function printable(character: string): string {
  if (isKnown(character)) return character
  if (/\s/.test(character)) return ' '
  const bare = Array.from(character.normalize('NFKD')).filter((part) => isKnown(part) && !/\p{M}/u.test(part))
  if (bare.length > 0) return bare.join('')
  // A mark or a joiner by itself is nothing to see.
  return /^[\p{M}\p{Cf}\p{Cc}]$/u.test(character) ? '' : '?'
}

function isKnown(character: string): boolean {
  return /^[\x20-\x7e\xa0-\xac\xae-\xff]$/.test(character) || BEYOND_LATIN_1.includes(character)
}
