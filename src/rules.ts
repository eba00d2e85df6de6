/** What is configured, as operations know it: every option with what it is unless set. */
import { type Settings, TOPUP_MAX, TOPUP_MIN } from './config.ts'
import { DUNNING, type Dunning, type DunningPolicy, type Way } from './domain/dunning.ts'
import { MESSAGE_TYPES } from './domain/message.ts'
import { defined } from './gateway/charge-parts.ts'
import type { Merchant, Rules } from './operations/context.ts'

export function rulesOf(settings: Settings): Rules {
  const first = { ...settings, name: 'default' }
  const merchants: Merchant[] = [first, ...(settings.merchants ?? [])].map((one) => ({
    name: one.name,
    gatewayMerchantId: one.merchantId ?? null,
    serverKeys: one.serverKey === undefined ? [] : [one.serverKey, ...(one.oldServerKeys ?? [])],
  }))
  return {
    merchants: merchants.filter((merchant, index) => index === 0 || merchant.serverKeys.length > 0),
    enabledMethods: settings.enabledMethods ?? null,
    expiryMinutes: settings.expiryMinutes ?? null,
    notificationUrl: settings.notificationUrl ?? null,
    callbackUrls: defined(settings.callbackUrls ?? {}),
    confirm: settings.confirm ?? 'signature',
    confirmAbove: BigInt(settings.confirmAbove ?? 0),
    imposedFees: settings.imposedFees ?? false,
    gatewayDeadlineSeconds: settings.gatewayDeadlineSeconds ?? 30,
    checks: settings.checks ?? 'by-age',
    topups: { min: settings.topupMinAmount ?? TOPUP_MIN, max: settings.topupMaxAmount ?? TOPUP_MAX },
    billing: {
      autoInvoice: settings.autoGenerateInvoice ?? true,
      invoiceDueDays: settings.invoiceDueDays ?? 7,
      dunning: dunningOf(settings),
      trialEndingDays: settings.trialEndingDays ?? 3,
      expiryReminderDays: [...new Set(settings.expiryReminderDays ?? [7, 3, 1])],
    },
    messages: {
      channel: settings.messages?.channel ?? 'log',
      language: settings.messages?.language ?? 'id',
      types: new Set(settings.messages?.types ?? MESSAGE_TYPES),
      templates: settings.messages?.templates ?? {},
      deadlineSeconds: settings.messages?.deadlineSeconds ?? 30,
    },
    invoices: {
      autoNumber: settings.invoiceAutoNumber ?? true,
      prefix: settings.invoicePrefix ?? 'INV',
      creditPrefix: settings.creditNotePrefix ?? 'CN',
      issuer: settings.invoiceIssuer === undefined ? null : defined(settings.invoiceIssuer),
      tax:
        settings.invoiceTax === undefined
          ? null
          : { basisPoints: Math.round(settings.invoiceTax.percent * 100), mode: settings.invoiceTax.mode },
    },
  }
}

function dunningOf(settings: Settings): Dunning {
  const policyOf = (way: Way): DunningPolicy => {
    const own = settings.dunning?.[way]
    const { isOn, retries, intervalDays } = DUNNING.ways[way]
    return {
      isOn: own?.autoRetry ?? settings.autoRetryFailedPayments ?? isOn,
      retries: own?.maxRetryAttempts ?? settings.maxRetryAttempts ?? retries,
      intervalDays: own?.retryIntervalDays ?? settings.retryIntervalDays ?? intervalDays,
    }
  }
  return {
    graceDays: settings.gracePeriodDays ?? DUNNING.graceDays,
    outageDays: DUNNING.outageDays,
    ways: { pull: policyOf('pull'), push: policyOf('push') },
  }
}
