/** As in package.json's `engines`; a test compares them. */
export const NODE_LEAST = '22.18'

/** What to say to a Node that is too old; null for one that fits. */
export function olderNode(version: string): string | null {
  const [major = 0, minor = 0] = version.split('.').map(Number)
  const [leastMajor = 0, leastMinor = 0] = NODE_LEAST.split('.').map(Number)
  if (major > leastMajor || (major === leastMajor && minor >= leastMinor)) return null
  return `bayar needs Node ${NODE_LEAST} or newer; this is ${version}. In a clone of it, \`npm start\` and \`npm test\` find or fetch a fitting Node by themselves; for \`npx bayar\`, put one first in PATH.`
}
