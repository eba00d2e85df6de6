/** Every verb of the command line, one row each. The help is written from it, and a verb's code is loaded only when it is called. */
import { EVENT_TYPES, REVIEW_REASONS } from '../domain/events.ts'
import type { Flag, Verb } from './verb.ts'

const PORT: Flag = {
  takes: 'whole number',
  value: 'PORT',
  says: 'Where to listen (else PORT, else 3000); 0 takes a free one.',
}
const HOST: Flag = {
  takes: 'text',
  value: 'HOST',
  says: 'On which address to listen (else HOST, else 127.0.0.1).',
}
const WAIT: Flag = {
  takes: 'whole number',
  value: 'SECONDS',
  says: 'How long to wait for a database that does not answer (15).',
}
const FROM: Flag = { takes: 'instant', value: 'WHEN', says: 'From this instant on.' }
const TO: Flag = { takes: 'instant', value: 'WHEN', says: 'Before this instant.' }
const LIMIT: Flag = { takes: 'whole number', value: 'COUNT', says: 'How many at most (50).' }
const ORDER: Flag = { takes: 'text', value: 'ORDER', says: 'Only of this order id.' }
const MERCHANT: Flag = {
  takes: 'text',
  value: 'NAME',
  says: 'Your name for the Midtrans account, when you have several.',
}
const TYPE: Flag = { takes: EVENT_TYPES, value: 'EVENT', says: 'Only this event, e.g. payment.settled.' }
const STATUS: Flag = {
  takes: ['received', 'processed', 'failed', 'duplicate', 'stale', 'review', 'foreign', 'invalid_signature'],
  value: 'STATUS',
  says: 'Only those that ended as: received, processed, failed, duplicate, stale, review, foreign, invalid_signature.',
}

export const VERBS: readonly Verb[] = [
  {
    name: 'dev',
    says: 'Run everything on this machine: database, Midtrans simulator, app and worker.',
    about: `Keys, data and addresses are kept in BAYAR_HOME (.bayar); BAYAR_HOME/dev.json tells programs where everything is.
The simulator keeps its transactions in BAYAR_HOME/simulator.jsonl; \`POST /_simulator/reset\` empties it.
DATABASE_URL takes the place of the embedded PostgreSQL. A bayar.config.ts here is loaded with its handlers.
BAYAR_DEV_HANDLERS=FILE appends one line of JSON to FILE for each event that is handled.`,
    flags: {
      port: PORT,
      'simulator-port': {
        takes: 'whole number',
        value: 'PORT',
        says: 'Where the simulator listens (else SIMULATOR_PORT, else 3001).',
      },
      host: HOST,
      gateway: {
        takes: ['simulator', 'sandbox'],
        value: 'NAME',
        says: '`sandbox` talks to Midtrans’s sandbox with your sandbox keys, instead of the simulator.',
      },
    },
    load: () => import('./verbs/dev.ts'),
  },
  {
    name: 'serve',
    says: 'Serve the app: notifications, REST and docs. Refuses to start until everything is ready.',
    about:
      'It does not migrate and, without --worker, runs no handlers: `bayar migrate` and `bayar worker` do.',
    flags: { port: PORT, host: HOST, worker: { says: 'Also work in this process.' }, wait: WAIT },
    load: () => import('./verbs/serve.ts'),
  },
  {
    name: 'worker',
    says: 'Run what is due: handlers, checks of payments, notifications that wait.',
    about: 'Any number of workers share the work. SIGTERM lets running handlers finish.',
    flags: { wait: WAIT },
    load: () => import('./verbs/worker.ts'),
  },
  {
    name: 'migrate',
    says: 'Bring the database schema up to date.',
    load: () => import('./verbs/migrate.ts'),
  },
  {
    name: 'simulator',
    says: 'Run only the Midtrans simulator.',
    about:
      'Keys are taken from MIDTRANS_SERVER_KEY, MIDTRANS_CLIENT_KEY and MIDTRANS_MERCHANT_ID, or made up. Without --data everything is in memory.',
    needsNoConfig: true,
    flags: {
      port: {
        takes: 'whole number',
        value: 'PORT',
        says: 'Where to listen (else SIMULATOR_PORT, else 3001); 0 takes a free one.',
      },
      host: HOST,
      notify: {
        takes: 'text',
        value: 'URL',
        says: 'The notification URL of the dashboard (else MIDTRANS_NOTIFICATION_URL).',
      },
      'notify-recurring': {
        takes: 'text',
        value: 'URL',
        says: 'Where news of subscriptions goes; without it only their payments are told.',
      },
      data: {
        takes: 'text',
        value: 'FILE',
        says: 'Keep the state in this file, over restarts. It holds keys and saved test cards.',
      },
      seed: {
        takes: 'whole number',
        value: 'NUMBER',
        says: 'The same seed gives the same ids and numbers; a data file keeps the seed it was begun with.',
      },
    },
    load: () => import('./verbs/simulator.ts'),
  },
  {
    name: 'trigger',
    argument: 'STATUS ORDER',
    says: 'Post a signed notification of any status to a URL on this machine.',
    about: `STATUS is a transaction_status of Midtrans (settlement, deny, partial_refund …), or \`challenge\`. What a simulator on this machine knows of the order (amount, method, transaction) is taken from there, so that the notice fits the payment; flags say otherwise.
URL and key are those of \`bayar dev\` in BAYAR_HOME, else MIDTRANS_NOTIFICATION_URL and MIDTRANS_SERVER_KEY.`,
    needsNoConfig: true,
    flags: {
      url: { takes: 'text', value: 'URL', says: 'Where to post it.' },
      method: {
        takes: 'text',
        value: 'METHOD',
        says: 'How it is paid: bca_va, qris, gopay, credit_card … (bca_va).',
      },
      amount: { takes: 'whole number', value: 'RUPIAH', says: 'The gross amount (10000).' },
      refund: {
        takes: 'whole number',
        value: 'RUPIAH',
        says: 'How much is refunded or charged back in part (half).',
      },
      transaction: { takes: 'text', value: 'ID', says: 'The transaction id (one made up).' },
      copies: { takes: 'whole number', value: 'COUNT', says: 'How often it is posted, at once (1).' },
      'wrong-signature': { says: 'Sign it with another key, to see it refused.' },
      print: { says: 'Only print the notification.' },
      'allow-remote': { says: 'Also post to an address that is not on this machine.' },
      'allow-production-key': {
        says: 'Also sign with a production key: whoever receives it cannot tell it from Midtrans’s own.',
      },
    },
    load: () => import('./verbs/trigger.ts'),
  },
  {
    name: 'listen',
    says: 'Print the notifications that arrive, with the verdict on their signature.',
    about:
      'The key is that of `bayar dev` in BAYAR_HOME, else MIDTRANS_SERVER_KEY. Every notification is answered 200, unless --answer says otherwise.',
    needsNoConfig: true,
    flags: {
      port: {
        takes: 'whole number',
        value: 'PORT',
        says: 'Where to listen (else LISTEN_PORT, else 3002); 0 takes a free one.',
      },
      host: HOST,
      answer: {
        takes: 'whole number',
        value: 'STATUS',
        says: 'Answer this HTTP status, to watch the retries.',
      },
      count: { takes: 'whole number', value: 'COUNT', says: 'End after so many.' },
      'allow-remote': { says: 'Also listen on an address that other machines reach.' },
      'allow-production-key': { says: 'Also verify with a production key.' },
    },
    load: () => import('./verbs/listen.ts'),
  },
  {
    name: 'status',
    says: 'Is it ready, and what is waiting?',
    load: () => import('./verbs/status.ts'),
  },
  {
    name: 'doctor',
    says: 'Check keys, database, schema, handlers, notification URL and clock, with the way out of each problem.',
    load: () => import('./verbs/doctor.ts'),
  },
  {
    name: 'payments show',
    argument: 'ORDER',
    says: 'A payment with its attempts, its history and what handlers are still owed.',
    flags: { merchant: MERCHANT },
    load: () => import('./verbs/payments/show.ts'),
  },
  {
    name: 'payments check',
    argument: 'ORDER',
    says: 'Ask Midtrans how a payment stands, and apply what it says.',
    flags: { merchant: MERCHANT },
    load: () => import('./verbs/payments/check.ts'),
  },
  {
    name: 'payments cancel',
    argument: 'ORDER',
    says: 'Cancel a payment at Midtrans.',
    flags: { merchant: MERCHANT },
    load: () => import('./verbs/payments/cancel.ts'),
  },
  {
    name: 'payments expire',
    argument: 'ORDER',
    says: 'Let a pending payment expire at Midtrans now.',
    flags: { merchant: MERCHANT },
    load: () => import('./verbs/payments/expire.ts'),
  },
  {
    name: 'payments capture',
    argument: 'ORDER',
    says: 'Take what a card or wallet has reserved.',
    flags: {
      amount: { takes: 'whole number', value: 'RUPIAH', says: 'A part of it; the rest goes back.' },
      merchant: MERCHANT,
    },
    load: () => import('./verbs/payments/capture.ts'),
  },
  {
    name: 'payments approve',
    argument: 'ORDER',
    says: 'Take a card payment that the fraud engine put on hold.',
    flags: { merchant: MERCHANT },
    load: () => import('./verbs/payments/approve.ts'),
  },
  {
    name: 'payments deny',
    argument: 'ORDER',
    says: 'Refuse a card payment that the fraud engine put on hold.',
    flags: { merchant: MERCHANT },
    load: () => import('./verbs/payments/deny.ts'),
  },
  {
    name: 'payments refund',
    argument: 'ORDER',
    says: 'Give money back: all that is left, or an amount.',
    about: `Asked again with the same --key it is the same refund, and no second one. Without a clear answer of Midtrans the amount stays
reserved and Midtrans is asked; the exit code then says "unknown".`,
    flags: {
      amount: { takes: 'whole number', value: 'RUPIAH', says: 'How much (all that is left).' },
      because: { takes: 'text', value: 'TEXT', says: 'Why; Midtrans keeps it.' },
      direct: { says: 'Ask the bank or wallet at once.' },
      key: { takes: 'text', value: 'KEY', says: 'Your own name for this refund: letters, digits, - and _.' },
      transaction: { takes: 'text', value: 'ID', says: 'Which transaction, when two were paid.' },
      merchant: MERCHANT,
    },
    load: () => import('./verbs/payments/refund.ts'),
  },
  {
    name: 'payments review',
    argument: 'ORDER',
    says: 'Decide about a payment that waits for a person.',
    about:
      'Accepting lets happen what the review held back; dismissing only closes it. Either way the decision stays with the payment.',
    flags: {
      accept: { says: 'It is right.' },
      dismiss: { says: 'It changes nothing.' },
      reason: {
        takes: Object.keys(REVIEW_REASONS),
        value: 'REASON',
        says: `What it waits for: ${Object.keys(REVIEW_REASONS).join(', ')}.`,
      },
      because: { takes: 'text', value: 'TEXT', says: 'Why, for whoever reads the history.' },
      transaction: {
        takes: 'text',
        value: 'ID',
        says: 'Which transaction, when several wait for the same reason.',
      },
      merchant: MERCHANT,
    },
    load: () => import('./verbs/payments/review.ts'),
  },
  {
    name: 'notifications list',
    says: 'What Midtrans told us, newest first.',
    flags: { status: STATUS, order: ORDER, from: FROM, to: TO, limit: LIMIT },
    load: () => import('./verbs/notifications/list.ts'),
  },
  {
    name: 'notifications show',
    argument: 'ID',
    says: 'One notification, with its body as it arrived.',
    load: () => import('./verbs/notifications/show.ts'),
  },
  {
    name: 'notifications replay',
    argument: '[ID]',
    says: 'Judge stored notifications again: one, or all that fit. Only what really changes is told.',
    flags: {
      status: STATUS,
      order: ORDER,
      from: FROM,
      to: TO,
      all: { says: 'Every notification there is.' },
      'without-handlers': { says: 'Apply it without your `within` handlers, when one of them refuses it.' },
    },
    load: () => import('./verbs/notifications/replay.ts'),
  },
  {
    name: 'events list',
    says: 'What your code was told, newest first.',
    flags: { type: TYPE, order: ORDER, from: FROM, to: TO, limit: LIMIT },
    load: () => import('./verbs/events/list.ts'),
  },
  {
    name: 'events dead',
    says: 'Deliveries that were given up, with their last error.',
    flags: { limit: LIMIT },
    load: () => import('./verbs/events/dead.ts'),
  },
  {
    name: 'events replay',
    argument: '[ID]',
    says: 'Deliver events to a handler again: one, or all that fit.',
    flags: {
      handler: { takes: 'text', value: 'NAME', says: 'To which handler.' },
      type: TYPE,
      order: ORDER,
      from: FROM,
      to: TO,
      all: { says: 'Every event there is.' },
    },
    load: () => import('./verbs/events/replay.ts'),
  },
  {
    name: 'handlers list',
    says: 'The handlers that any process has registered.',
    load: () => import('./verbs/handlers/list.ts'),
  },
  {
    name: 'handlers retire',
    argument: 'NAME',
    says: 'Forget a handler whose code is gone for good: nothing waits for it any more.',
    load: () => import('./verbs/handlers/retire.ts'),
  },
]
