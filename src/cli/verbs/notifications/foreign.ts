import type { Call } from '../../call.ts'
import { table } from '../../output.ts'
import { pagesOf } from '../../pages.ts'
import { withBayar } from '../../with-bayar.ts'

export async function run(call: Call): Promise<undefined> {
  const [from, to, merchant] = [call.instant('from'), call.instant('to'), call.text('merchant')]
  const filter = {
    ...(from === undefined ? {} : { from }),
    ...(to === undefined ? {} : { to }),
    ...(merchant === undefined ? {} : { merchant }),
  }
  await withBayar(call, async (bayar) => {
    const found = await pagesOf(call, (page) => bayar.notifications.foreignOrders({ ...filter, ...page }))
    call.out.answer(found, () => {
      if (found.results.length === 0) return 'There is none.'
      return table(
        ['order', 'account', 'says', 'amount', 'method', 'notices', 'last'],
        found.results.map((row) => [
          row.orderId,
          row.merchant,
          row.transactionStatus,
          row.grossAmount,
          row.paymentType,
          row.notices,
          row.lastAt,
        ]),
      )
    })
  })
}
