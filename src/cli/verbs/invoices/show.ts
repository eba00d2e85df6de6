import { BayarError } from '../../../errors.ts'
import type { Call } from '../../call.ts'
import { tellInvoice } from '../../tell-invoice.ts'
import { invoiceOf, withBayar } from '../../with-bayar.ts'

export async function run(call: Call): Promise<undefined> {
  await withBayar(call, async (bayar) => {
    const reference = invoiceOf(call)
    const invoice = await bayar.invoices.find(reference)
    if (!invoice) throw new BayarError('invoice_not_found', `${reference.invoice}.`)
    const [creditNotes, payments, history] = await Promise.all([
      bayar.invoices.creditNotes(invoice.id),
      bayar.invoices.payments(invoice.id),
      bayar.invoices.history(invoice.id),
    ])
    const about = { creditNotes, payments, history }
    call.out.answer({ invoice, ...about }, () => tellInvoice(invoice, about))
  })
}
