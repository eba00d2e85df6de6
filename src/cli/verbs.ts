/** Every verb of the command line, one row each. The help is written from it, and a verb's code is loaded only when it is called. */
import { EVENT_TYPES, REVIEW_REASONS } from '../domain/events.ts'
import { INVOICE_STATUSES } from '../domain/invoice.ts'
import { MESSAGE_STATUSES, MESSAGE_TYPES } from '../domain/message.ts'
import { PLAN_STATUSES } from '../domain/plan.ts'
import { INTERVAL_UNITS, SUBSCRIPTION_STATUSES } from '../domain/subscription.ts'
import { WALLET_ENTRY_KINDS } from '../domain/wallet.ts'
import { TASK_STATES } from '../store/tasks.ts'
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
const TRANSACTION: Flag = {
  takes: 'text',
  value: 'ID',
  says: 'Only this one of its transactions.',
}
const MERCHANT: Flag = {
  takes: 'text',
  value: 'NAME',
  says: 'Your name for the Midtrans account, when you have several.',
}
const ABOUT: Flag = {
  takes: 'text',
  value: 'NAME',
  says: 'Only about this order id, invoice number or subscription id.',
}
const UNIT: Flag = { takes: INTERVAL_UNITS, value: 'UNIT', says: `${INTERVAL_UNITS.join(', ')} (month).` }
const PLAN_FLAGS = {
  price: { takes: 'whole number', value: 'RUPIAH', says: 'For each interval.' },
  description: { takes: 'text', value: 'TEXT', says: 'For people.' },
  interval: { takes: 'whole number', value: 'COUNT', says: 'Every so many units (1).' },
  unit: UNIT,
  'trial-days': { takes: 'whole number', value: 'DAYS', says: 'Free at first, once for each customer (0).' },
  'max-cycles': {
    takes: 'whole number',
    value: 'COUNT',
    says: 'It ends after so many periods; 0 is without end.',
  },
  features: { takes: 'text', value: 'JSON', says: `What it allows: '{"export": true, "max_projects": 3}'.` },
  metadata: { takes: 'text', value: 'JSON', says: 'Yours.' },
  sort: { takes: 'whole number', value: 'NUMBER', says: 'Where it stands in lists (0).' },
  status: { takes: ['active', 'inactive'], value: 'STATUS', says: 'inactive is not sold yet.' },
} as const satisfies Readonly<Record<string, Flag>>
const WAY_FLAGS = {
  method: {
    takes: 'text',
    value: 'METHOD',
    says: 'How it is paid: bank_transfer, qris, credit_card … or wallet.',
  },
  bank: { takes: 'text', value: 'BANK', says: 'Of a bank transfer: bca, bni …' },
  store: { takes: 'text', value: 'STORE', says: 'Of cstore: alfamart or indomaret.' },
  token: { takes: 'text', value: 'TOKEN', says: 'Of a credit card: that of the saved one.' },
  fields: { takes: 'text', value: 'JSON', says: 'Other fields of the method.' },
} as const satisfies Readonly<Record<string, Flag>>
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
    says: 'Run what is due: handlers, tasks, checks of payments, notifications that wait.',
    about:
      'Any number of workers share the work, and the schedule: a tick is given once, however many give it. SIGTERM lets what runs finish.',
    flags: {
      beat: { says: 'Also give the ticks of the schedule; so it is without --no-beat.' },
      'no-beat': { says: 'Leave the schedule to `bayar beat`, or to another worker.' },
      wait: WAIT,
    },
    load: () => import('./verbs/worker.ts'),
  },
  {
    name: 'beat',
    says: 'Only give the ticks of the schedule; workers do what is due.',
    about:
      'Any number of beats may run beside each other. A tick that was missed while none was up is given once.',
    flags: { wait: WAIT },
    load: () => import('./verbs/beat.ts'),
  },
  {
    name: 'drain',
    says: 'Do what is due, once, and end: for cron, where no worker runs.',
    about: 'What is not done when the time is over stays due.',
    flags: {
      deadline: { takes: 'whole number', value: 'SECONDS', says: 'How long at most (50).' },
    },
    load: () => import('./verbs/drain.ts'),
  },
  {
    name: 'task list',
    says: 'Tasks that were put off or scheduled, newest first.',
    flags: {
      name: { takes: 'text', value: 'TASK', says: 'Only this task, e.g. check_payment_status.' },
      state: { takes: TASK_STATES, value: 'STATE', says: `Only those that are ${TASK_STATES.join(', ')}.` },
      limit: LIMIT,
    },
    load: () => import('./verbs/task/list.ts'),
  },
  {
    name: 'task show',
    argument: 'ID',
    says: 'One task: how far it is, what came of it, its tries and its last error.',
    load: () => import('./verbs/task/show.ts'),
  },
  {
    name: 'task run',
    argument: 'TASK [ARGUMENTS]',
    says: 'Run a task here, once: from cron, or by hand.',
    about: `ARGUMENTS is an order id, or all of them as JSON: '{"order_id": "ORDER-001", "amount": 50000}'.`,
    flags: { queue: { says: 'Leave it to a worker, which tries again when it fails.' } },
    load: () => import('./verbs/task/run.ts'),
  },
  {
    name: 'task retry',
    argument: 'ID',
    says: 'Have a failed task tried again.',
    load: () => import('./verbs/task/retry.ts'),
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
      finish: {
        takes: 'text',
        value: 'URL',
        says: 'The finish address of the dashboard: where Snap and lenders send the customer afterwards.',
      },
      'rate-limit': {
        takes: 'whole number',
        value: 'COUNT',
        says: 'So many charges and new linked accounts a minute, then 429; without it there is no limit.',
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
      'allow-production-key': { says: 'Also with a production key, which its page then shows.' },
    },
    load: () => import('./verbs/simulator.ts'),
  },
  {
    name: 'fault',
    argument: '[KIND]',
    says: 'Let the simulator on this machine fail: a request, or a notification.',
    about: `KIND is lose_answer, cut, timeout, latency, http_error, too_many, html, refuse, challenge, bank_refuses, lose, repeat, delay, reorder or wrong_signature; without one the faults that are set are listed.
The simulator is that of \`bayar dev\` in BAYAR_HOME, else the one on SIMULATOR_PORT.`,
    needsNoConfig: true,
    flags: {
      endpoint: {
        takes: 'text',
        value: 'NAME',
        says: 'Only requests to this endpoint: charge, status, refund …',
      },
      order: ORDER,
      telling: { takes: 'text', value: 'STATUS', says: 'Only notifications of this transaction_status.' },
      times: { takes: 'whole number', value: 'COUNT', says: 'How often it acts (1).' },
      when: { takes: ['before', 'after'], value: 'WHEN', says: 'Before or after it was done (before).' },
      seconds: { takes: 'whole number', value: 'SECONDS', says: 'How long latency (5) and delay (60) last.' },
      http: {
        takes: 'whole number',
        value: 'STATUS',
        says: 'The HTTP status of http_error (500) and html (502).',
      },
      copies: {
        takes: 'whole number',
        value: 'COUNT',
        says: 'How many notifications repeat sends in all (2).',
      },
      code: { takes: 'text', value: 'CODE', says: 'The status_code of refuse (505).' },
      'without-body': { says: 'http_error without Midtrans’s JSON.' },
      clear: { says: 'First remove all that are set.' },
      url: { takes: 'text', value: 'URL', says: 'Where the simulator is.' },
      'allow-remote': { says: 'Also one that is not on this machine.' },
    },
    load: () => import('./verbs/fault.ts'),
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
    says: 'Check keys, asking Midtrans whether it accepts them, database, schema, handlers, notification URL and clock, with the way out of each problem.',
    load: () => import('./verbs/doctor.ts'),
  },
  {
    name: 'reconcile',
    says: 'Hold the payments of a period against Midtrans, and report in what they differ.',
    about: `Midtrans is asked about each payment that was created in the period. Without --fix nothing is written to the database.
A run that was killed is gone on with by the same command and --resume; its state is kept in BAYAR_HOME (.bayar) until it is finished.
Exit code 0: no differences, or all repaired; 7: there are some; 2: the command line is wrong, or FILE cannot be written.`,
    flags: {
      from: {
        takes: 'instant',
        value: 'WHEN',
        says: 'Payments created from this instant on. Must be given.',
      },
      to: { takes: 'instant', value: 'WHEN', says: 'And before this one (now).' },
      merchant: MERCHANT,
      fix: {
        says: 'Let what Midtrans says happen, as if a notice of it had come, and show before and after.',
      },
      csv: { says: 'Answer in CSV. With --json: one difference a line.' },
      output: {
        takes: 'text',
        value: 'FILE',
        says: 'Write the report to this file (.csv and .json say the format).',
      },
      resume: {
        says: 'Go on with a run of the same --from, --merchant and --fix that was not finished; without --to, with the only one that there is.',
      },
    },
    load: () => import('./verbs/reconcile.ts'),
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
    flags: { transaction: TRANSACTION, merchant: MERCHANT },
    load: () => import('./verbs/payments/cancel.ts'),
  },
  {
    name: 'payments expire',
    argument: 'ORDER',
    says: 'Let a pending payment expire at Midtrans now.',
    flags: { transaction: TRANSACTION, merchant: MERCHANT },
    load: () => import('./verbs/payments/expire.ts'),
  },
  {
    name: 'payments capture',
    argument: 'ORDER',
    says: 'Take what a card or wallet has reserved.',
    flags: {
      amount: { takes: 'whole number', value: 'RUPIAH', says: 'A part of it; the rest goes back.' },
      transaction: TRANSACTION,
      merchant: MERCHANT,
    },
    load: () => import('./verbs/payments/capture.ts'),
  },
  {
    name: 'payments approve',
    argument: 'ORDER',
    says: 'Take a card payment that the fraud engine put on hold.',
    flags: { transaction: TRANSACTION, merchant: MERCHANT },
    load: () => import('./verbs/payments/approve.ts'),
  },
  {
    name: 'payments deny',
    argument: 'ORDER',
    says: 'Refuse a card payment that the fraud engine put on hold.',
    flags: { transaction: TRANSACTION, merchant: MERCHANT },
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
      'to-wallet': { says: 'Into the user’s wallet here, and not through Midtrans.' },
      user: { takes: 'text', value: 'USER', says: 'Whose wallet, of a payment that belongs to no user.' },
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
    name: 'payments adopt',
    argument: 'ORDER',
    says: 'Take in an order that Midtrans told of and that was never charged here.',
    about: `\`bayar notifications foreign\` lists them. Midtrans is asked how the order stands; where it has another amount than you say, the payment
waits for a decision (\`bayar payments review\`).`,
    flags: {
      amount: { takes: 'whole number', value: 'RUPIAH', says: 'What the order costs. Must be given.' },
      user: { takes: 'text', value: 'ID', says: 'Whose it is, by your own id of the user.' },
      merchant: MERCHANT,
    },
    load: () => import('./verbs/payments/adopt.ts'),
  },
  {
    name: 'invoices list',
    says: 'What customers were asked for in writing, newest first.',
    flags: {
      status: {
        takes: INVOICE_STATUSES,
        value: 'STATUS',
        says: `Only those that are: ${INVOICE_STATUSES.join(', ')}.`,
      },
      user: { takes: 'text', value: 'USER', says: 'Only of this user of yours.' },
      search: { takes: 'text', value: 'TEXT', says: 'How the number or the order id begins.' },
      'due-from': { takes: 'text', value: 'DAY', says: 'Due on this day or later: 2026-03-31.' },
      'due-to': { takes: 'text', value: 'DAY', says: 'Due on this day or earlier.' },
      limit: LIMIT,
    },
    load: () => import('./verbs/invoices/list.ts'),
  },
  {
    name: 'invoices show',
    argument: 'INVOICE',
    says: 'An invoice by its number, order id or id, with its payments and its history.',
    flags: { merchant: MERCHANT },
    load: () => import('./verbs/invoices/show.ts'),
  },
  {
    name: 'invoices void',
    argument: 'INVOICE',
    says: 'Withdraw an invoice, at Midtrans too. One of which anything was received stays.',
    flags: {
      because: { takes: 'text', value: 'TEXT', says: 'Why, for whoever reads it later.' },
      merchant: MERCHANT,
    },
    load: () => import('./verbs/invoices/void.ts'),
  },
  {
    name: 'wallet show',
    argument: 'USER',
    says: 'A user’s wallet, with what moved it last.',
    flags: { merchant: MERCHANT },
    load: () => import('./verbs/wallet/show.ts'),
  },
  {
    name: 'wallet entries',
    argument: 'USER',
    says: 'What moved a user’s wallet, newest first.',
    flags: {
      kind: {
        takes: Object.keys(WALLET_ENTRY_KINDS),
        value: 'KIND',
        says: `Only entries that are: ${Object.keys(WALLET_ENTRY_KINDS).join(', ')}.`,
      },
      limit: LIMIT,
      merchant: MERCHANT,
    },
    load: () => import('./verbs/wallet/entries.ts'),
  },
  {
    name: 'wallet adjust',
    argument: 'USER',
    says: 'Move a user’s wallet by hand, and say why.',
    about: 'Asked again with the same --key it is the same adjustment, and no second one.',
    flags: {
      credit: { takes: 'whole number', value: 'RUPIAH', says: 'So much into it.' },
      debit: { takes: 'whole number', value: 'RUPIAH', says: 'So much out of it.' },
      because: { takes: 'text', value: 'TEXT', says: 'Why; the entry keeps it.' },
      key: { takes: 'text', value: 'KEY', says: 'Your own name for this adjustment.' },
      merchant: MERCHANT,
    },
    load: () => import('./verbs/wallet/adjust.ts'),
  },
  {
    name: 'wallet freeze',
    argument: 'USER',
    says: 'Let nothing be paid from a user’s wallet any more.',
    flags: {
      because: { takes: 'text', value: 'TEXT', says: 'Why; the wallet keeps it.' },
      merchant: MERCHANT,
    },
    load: () => import('./verbs/wallet/freeze.ts'),
  },
  {
    name: 'wallet unfreeze',
    argument: 'USER',
    says: 'Let a user’s wallet pay again.',
    flags: { merchant: MERCHANT },
    load: () => import('./verbs/wallet/unfreeze.ts'),
  },
  {
    name: 'plans list',
    says: 'What is sold, and what is not sold yet or any more.',
    flags: {
      status: {
        takes: PLAN_STATUSES,
        value: 'STATUS',
        says: `Only those that are: ${PLAN_STATUSES.join(', ')}.`,
      },
      search: { takes: 'text', value: 'TEXT', says: 'In name and description.' },
      limit: LIMIT,
    },
    load: () => import('./verbs/plans/list.ts'),
  },
  {
    name: 'plans show',
    argument: 'PLAN',
    says: 'A plan by its slug or id.',
    flags: { merchant: MERCHANT },
    load: () => import('./verbs/plans/show.ts'),
  },
  {
    name: 'plans create',
    argument: 'NAME',
    says: 'Make a plan.',
    flags: {
      ...PLAN_FLAGS,
      slug: { takes: 'text', value: 'SLUG', says: 'What addresses call it (made of the name).' },
      merchant: MERCHANT,
    },
    load: () => import('./verbs/plans/create.ts'),
  },
  {
    name: 'plans update',
    argument: 'PLAN',
    says: 'Change a plan for whoever subscribes from now on; its features are everybody’s at once.',
    flags: { name: { takes: 'text', value: 'NAME', says: 'For people.' }, ...PLAN_FLAGS, merchant: MERCHANT },
    load: () => import('./verbs/plans/update.ts'),
  },
  {
    name: 'plans archive',
    argument: 'PLAN',
    says: 'Sell a plan no more; who has it keeps it.',
    flags: { merchant: MERCHANT },
    load: () => import('./verbs/plans/archive.ts'),
  },
  {
    name: 'subscriptions subscribe',
    argument: 'USER',
    says: 'Bill a user by bayar’s own clock: for a plan, or on terms of their own.',
    about: `Asked again with the same --key it is the same subscription, and no second one. With --gopay-account Midtrans charges the linked account by its own clock.`,
    flags: {
      plan: { takes: 'text', value: 'PLAN', says: 'Its slug or id.' },
      ...WAY_FLAGS,
      'gopay-account': { takes: 'text', value: 'ID', says: 'Of gopay: a linked account.' },
      name: { takes: 'text', value: 'NAME', says: 'Without a plan: what it is,' },
      amount: { takes: 'whole number', value: 'RUPIAH', says: 'what it costs,' },
      interval: { takes: 'whole number', value: 'COUNT', says: 'every so many units (1),' },
      unit: UNIT,
      'first-name': { takes: 'text', value: 'NAME', says: 'The customer’s.' },
      'last-name': { takes: 'text', value: 'NAME', says: 'The customer’s.' },
      email: { takes: 'text', value: 'ADDRESS', says: 'The customer’s.' },
      phone: { takes: 'text', value: 'NUMBER', says: 'The customer’s.' },
      key: { takes: 'text', value: 'KEY', says: 'Your own name for this subscription.' },
      merchant: MERCHANT,
    },
    load: () => import('./verbs/subscriptions/subscribe.ts'),
  },
  {
    name: 'subscriptions pay',
    argument: 'ID',
    says: 'Pay what is owed: by the way that is open, or by another one from now on.',
    about:
      'What is open is ended at Midtrans before another way takes its place. With --method wallet it is paid out of the wallet at once.',
    flags: WAY_FLAGS,
    load: () => import('./verbs/subscriptions/pay.ts'),
  },
  {
    name: 'subscriptions retry',
    argument: 'ID',
    says: 'Charge what is owed again, in the same way.',
    load: () => import('./verbs/subscriptions/retry.ts'),
  },
  {
    name: 'subscriptions pause',
    argument: 'ID',
    says: 'Charge nothing until it is resumed; the days that are paid are kept.',
    load: () => import('./verbs/subscriptions/pause.ts'),
  },
  {
    name: 'subscriptions resume',
    argument: 'ID',
    says: 'Go on after a pause, whose days are added.',
    load: () => import('./verbs/subscriptions/resume.ts'),
  },
  {
    name: 'subscriptions reactivate',
    argument: 'ID',
    says: 'Let one that is to end go on, or begin one that has ended anew.',
    load: () => import('./verbs/subscriptions/reactivate.ts'),
  },
  {
    name: 'subscriptions change-plan',
    argument: 'ID PLAN',
    says: 'Another plan: now, with the difference paid or credited, or when the period is over.',
    flags: { 'at-period-end': { says: 'When the period is over.' } },
    load: () => import('./verbs/subscriptions/change-plan.ts'),
  },
  {
    name: 'subscriptions can',
    argument: 'USER FEATURE',
    says: 'Whether a user may use a feature at this moment.',
    flags: {
      amount: { takes: 'whole number', value: 'COUNT', says: 'Whether its limit is at least that.' },
      merchant: MERCHANT,
    },
    load: () => import('./verbs/subscriptions/can.ts'),
  },
  {
    name: 'subscriptions list',
    says: 'Subscriptions, newest first.',
    flags: {
      status: {
        takes: SUBSCRIPTION_STATUSES,
        value: 'STATUS',
        says: `Only those that are: ${SUBSCRIPTION_STATUSES.join(', ')}.`,
      },
      user: { takes: 'text', value: 'USER', says: 'Only of this user.' },
      plan: { takes: 'text', value: 'PLAN', says: 'Only of this plan, by its slug or id.' },
      review: { says: 'Only those that wait for a person.' },
      limit: LIMIT,
    },
    load: () => import('./verbs/subscriptions/list.ts'),
  },
  {
    name: 'subscriptions show',
    argument: 'ID',
    says: 'A subscription with its charges and its history.',
    load: () => import('./verbs/subscriptions/show.ts'),
  },
  {
    name: 'subscriptions disable',
    argument: 'ID',
    says: 'Charge it no more until it is enabled. Retries that are planned already still run.',
    load: () => import('./verbs/subscriptions/disable.ts'),
  },
  {
    name: 'subscriptions enable',
    argument: 'ID',
    says: 'Charge it again.',
    load: () => import('./verbs/subscriptions/enable.ts'),
  },
  {
    name: 'subscriptions cancel',
    argument: 'ID',
    says: 'End it, and every retry; now, or when the period that is paid for is over.',
    flags: {
      'at-period-end': { says: 'It goes on until then. Not of what Midtrans charges.' },
      because: { takes: 'text', value: 'TEXT', says: 'Why, for whoever asks later.' },
    },
    load: () => import('./verbs/subscriptions/cancel.ts'),
  },
  {
    name: 'subscriptions sync',
    argument: '[ID]',
    says: 'Ask Midtrans how one stands, or all whose regular turn has come, and take over what it says.',
    load: () => import('./verbs/subscriptions/sync.ts'),
  },
  {
    name: 'subscriptions resolve',
    argument: 'ID',
    says: 'Say what nobody else can about a subscription whose creation Midtrans never answered.',
    about:
      'Midtrans lists no subscriptions over its API: look in its dashboard for the name that `subscriptions show` tells.',
    flags: {
      'midtrans-id': {
        takes: 'text',
        value: 'ID',
        says: 'Midtrans has it under this id; it is looked up before it is believed.',
      },
      'never-made': { says: 'There is none of that name.' },
      dismiss: { says: 'Somebody has looked at what it waits for.' },
    },
    load: () => import('./verbs/subscriptions/resolve.ts'),
  },
  {
    name: 'messages list',
    says: 'What customers are told, newest first.',
    flags: {
      status: {
        takes: MESSAGE_STATUSES,
        value: 'STATUS',
        says: `Only those that are ${MESSAGE_STATUSES.join(', ')}.`,
      },
      type: { takes: MESSAGE_TYPES, value: 'TYPE', says: 'Only these, e.g. expiry_reminder.' },
      user: { takes: 'text', value: 'USER', says: 'Only this user’s.' },
      limit: LIMIT,
    },
    load: () => import('./verbs/messages/list.ts'),
  },
  {
    name: 'messages show',
    argument: 'ID',
    says: 'One message, with its text and what became of it.',
    load: () => import('./verbs/messages/show.ts'),
  },
  {
    name: 'messages retry',
    argument: 'ID',
    says: 'Have a message that failed or was suppressed sent after all.',
    load: () => import('./verbs/messages/retry.ts'),
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
    name: 'notifications foreign',
    says: 'Orders that Midtrans told of and that are not here; a person may adopt them.',
    flags: { from: FROM, to: TO, merchant: MERCHANT, limit: LIMIT },
    load: () => import('./verbs/notifications/foreign.ts'),
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
    flags: { type: TYPE, order: ABOUT, from: FROM, to: TO, limit: LIMIT },
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
      order: ABOUT,
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
