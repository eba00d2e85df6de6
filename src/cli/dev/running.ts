/** What `bayar dev` in this BAYAR_HOME has told, for commands that work beside it; undefined when there is none. */
import { existsSync, readFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { DEV_FILE, type DevFile } from './home.ts'

export function readDevFile(): Partial<DevFile> | undefined {
  const file = join(resolve(process.env.BAYAR_HOME || '.bayar'), DEV_FILE)
  if (!existsSync(file)) return undefined
  try {
    return JSON.parse(readFileSync(file, 'utf8')) as Partial<DevFile>
  } catch {
    return undefined
  }
}
