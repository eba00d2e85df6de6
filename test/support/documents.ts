import { readdirSync, readFileSync } from 'node:fs'
import { basename, join, sep } from 'node:path'

/** README.md and its like, and everything under docs/. */
export interface Document {
  /** Relative to the repository, with forward slashes. */
  readonly path: string
  readonly text: string
}

export interface Sample {
  /** A file name: the document's and its place in it. */
  readonly name: string
  readonly code: string
}

export function readDocuments(repository: string): Document[] {
  const inDocs = readdirSync(join(repository, 'docs'), { recursive: true, encoding: 'utf8' }).map(
    (path) => `docs/${path.split(sep).join('/')}`,
  )
  return [...readdirSync(repository), ...inDocs]
    .filter((path) => path.endsWith('.md'))
    .sort()
    .map((path) => ({ path, text: readFileSync(join(repository, path), 'utf8') }))
}

/** The TypeScript that a reader is shown, one file each. */
export function samplesOf({ path, text }: Document): Sample[] {
  return [...text.matchAll(/^```ts\n([\s\S]*?)^```$/gm)].map(([, code], index) => ({
    name: `${basename(path, '.md').toLowerCase()}-${index + 1}.ts`,
    code: code!,
  }))
}

/** What a reader is shown to type in a terminal. */
export function shellOf({ text }: Document): string[] {
  return [...text.matchAll(/^```sh\n([\s\S]*?)^```$/gm)].map(([, code]) => code!)
}

export function linksOf({ text }: Document): string[] {
  return [...withoutCode(text).matchAll(/\]\(([^)\s]+)\)/g)]
    .map(([, target]) => target!)
    .filter((target) => !/^[a-z]+:/.test(target))
}

/** Where a link with a # may point, as renderers make it from a heading. */
export function anchorsOf({ text }: Document): Set<string> {
  const headings = [...withoutFences(text).matchAll(/^#{1,6} (.+)$/gm)]
  return new Set(
    headings.map(([, heading]) =>
      heading!
        .toLowerCase()
        .replace(/[^\p{L}\p{N}\s_-]/gu, '')
        .trim()
        .replaceAll(' ', '-'),
    ),
  )
}

function withoutCode(text: string): string {
  return withoutFences(text).replace(/`[^`\n]*`/g, '')
}

function withoutFences(text: string): string {
  return text.replace(/^```[\s\S]*?^```$/gm, '')
}
