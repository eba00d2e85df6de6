import type { Call } from '../../call.ts'
import { notificationFilter } from '../../filters.ts'
import { table } from '../../output.ts'
import { pagesOf } from '../../pages.ts'
import { withBayar } from '../../with-bayar.ts'

export async function run(call: Call): Promise<undefined> {
  await withBayar(call, async (bayar) => {
    const filter = notificationFilter(call)
    const found = await pagesOf(call, (page) => bayar.notifications.list({ filter, ...page }))
    call.out.answer(found, () => {
      if (found.results.length === 0) return 'There is none.'
      return table(
        ['received', 'id', 'order', 'says', 'became', 'copies', 'error'],
        found.results.map((row) => [
          row.receivedAt,
          row.id,
          row.orderId,
          row.transactionStatus,
          row.status,
          row.copies,
          row.error,
        ]),
      )
    })
  })
}
