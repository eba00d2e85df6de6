import type { InvoiceStatus } from '../../../domain/invoice.ts'
import type { Call } from '../../call.ts'
import { rupiah, table } from '../../output.ts'
import { pagesOf } from '../../pages.ts'
import { withBayar } from '../../with-bayar.ts'

export async function run(call: Call): Promise<undefined> {
  const [status, userId, search] = [call.text('status'), call.text('user'), call.text('search')]
  const [dueFrom, dueTo] = [call.text('due-from'), call.text('due-to')]
  const filter = {
    ...(status !== undefined && { status: status as InvoiceStatus }),
    ...(userId !== undefined && { userId }),
    ...(search !== undefined && { search }),
    ...(dueFrom !== undefined && { dueFrom }),
    ...(dueTo !== undefined && { dueTo }),
  }
  await withBayar(call, async (bayar) => {
    const found = await pagesOf(call, (page) => bayar.invoices.list({ filter, ...page }))
    call.out.answer(found, () =>
      found.results.length === 0
        ? 'There is none.'
        : table(
            ['invoice', 'order', 'status', 'customer', 'total', 'received', 'due'],
            found.results.map((one) => [
              one.invoiceNumber,
              one.orderId,
              one.status,
              one.customerName,
              rupiah(one.totalAmount),
              rupiah(one.receivedAmount),
              one.dueDate,
            ]),
          ),
    )
  })
}
