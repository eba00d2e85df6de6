import type { Call } from '../../call.ts'
import { table } from '../../output.ts'
import { withBayar } from '../../with-bayar.ts'

export async function run(call: Call): Promise<undefined> {
  await withBayar(call, async (bayar) => {
    const results = await bayar.events.handlers()
    call.out.answer({ results }, () => {
      if (results.length === 0) return 'There is none.'
      return table(
        ['name', 'kind', 'since', 'retired', 'code', 'events'],
        results.map((row) => [
          row.name,
          row.kind,
          row.since,
          row.retiredAt,
          row.isHere ? 'here' : 'elsewhere',
          row.events.join(' '),
        ]),
      )
    })
  })
}
