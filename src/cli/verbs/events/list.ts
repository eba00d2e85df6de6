import type { Call } from '../../call.ts'
import { eventFilter } from '../../filters.ts'
import { table } from '../../output.ts'
import { pagesOf } from '../../pages.ts'
import { withBayar } from '../../with-bayar.ts'

export async function run(call: Call): Promise<undefined> {
  await withBayar(call, async (bayar) => {
    const filter = await eventFilter(call, bayar)
    const found = await pagesOf(call, (page) => bayar.events.list({ filter, ...page }))
    call.out.answer(found, () => {
      if (found.results.length === 0) return 'There is none.'
      return table(
        ['when', 'id', 'event', 'status', 'money', 'about'],
        found.results.map((row) => [
          row.at,
          row.id,
          row.type,
          `${row.previous} > ${row.status}`,
          row.moneyDelta,
          row.subjectId,
        ]),
      )
    })
  })
}
