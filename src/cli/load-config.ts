/**
 * The Bayar instance that a command works with: the default export of the user's config file, or one made from the environment. Every command loads it, because the
 * handlers are registered there, and news must not be applied by code that lacks them.
 */
import { existsSync } from 'node:fs'
import { relative, resolve } from 'node:path'
import { pathToFileURL } from 'node:url'
import type { Bayar } from '../bayar.ts'
import { BayarError, isBayarError } from '../errors.ts'

const NAMES = ['bayar.config.ts', 'bayar.config.mts', 'bayar.config.js', 'bayar.config.mjs']

export interface Loaded {
  readonly bayar: Bayar
  /** As a person would name it; null when there is none and the environment was taken. */
  readonly file: string | null
}

/** `again` for a file that was loaded before the environment was changed. */
export async function loadConfig(
  given: string | undefined,
  options: { readonly again?: true } = {},
): Promise<Loaded> {
  const file = findConfig(given)
  if (file !== null)
    return { bayar: await importConfig(file, options), file: relative(process.cwd(), file) || file }
  const [{ createBayar }, { fromEnv }] = await Promise.all([import('../bayar.ts'), import('../config.ts')])
  return { bayar: createBayar(fromEnv()), file: null }
}

export function findConfig(given: string | undefined): string | null {
  const named = given ?? (process.env.BAYAR_CONFIG || undefined)
  if (named !== undefined) {
    const file = resolve(named)
    if (existsSync(file)) return file
    throw new BayarError(
      'config_invalid',
      `There is no file ${named} (${given === undefined ? 'BAYAR_CONFIG' : '--config'}).`,
    )
  }
  return NAMES.map((name) => resolve(name)).find((file) => existsSync(file)) ?? null
}

async function importConfig(file: string, { again }: { readonly again?: true }): Promise<Bayar> {
  const name = relative(process.cwd(), file) || file
  let module: { default?: unknown }
  try {
    module = (await import(`${pathToFileURL(file).href}${again ? '?again' : ''}`)) as { default?: unknown }
  } catch (cause) {
    // What createBayar has to say is said as it is: it names every mistake.
    if (isBayarError(cause)) throw cause
    throw new BayarError('config_invalid', `${name} could not be loaded: ${reasonOf(cause)}`, { cause })
  }
  // A file that was compiled to CommonJS carries its default export one level deeper.
  const inner = (module.default as { default?: unknown } | undefined)?.default
  for (const candidate of [module.default, inner]) if (isBayar(candidate)) return candidate
  throw new BayarError(
    'config_invalid',
    `${name} must export your Bayar instance: \`export default createBayar({ … })\`${isBayar((module as { bayar?: unknown }).bayar) ? ', or here `export default bayar`' : ''}.`,
  )
}

/** By its shape, not its class: the file may have loaded another copy of the package. */
function isBayar(value: unknown): value is Bayar {
  if (typeof value !== 'object' || value === null) return false
  const { payments, settings, ready, work, fetch } = value as Partial<Record<keyof Bayar, unknown>>
  return (
    typeof payments === 'object' &&
    typeof settings === 'object' &&
    [ready, work, fetch].every((method) => typeof method === 'function')
  )
}

function reasonOf(cause: unknown): string {
  const { code, message } = cause as NodeJS.ErrnoException
  if (code === 'ERR_UNKNOWN_FILE_EXTENSION') {
    return `this Node (${process.version}) does not run TypeScript. Use Node 22.18 or newer, or write the file in JavaScript.`
  }
  return `${message ?? String(cause)}`.replace(/\.?\s*$/, '.')
}
