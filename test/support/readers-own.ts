/** What the samples of the documents import of the reader's own code. Whatever they do is noted in `done`. */
export const READERS_OWN: Readonly<Record<string, string>> = {
  'src/done.ts': `export const done: string[] = []
`,
  'src/orders.ts': `import { done } from './done.ts'
export async function fulfil(orderId: string, { once }: { once: string }) { return { orderId, once } }
export const orders = {
  async get(id: string) {
    return {
      id,
      status: 'pending',
      async save() { done.push(\`\${id} saved as \${this.status}\`) },
      markAsPaid() { done.push(\`\${id} marked as paid\`) },
      releaseStock() { done.push(\`\${id} released\`) },
    }
  },
}
`,
  'src/mails.ts': `import { done } from './done.ts'
type To = string | null
const sent = async (what: string, ...words: unknown[]) => void done.push([what, ...words].join(' '))
export const sendPaymentDeniedEmail = (to: To) => sent('denied', to)
export const sendConfirmationEmail = (orderId: string, _: { once: string }) => sent('confirmation', orderId)
export const sendRefundEmail = (to: To, amount: string, _: { once: string }) => sent('refund', to, amount)
export const sendInvoice = (to: To, link: To, pdf: Uint8Array) =>
  sent('invoice', to, link === null ? 'without link' : 'with link', new TextDecoder().decode(pdf.subarray(0, 5)))
export const sendReceipt = (to: To, about: string) => sent('receipt', to, about)
export const sendReminder = (to: To, day: string) => sent('reminder', to, day)
`,
  'src/whatsapp.ts': `import { done } from './done.ts'
export const whatsapp = async (user: string, words: string, _: { once: string; signal: AbortSignal }) =>
  void done.push([user, words.split('\\n')[0]].join(' '))
`,
  'src/days.ts': `export function dayFromNow(days: number): string {
  return new Date(Date.now() + 7 * 3_600_000 + days * 86_400_000).toISOString().slice(0, 10)
}
`,
  'src/payment-handlers.ts': `import type { Bayar } from 'bayar'
export function registerHandlers(_: Bayar): void {}
`,
}
