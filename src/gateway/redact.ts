/**
 * What may be shown of a text that Midtrans or the network wrote. Error texts end in logs, tickets and exception trackers; a key or a
 * card number there is a leak that nobody can take back (defect D25).
 *
 * This is the second lock. The first is that nothing of ours puts such things into a text: no address with a query, no body, no header.
 */
export function redact(text: string, secrets: readonly string[] = []): string {
  const isCut = text.length > SHOWN_MAX + SECRET_MAX
  let shown = isCut ? text.slice(0, SHOWN_MAX + SECRET_MAX) : text
  for (const secret of secrets) {
    if (secret !== '') shown = shown.replaceAll(secret, '[key]')
  }
  for (const { pattern, instead } of PATTERNS) {
    shown = typeof instead === 'string' ? shown.replace(pattern, instead) : shown.replace(pattern, instead)
  }
  // The end may be the first half of a secret, which no pattern knows.
  return (isCut ? shown.slice(0, -SECRET_MAX) : shown).slice(0, SHOWN_MAX)
}

/** An answer may bring a megabyte of text, and a pattern takes longer than in proportion to read it. */
const SHOWN_MAX = 1000
const SECRET_MAX = 256

interface Pattern {
  readonly pattern: RegExp
  readonly instead: string | ((match: string) => string)
}

// The order matters: a token contains card digits, a header contains a key.
// biome-ignore format: a table is read in columns
const PATTERNS: readonly Pattern[] = [
  { pattern: /\b(Basic|Bearer)\s+[\w+/=.~-]+/gi,                          instead: '$1 [key]' },
  { pattern: /\b(SB-)?Mid-(server|client)-[\w-]+/gi,                       instead: '[key]' },
  { pattern: /\b[0-9a-f]{128}\b/gi,                                        instead: '[signature]' },
  { pattern: /\b\d{6,8}-\d{4}-[0-9a-f]{8}-[0-9a-f-]{27}\b/gi,              instead: '[card token]' },
  { pattern: /\b\d{8}[A-Za-z0-9]{20}\d{4}\b/g,                             instead: '[card token]' },
  { pattern: /\b\d(?:[ -]?\d){12,18}\b/g,                                  instead: (digits) => (isCardNumber(digits) ? '[card number]' : digits) },
  { pattern: /(cvv\W{0,3})\d{3,4}\b/gi,                                    instead: '$1[cvv]' },
  { pattern: /[\w.+-]{1,64}@[\w-]{1,63}(?:\.[\w-]{1,63}){1,8}/g,           instead: '[e-mail]' },
  { pattern: /(?<![\w.-])(?:\+?62[ -]?|0)8\d(?:[ -]?\d){6,11}(?![\w-])/g,       instead: '[phone]' },
]

/** The check digit of ISO/IEC 7812: without it every order id with a timestamp would look like a card. */
function isCardNumber(written: string): boolean {
  const digits = written.replace(/\D/g, '')
  let sum = 0
  for (let at = 0; at < digits.length; at++) {
    const digit = Number(digits[digits.length - 1 - at])
    const doubled = at % 2 === 1 ? digit * 2 : digit
    sum += doubled > 9 ? doubled - 9 : doubled
  }
  return sum % 10 === 0
}
