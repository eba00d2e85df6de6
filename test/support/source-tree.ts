import { readdirSync, readFileSync } from 'node:fs'
import { dirname, join, posix, sep } from 'node:path'

/** src/ as the architecture test sees it: each file's code without comments, and what it imports. */
export interface SourceFile {
  /** Relative to src/, with forward slashes. */
  readonly path: string
  readonly code: string
  readonly imports: readonly Import[]
}

export interface Import {
  /** The file in src/, or the name of the package. */
  readonly target: string
  readonly kind: 'file' | 'package' | 'builtin'
  /** Gone at run time. */
  readonly typeOnly: boolean
}

export const sourceFolder = join(import.meta.dirname, '..', '..', 'src')

export function readSourceTree(folder = sourceFolder): SourceFile[] {
  return readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .map((path) => path.split(sep).join('/'))
    .filter((path) => /\.(tsx?|sql)$/.test(path))
    .sort()
    .map((path) => {
      const text = readFileSync(join(folder, path), 'utf8')
      if (path.endsWith('.sql')) return { path, code: text.replace(/--.*$/gm, ''), imports: [] }
      const code = withoutComments(text)
      return { path, code, imports: importsOf(code, path) }
    })
}

export function isTest(path: string): boolean {
  return /\.test\.tsx?$/.test(path)
}

/** Strings are matched too, so that a `//` or `/*` inside one is not taken for a comment. */
export function withoutComments(text: string): string {
  const stringOrComment =
    /('(?:\\.|[^'\\\n])*'|"(?:\\.|[^"\\\n])*"|`(?:\\.|[^`\\])*`)|\/\*[\s\S]*?\*\/|(?<!\\)\/\/[^\n]*/g
  return text.replace(stringOrComment, (_, string: string | undefined) => string ?? '')
}

const statements = /^[ \t]*(?:import|export)\s+(type\s+)?(?:[\w$*{][^'";]*?\s*from\s+)?['"]([^'"]+)['"]/gm
const expressions = /\b(?:import|import\.meta\.resolve)\(\s*['"]([^'"]+)['"]/g
const workers = /new URL\(\s*['"](\.[^'"]+\.[tj]s)['"],\s*import\.meta\.url/g

export function importsOf(code: string, path: string): Import[] {
  const found: Import[] = []
  for (const [, type, specifier] of code.matchAll(statements))
    found.push(resolve(specifier!, path, Boolean(type)))
  for (const pattern of [expressions, workers]) {
    for (const [, specifier] of code.matchAll(pattern)) found.push(resolve(specifier!, path, false))
  }
  return found
}

function resolve(specifier: string, path: string, typeOnly: boolean): Import {
  if (specifier.startsWith('node:')) return { target: specifier, kind: 'builtin', typeOnly }
  if (specifier.startsWith('.'))
    return { target: posix.join(dirname(path), specifier), kind: 'file', typeOnly }
  const parts = specifier.split('/')
  const target = specifier.startsWith('@') ? parts.slice(0, 2).join('/') : parts[0]!
  return { target, kind: 'package', typeOnly }
}

/** Every file that can be reached from these, following imports of either kind. */
export function reachableFrom(entries: readonly string[], files: readonly SourceFile[]): Set<string> {
  const byPath = new Map(files.map((file) => [file.path, file]))
  const seen = new Set<string>()
  const waiting = [...entries]
  for (let path = waiting.pop(); path !== undefined; path = waiting.pop()) {
    if (seen.has(path)) continue
    seen.add(path)
    for (const one of byPath.get(path)?.imports ?? []) if (one.kind === 'file') waiting.push(one.target)
  }
  return seen
}

/** Circles of imports that exist at run time; one that is only of types vanishes when it is compiled. */
export function cyclesIn(files: readonly SourceFile[]): string[] {
  const byPath = new Map(files.map((file) => [file.path, file]))
  const finished = new Set<string>()
  const cycles: string[] = []
  const visit = (path: string, trail: readonly string[]) => {
    if (trail.includes(path)) {
      cycles.push([...trail.slice(trail.indexOf(path)), path].join(' → '))
      return
    }
    if (finished.has(path)) return
    for (const one of byPath.get(path)?.imports ?? []) {
      if (one.kind === 'file' && !one.typeOnly) visit(one.target, [...trail, path])
    }
    finished.add(path)
  }
  for (const { path } of files) visit(path, [])
  return cycles
}
