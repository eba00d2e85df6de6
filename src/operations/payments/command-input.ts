/** A command as the host's code or a request gives it: text or a fraction never reaches Midtrans (defect D33), and every mistake is told at once. */
import { parseRupiah, type Rupiah } from '../../domain/money.ts'
import { invalidRequest, type Problem } from '../../errors.ts'

export interface CommandInput {
  /** Only this one of the order's transactions: a number that still waits beside one that was paid, say. */
  readonly transactionId?: string
}

export interface CaptureInput extends CommandInput {
  /** At most what was reserved, in whole rupiah; left out, all of it. */
  readonly amount?: number
}

interface Checked {
  readonly amount: Rupiah | null
  readonly transactionId: string | null
}

export function checkCommand(input: CommandInput): Checked {
  return check(input, ['transactionId'])
}

export function checkCapture(input: CaptureInput): Checked {
  return check(input, ['transactionId', 'amount'])
}

function check(given: CommandInput, fields: readonly string[]): Checked {
  const input: Readonly<Record<string, unknown>> = typeof given === 'object' ? { ...given } : { input: given }
  const problems: Problem[] = []
  for (const name of Object.keys(input)) {
    if (input[name] !== undefined && !fields.includes(name))
      problems.push({ field: name, reason: `is not a field of it; there are ${fields.join(', ')}` })
  }
  const { amount, transactionId } = input
  const rupiah = typeof amount === 'number' ? parseRupiah(amount) : undefined
  if (amount !== undefined && (rupiah === undefined || rupiah < 1n))
    problems.push({ field: 'amount', reason: 'must be whole rupiah, at least 1' })
  if (transactionId !== undefined && typeof transactionId !== 'string')
    problems.push({ field: 'transaction_id', reason: 'must be text' })
  if (problems.length > 0) throw invalidRequest(problems)
  return { amount: rupiah ?? null, transactionId: (transactionId as string | undefined) ?? null }
}
