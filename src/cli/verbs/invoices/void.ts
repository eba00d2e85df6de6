import type { Call } from '../../call.ts'
import { tellInvoice } from '../../tell-invoice.ts'
import { invoiceOf, whoAsks, withBayar } from '../../with-bayar.ts'

export async function run(call: Call): Promise<undefined> {
  await withBayar(call, async (bayar) => {
    const reason = call.text('because')
    const invoice = await bayar.invoices.void(
      invoiceOf(call),
      reason === undefined ? {} : { reason },
      whoAsks(),
    )
    call.out.answer({ invoice }, () => tellInvoice(invoice))
  })
}
