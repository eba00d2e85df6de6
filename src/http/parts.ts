import type { Clock } from '../domain/clock.ts'
import type { ApiRequests } from '../operations/api-requests/index.ts'
import type { Events } from '../operations/events/index.ts'
import type { Health } from '../operations/health.ts'
import type { Invoices } from '../operations/invoices/index.ts'
import type { Log } from '../operations/log.ts'
import type { Messages } from '../operations/messages/index.ts'
import type { Notifications } from '../operations/notifications/index.ts'
import type { PayAccounts } from '../operations/pay-accounts/index.ts'
import type { Payments } from '../operations/payments/index.ts'
import type { Plans } from '../operations/plans/index.ts'
import type { Difference } from '../operations/reconciliations/difference.ts'
import type { ReconcileOptions } from '../operations/reconciliations/reconcile.ts'
import type { Subscriptions } from '../operations/subscriptions/index.ts'
import type { Drain, TaskVerbs } from '../operations/task-verbs.ts'
import type { Topups } from '../operations/topups/index.ts'
import type { Wallets } from '../operations/wallets/index.ts'
import type { Limits } from './limits.ts'

/** Those of bayar's options that are about HTTP. */
export interface HttpSettings {
  readonly basePath?: string | undefined
  readonly apiKey?: string | undefined
  readonly userTokens?:
    | {
        readonly secret: string
        readonly issuer?: string | undefined
        readonly audience?: string | undefined
      }
    | {
        readonly jwksUrl: string
        readonly issuer?: string | undefined
        readonly audience?: string | undefined
      }
    | undefined
  readonly drainSecret?: string | undefined
  readonly trustedProxies?: readonly string[] | undefined
  readonly rest?: boolean | undefined
  readonly docs?: boolean | undefined
  readonly clock?: Clock | undefined
}

/** The verbs that HTTP calls, and nothing else of the instance. */
export interface HttpVerbs {
  readonly payments: Payments
  readonly invoices: Invoices
  readonly payAccounts: PayAccounts
  readonly subscriptions: Subscriptions
  readonly plans: Plans
  readonly wallets: Wallets
  readonly topups: Topups
  readonly messages: Messages
  readonly notifications: Notifications
  readonly events: Events
  readonly tasks: TaskVerbs
  readonly apiRequests: ApiRequests
  reconcile(options: ReconcileOptions): AsyncGenerator<Difference>
  drain(options: { readonly deadlineSeconds?: number }): Promise<Drain>
  health(): Promise<Health>
}

export interface HttpParts {
  readonly bayar: HttpVerbs
  readonly settings: HttpSettings
  readonly log: Log
  /** Shorter ones make a test of them short. */
  readonly limits?: Limits
  /** The page at `/`. */
  readonly landing?: () => string
}
