import { appendFileSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { type Entry, type Header, Journal } from './journal.ts'

const HEADER: Header = { simulator: 1, seed: 7, serverKey: 's', clientKey: 'c', merchantId: 'm' }

let folder: string
let path: string

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'bayar-journal-'))
  path = join(folder, 'data')
})
afterEach(() => rmSync(folder, { recursive: true }))

function open(): { journal: Journal; header: Header; entries: Entry[] } {
  const entries: Entry[] = []
  const opened = Journal.open(
    path,
    (kept) => kept ?? HEADER,
    (entry) => void entries.push(entry),
  )
  return { ...opened, entries }
}

describe('the data file', () => {
  test('gives back what was appended, in order, and the header of the first time', () => {
    const first = open()
    for (let at = 0; at < 3; at++) first.journal.append('thing', { at })
    first.journal.close()
    const again = open()
    expect(again.header).toEqual(HEADER)
    expect(again.entries).toEqual([0, 1, 2].map((at) => ['thing', { at }]))
    again.journal.close()
  })

  test('is for its owner alone', () => {
    open().journal.close()
    expect(statSync(path).mode & 0o777).toBe(0o600)
  })

  test.each([...'["thing",{"at":3}]'].map((_, length) => length + 1))(
    'cut after %i bytes of its last line, it keeps the lines before and can be appended to',
    (length) => {
      const first = open()
      first.journal.append('thing', { at: 1 })
      first.journal.close()
      appendFileSync(path, '["thing",{"at":3}]'.slice(0, length))
      const second = open()
      expect(second.entries).toEqual([['thing', { at: 1 }]])
      second.journal.append('thing', { at: 2 })
      second.journal.close()
      const third = open()
      expect(third.entries).toEqual([1, 2].map((at) => ['thing', { at }]))
      third.journal.close()
    },
  )

  test('lines longer than what is read at once, and letters of several bytes, are whole', () => {
    const long = '€'.repeat(900_000)
    const first = open()
    first.journal.append('long', long)
    first.journal.append('after', 'é')
    first.journal.close()
    const again = open()
    expect(again.entries).toEqual([
      ['long', long],
      ['after', 'é'],
    ])
    again.journal.close()
  })

  test('written anew, it holds only what is', () => {
    const { journal } = open()
    for (let at = 0; at < 100; at++) journal.append('thing', { at })
    journal.rewrite(HEADER, [['thing', { at: 99 }]])
    journal.append('thing', { at: 100 })
    journal.close()
    expect(readFileSync(path, 'utf8').trim().split('\n')).toHaveLength(3)
    const again = open()
    expect(again.entries).toEqual([99, 100].map((at) => ['thing', { at }]))
    again.journal.close()
  })

  test.each(['{"simulator":2}\n', 'hello\n', '{"simulator":1}\nnonsense\n', '{"simulator":1}\n{"a":1}\n'])(
    'that is something else is refused, and left as it is: %j',
    (text) => {
      writeFileSync(path, text)
      expect(open).toThrow(/is no data file of this simulator/)
      expect(readFileSync(path, 'utf8')).toBe(text)
    },
  )
})
