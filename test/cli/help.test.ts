import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { EXIT_CODES } from '../../src/cli/exit-codes.ts'
import { VERBS } from '../../src/cli/verbs.ts'
import { bayar, buildCli, makeFolder } from './built-cli.ts'

const folder = makeFolder()
const here = { cwd: folder.path }
beforeAll(buildCli)
afterAll(() => folder.remove())

describe('help', () => {
  test('names every verb and every exit code', async () => {
    const { code, stdout, stderr } = await bayar(['--help'], here)
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' })
    for (const verb of VERBS) expect(stdout).toContain(`bayar ${verb.name}`)
    for (const { says } of EXIT_CODES) expect(stdout).toContain(says)
    expect((await bayar([], here)).stdout).toBe(stdout)
  })

  test.each(VERBS.map(({ name }) => name))('of %s is written from its row', async (name) => {
    const verb = VERBS.find((one) => one.name === name)!
    const { code, stdout } = await bayar([...name.split(' '), '--help'], here)
    expect(code).toBe(0)
    expect(stdout).toContain(`bayar ${name}`)
    expect(stdout).toContain(verb.says)
    for (const flag of [...Object.keys(verb.flags ?? {}), 'json', 'help'])
      expect(stdout).toContain(`--${flag}`)
    // What it names can be loaded.
    expect(await verb.load()).toHaveProperty('run')
  })

  test('of a noun shows its verbs, also after `help`', async () => {
    const { code, stdout } = await bayar(['notifications'], here)
    expect(code).toBe(0)
    expect(stdout).toContain('bayar notifications replay [ID]')
    expect(stdout).not.toContain('bayar payments')
    expect((await bayar(['help', 'notifications'], here)).stdout).toBe(stdout)
    expect((await bayar(['help', 'notifications', 'replay'], here)).stdout).toContain('--without-handlers')
  })

  test('--version is that of the package', async () => {
    expect(await bayar(['--version'], here)).toMatchObject({
      code: 0,
      stdout: expect.stringMatching(/^\d+\.\d+\.\d+\n$/),
    })
  })
})

describe('a command line that is wrong', () => {
  // biome-ignore format: a table is read in columns
  const CASES = [
    ['serv',                                         'Did you mean `bayar serve`?'],
    ['payment show ORDER-1',                         'Did you mean `bayar payments`?'],
    ['notifications repaly',                         'Did you mean `bayar notifications replay`?'],
    ['serve --prot 3000',                            'There is no flag --prot. Did you mean --port?'],
    ['serve --port',                                 '--port needs a value: --port PORT.'],
    ['serve --port many',                            '--port must be a whole number (it is many).'],
    ['serve --worker=yes',                           '--worker takes no value.'],
    ['notifications list --status proccessed',       'Did you mean processed?'],
    ['notifications list --from yesterday',          '--from must be like 2026-03-01'],
    ['payments show',                                'Say which: bayar payments show ORDER.'],
    ['migrate now',                                  '`bayar migrate` does not know what to do with "now".'],
    ['notifications replay',                         'Say which: one ID, or a filter'],
    ['notifications replay some-id --status failed', 'Say which: one ID, or a filter'],
    ['events replay --all',                          'Say to which handler: --handler NAME.'],
    ['events replay --handler fulfil',               'Say which: one event ID, or a filter'],
    ['payments review ORDER-1 --accept --dismiss',   'Say either --accept or --dismiss.'],
  ] as const

  test.each(CASES)('%s', async (line, sentence) => {
    const { code, stdout, stderr } = await bayar(line.split(' '), here)
    expect({ code, stdout }).toEqual({ code: 2, stdout: '' })
    expect(stderr).toContain(sentence)
    expect(stderr).not.toContain('    at ')
  })

  test('tells all of its mistakes at once', async () => {
    const { stderr } = await bayar(['serve', '--prot', '1', '--host', '--wiat'], here)
    expect(stderr).toContain('--prot')
    expect(stderr).toContain('--host needs a value')
    expect(stderr).toContain('Did you mean --wait?')
  })

  test('is told in JSON to a program', async () => {
    const { code, stdout, stderr } = await bayar(['serve', '--prot', '1', '--json'], here)
    expect({ code, stderr }).toEqual({ code: 2, stderr: '' })
    expect(JSON.parse(stdout)).toMatchObject({
      error: { code: 'usage', message: expect.stringContaining('--port') },
    })
  })
})
