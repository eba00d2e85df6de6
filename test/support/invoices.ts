import type { CreateInvoiceInput } from '../../src/operations/invoices/invoice-input.ts'
import type { Kit } from './kit.ts'
import { basic } from './simulated-merchant.ts'

/** Two shirts, to be paid within the month. */
export const SHIRTS = {
  customerName: 'Budi Santoso',
  customerEmail: 'budi@example.com',
  customerPhone: '081234567890',
  dueDate: '2026-03-31',
  items: [{ id: 'shirt', description: 'Shirt', quantity: 2, price: 75_000 }],
} as const satisfies CreateInvoiceInput

export const LOCAL = { ...SHIRTS, channel: 'local' } as const satisfies CreateInvoiceInput

export const BCA = { paymentType: 'bank_transfer', bank: 'bca' } as const

/** What was told of one invoice, in order. */
export async function toldOf(test: Kit, invoice: string): Promise<string[]> {
  return (await test.bayar.invoices.history(invoice)).flatMap(({ event }) => (event === null ? [] : [event]))
}

/** Past bayar, as in the dashboard: what Midtrans has of an invoice, or what it is told to do with it. */
export async function atMidtrans(
  { simulator }: Kit,
  path: string,
  method = 'GET',
  body?: object,
): Promise<Readonly<Record<string, unknown>>> {
  const response = await simulator.fetch(
    new Request(`http://midtrans.simulator/v1/invoices${path === '' ? '' : `/${path}`}`, {
      method,
      headers: { Authorization: basic(simulator.serverKey), 'Content-Type': 'application/json' },
      ...(body && { body: JSON.stringify(body) }),
    }),
  )
  return (await response.json()) as Readonly<Record<string, unknown>>
}
