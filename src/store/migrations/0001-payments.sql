-- Payments, their attempts and history, what Midtrans told us, and what we owe the merchant's handlers.
--
-- The path of a notification is hot, so no index of payments or attempts covers a column that news changes (their updates stay within the page), lists of
-- work are narrow side tables, and ids are time-ordered. Rows that are written only by the statement that holds the payment's lock carry no foreign key: the statement itself
-- joins the locked payment, and a key would take that lock a second time for each row.

-- What a merchant asks to be paid.
create table bayar.payments (
  id               uuid primary key,
  merchant         text not null check (merchant <> ''),
  order_id         text not null check (length(order_id) between 1 and 50),
  version          integer not null default 0 check (version >= 0),
  status           text not null default 'created' check (status in ('created', 'pending', 'challenged', 'authorized', 'captured', 'settled',
                     'partially_refunded', 'refunded', 'partially_charged_back', 'charged_back', 'denied', 'cancelled', 'expired', 'failed', 'reversed')),
  presumed         text check (presumed in ('failed', 'expired')),
  presumed_event   text,
  payment_type     text,
  bank             text,
  gross_amount     bigint not null check (gross_amount > 0),
  capture_amount   bigint check (capture_amount between 1 and gross_amount),
  currency         text not null default 'IDR',
  refunded_amount  bigint not null default 0 check (refunded_amount >= 0),
  net_amount       bigint not null default 0 check (net_amount >= 0),
  open_intent_id   uuid,
  -- Which part of bayar itself the payment belongs to; null is the merchant's own. The order id's prefix is only a name.
  owner            text,
  user_id          text,
  customer_first_name text,
  customer_last_name  text,
  customer_email   text,
  customer_phone   text,
  custom_fields    text[] not null default '{}' check (cardinality(custom_fields) <= 3),
  metadata         jsonb,
  request_digest   bytea not null,
  created_at       timestamptz not null,
  updated_at       timestamptz not null,
  unique (merchant, order_id)
) with (fillfactor = 80);

create index payments_by_order on bayar.payments (order_id text_pattern_ops);
create index payments_by_amount on bayar.payments (gross_amount, id);
create index payments_by_email on bayar.payments (lower(customer_email) text_pattern_ops, id) where customer_email is not null;
create index payments_by_user on bayar.payments (user_id, id) where user_id is not null;

create table bayar.payment_items (
  payment_id    uuid not null references bayar.payments,
  position      integer not null,
  item_id       text,
  name          text not null,
  price         bigint not null,
  quantity      integer not null check (quantity >= 1),
  brand         text,
  category      text,
  merchant_name text,
  url           text,
  primary key (payment_id, position)
);

-- One way of paying that was begun: one row per Midtrans transaction.
create table bayar.attempts (
  id                  uuid primary key,
  payment_id          uuid not null,
  transaction_id      text not null,
  status              text not null check (status in ('pending', 'challenged', 'authorized', 'captured', 'settled', 'partially_refunded', 'refunded',
                        'partially_charged_back', 'charged_back', 'denied', 'cancelled', 'expired', 'failed', 'reversed')),
  paid                boolean not null default false,
  gross_amount        bigint not null check (gross_amount >= 0),
  captured_amount     bigint not null default 0 check (captured_amount >= 0),
  refund_total        bigint not null default 0,
  refunded_amount     bigint not null default 0 check (refunded_amount >= 0),
  charged_back_amount bigint not null default 0 check (charged_back_amount >= 0),
  transaction_status  text not null,
  fraud_status        text,
  status_code         text not null,
  payment_type        text,
  transaction_time    timestamptz,
  settlement_time     timestamptz,
  expiry_time         timestamptz,
  instructions        jsonb not null default '{}',
  instruction_ranks   jsonb not null default '{}',
  created_at          timestamptz not null,
  updated_at          timestamptz not null,
  unique (payment_id, transaction_id)
) with (fillfactor = 80);

create index attempts_by_transaction on bayar.attempts (transaction_id);

-- Every command that can move money, written before it is sent.
create table bayar.intents (
  id            uuid primary key,
  payment_id    uuid not null references bayar.payments,
  command       text not null check (command in ('charge', 'checkout', 'capture', 'cancel', 'expire', 'approve', 'deny', 'refund', 'direct_refund')),
  state         text not null check (state in ('prepared', 'sent', 'done', 'rejected', 'absent')),
  key           text not null unique check (length(key) <= 46),
  transaction_id text,
  request       jsonb not null,
  requested_by  text not null,
  send_before   timestamptz,
  sent_at       timestamptz,
  answer_class  text,
  answer_code   text,
  answer_message text,
  answer        bytea,
  answered_at   timestamptz,
  check_at      timestamptz,
  checks        integer not null default 0,
  created_at    timestamptz not null
);

create index intents_by_payment on bayar.intents (payment_id, id);
create index intents_to_check on bayar.intents (check_at) where check_at is not null;
-- Two of the same at once would be two charges: the second waits for the first to be known.
create unique index intents_one_open on bayar.intents (payment_id, command) where state in ('prepared', 'sent') and command not in ('refund', 'direct_refund');

create table bayar.refunds (
  id                uuid primary key,
  payment_id        uuid not null references bayar.payments,
  transaction_id    text not null,
  refund_key        text,
  chargeback_uuid   text,
  chargeback_id     text,
  amount            bigint not null check (amount >= 0),
  status            text not null check (status in ('reserved', 'confirmed', 'refused', 'abandoned')),
  origin            text not null check (origin in ('bayar', 'gateway', 'unlisted')),
  reason            text,
  intent_id         uuid,
  bank_confirmed_at timestamptz,
  created_at        timestamptz not null,
  updated_at        timestamptz not null
);

create index refunds_by_payment on bayar.refunds (payment_id, id);
create unique index refunds_one_per_key on bayar.refunds (payment_id, transaction_id, refund_key) where refund_key is not null;
create unique index refunds_one_per_uuid on bayar.refunds (payment_id, transaction_id, chargeback_uuid) where chargeback_uuid is not null;
create unique index refunds_one_unlisted on bayar.refunds (payment_id, transaction_id) where origin = 'unlisted';

-- Everything that Midtrans, or someone in its name, sent us.
create table bayar.notifications (
  id                 uuid primary key,
  channel            text not null check (channel in ('payment', 'recurring', 'pay_account')),
  merchant           text,
  raw                bytea not null,
  order_id           text,
  transaction_id     text,
  transaction_status text,
  fraud_status       text,
  payment_type       text,
  status_code        text,
  gross_amount       text,
  fingerprint        uuid,
  digest             uuid,
  sender             text,
  status             text not null check (status in ('received', 'processed', 'failed', 'duplicate', 'stale', 'review', 'foreign', 'invalid_signature')),
  error              text,
  attempts           integer not null default 0,
  copies             integer not null default 0,
  payment_id         uuid,
  original_id        uuid,
  received_at        timestamptz not null,
  processed_at       timestamptz,
  -- Work that is left: a look-up at Midtrans, or another try.
  due_at             timestamptz
) with (fillfactor = 95);

create index notifications_by_payment on bayar.notifications (payment_id, fingerprint) where payment_id is not null;
create index notifications_unmatched on bayar.notifications (order_id, id) where payment_id is null;
create index notifications_unusual on bayar.notifications (status, id) where status in ('received', 'failed', 'review', 'foreign', 'invalid_signature');
create index notifications_due on bayar.notifications (due_at) where due_at is not null;
create unique index notifications_untrusted_once on bayar.notifications (digest) where digest is not null;

-- What is counted because it is not stored: malformed and oversized bodies, forged ones beyond the cap.
create table bayar.notification_counters (
  minute timestamptz not null,
  kind   text not null,
  count  bigint not null,
  primary key (minute, kind)
);

-- The history of every payment, and with `type` set the events told to the merchant's code. `sequence` is the version that the row made.
create table bayar.events (
  id              uuid primary key,
  subject_id      uuid not null,
  sequence        integer not null,
  type            text,
  attempt_id      uuid,
  from_status     text not null,
  to_status       text not null,
  previous        text not null,
  status          text not null,
  money_delta     bigint not null,
  refunded_amount bigint not null,
  net_amount      bigint not null,
  refund_id       uuid,
  review_reason   text,
  source          text not null,
  notification_id uuid,
  intent_id       uuid,
  -- The news itself where it is kept nowhere else.
  document        bytea,
  occurred_at     timestamptz not null,
  unique (subject_id, sequence)
);

-- The merchant's code, by name.
create table bayar.handlers (
  id         integer generated always as identity primary key,
  name       text not null unique check (name <> ''),
  kind       text not null check (kind in ('on', 'within')),
  events     text[] not null,
  since      timestamptz not null,
  retired_at timestamptz
);

-- Rises with each change of `handlers`: read with every batch, so that a process notices a `within` handler that it does not have.
create table bayar.handler_registry (
  only_row boolean primary key default true check (only_row),
  version  integer not null default 0
);
insert into bayar.handler_registry default values;

-- One event owed to one handler. Its lane is (handler, subject): within a lane they go in sequence.
create table bayar.deliveries (
  handler_id  integer not null,
  subject_id  uuid not null,
  sequence    integer not null,
  event_id    uuid not null,
  state       text not null default 'waiting' check (state in ('waiting', 'done', 'dead')),
  attempts    integer not null default 0,
  replays     integer not null default 0,
  due_at      timestamptz not null,
  -- Who works on it, and until when by the database's clock: liveness is not business, and must not end because a test moves the time.
  leased_by   uuid,
  leased_until timestamptz,
  error       text,
  created_at  timestamptz not null,
  finished_at timestamptz,
  primary key (handler_id, subject_id, sequence)
  -- Written three times within moments: owed, leased, done. The free half keeps the versions of a row on its page.
) with (fillfactor = 50);

create index deliveries_waiting on bayar.deliveries (handler_id, due_at) where state = 'waiting';
-- Of a queue no statistics are true: analyzed when it was empty, it is thought to be empty, and every claim would then walk through all that ever waited since the last
-- vacuum instead of taking the first in order of `due_at`.
alter table bayar.deliveries alter column state set statistics 0;
create index deliveries_dead on bayar.deliveries (handler_id, event_id) where state = 'dead';

-- Payments that Midtrans has not ended yet: the work list of status checks.
create table bayar.open_payments (
  payment_id    uuid primary key,
  next_check_at timestamptz not null,
  checks        integer not null default 0
);

create index open_payments_due on bayar.open_payments (next_check_at);

-- What waits for a person.
create table bayar.reviews (
  id              uuid primary key,
  payment_id      uuid not null references bayar.payments,
  transaction_id  text not null,
  reason          text not null,
  note            text not null,
  withheld        text[] not null default '{}',
  notification_id uuid,
  sequence        integer not null,
  opened_at       timestamptz not null,
  outcome         text check (outcome in ('accepted', 'dismissed')),
  closed_at       timestamptz,
  closed_by       text,
  closing_reason  text,
  unique (payment_id, transaction_id, reason)
);

create index reviews_open on bayar.reviews (id) where closed_at is null;

-- Idempotency-Key of our own HTTP surface.
create table bayar.api_requests (
  caller      text not null,
  route       text not null,
  key         text not null,
  body_digest bytea not null,
  status      integer,
  response    bytea,
  created_at  timestamptz not null,
  primary key (caller, route, key)
);

create index api_requests_by_age on bayar.api_requests (created_at);
