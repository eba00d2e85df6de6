/** Finds out what became of what the Invoicing API was asked and did not clearly answer. */
import { secondsAfter } from '../../domain/clock.ts'
import {
  claimInvoiceIntents,
  type InvoiceIntentRow,
  planInvoiceIntentCheck,
} from '../../store/invoice-intents.ts'
import type { Context } from '../context.ts'
import { workOffDue } from '../due-work.ts'
import { reasonOf } from '../log.ts'
import { checkDelaySeconds } from '../payments/run-intent.ts'
import { recordedAnswer } from '../recorded-answer.ts'
import { findOutCreation, takeCreation } from './send-creation.ts'
import { findOutVoid, takeVoid } from './void-invoice.ts'

const FIND_OUT = { create: findOutCreation, void: findOutVoid } as const
const TAKE = { create: takeCreation, void: takeVoid } as const

/** Returns how many were due. */
export function checkInvoices(context: Context, limit: number): Promise<number> {
  return workOffDue(context, limit, { claim: claimInvoiceIntents, each: checkOne })
}

async function checkOne(context: Context, intent: InvoiceIntentRow): Promise<void> {
  try {
    const recorded = recordedAnswer(intent)
    if (recorded) await TAKE[intent.command](context, intent, recorded)
    else await FIND_OUT[intent.command](context, intent)
  } catch (error) {
    context.log.warn('an invoice could not be checked', {
      invoice_id: intent.invoice_id,
      command: intent.command,
      reason: reasonOf(error),
    })
    const later = secondsAfter(context.clock.now(), checkDelaySeconds(intent.checks))
    await planInvoiceIntentCheck(context.database, intent.id, later)
  }
}
