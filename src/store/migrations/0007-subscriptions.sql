-- Subscriptions, however they are collected: `native` by Midtrans itself, which charges by its own clock; `charge` one payment a cycle, and `wallet`, by ours.

create table bayar.subscriptions (
  id               uuid primary key,
  merchant         text not null check (merchant <> ''),
  -- The merchant's own name for the request that made it: asked again under it, it is the same subscription.
  reference        text check (length(reference) between 1 and 255),
  request_digest   bytea not null,
  version          integer not null default 0 check (version >= 0),
  collection       text not null check (collection in ('native', 'charge', 'wallet')),
  status           text not null check (status in ('pending', 'trialing', 'active', 'past_due', 'paused', 'cancelled', 'expired', 'failed')),
  status_reason    text,
  -- What people call it. Midtrans knows the name that we made, because its order ids begin with that.
  title            text not null check (length(title) between 1 and 255),
  gateway_name     text check (length(gateway_name) between 1 and 40),
  gateway_id       text check (length(gateway_id) between 1 and 255),
  -- Midtrans's id of it as a notice told, while nobody has confirmed it.
  hinted_id        text,
  gateway_status   text check (gateway_status in ('active', 'inactive', 'absent')),
  payment_type     text not null,
  -- What a saved card is charged with. Of a linked account a fresh one is asked for each time.
  token            text,
  pay_account_id   text,
  payment_option   text,
  amount           bigint not null check (amount > 0),
  -- What it cost before: a charge that was under way when the price changed.
  previous_amount  bigint,
  currency         text not null default 'IDR',
  interval_count   integer not null check (interval_count >= 1),
  interval_unit    text not null check (interval_unit in ('day', 'week', 'month')),
  -- How often it is charged; null is without end.
  cycles_max       integer check (cycles_max >= 0),
  cycle            integer not null default 0 check (cycle >= 0),
  starts_at        timestamptz not null,
  next_charge_at   timestamptz,
  previous_charge_at timestamptz,
  -- The last time that Midtrans tried to charge it and made no transaction of it.
  failed_charge_at timestamptz,
  last_charge      text check (last_charge in ('paid', 'failed')),
  retry_interval   integer,
  retry_unit       text check (retry_unit in ('minute', 'hour', 'day')),
  retries_max      integer check (retries_max between 0 and 3),
  user_id          text,
  customer_first_name text,
  customer_last_name  text,
  customer_email   text,
  customer_phone   text,
  metadata         jsonb,
  -- Why it waits for a person.
  review           text,
  -- Rises with each command, so that an answer to a question asked before it changes nothing after it.
  commands         integer not null default 0,
  -- When Midtrans is asked about it: soon, because something may have happened; and regularly. null, not of our own accord.
  next_sync_at     timestamptz,
  regular_sync_at  timestamptz,
  synced_at        timestamptz,
  syncs_failed     integer not null default 0,
  cancelled_at     timestamptz,
  created_at       timestamptz not null,
  updated_at       timestamptz not null,
  check (collection <> 'native' or gateway_name is not null)
) with (fillfactor = 80);

create unique index subscriptions_by_gateway_name on bayar.subscriptions (merchant, gateway_name) where gateway_name is not null;
create unique index subscriptions_by_gateway_id on bayar.subscriptions (merchant, gateway_id) where gateway_id is not null;
-- One that Midtrans refused leaves its reference to another try.
create unique index subscriptions_by_reference on bayar.subscriptions (merchant, reference) where reference is not null and status <> 'failed';
create index subscriptions_by_user on bayar.subscriptions (user_id, id) where user_id is not null;
create index subscriptions_hinted on bayar.subscriptions (gateway_id) where gateway_id is not null;
create index subscriptions_named on bayar.subscriptions (gateway_name) where gateway_name is not null;
create index subscriptions_to_sync on bayar.subscriptions (next_sync_at) where next_sync_at is not null;
create index subscriptions_to_sync_regularly on bayar.subscriptions (regular_sync_at) where regular_sync_at is not null;
create index subscriptions_in_review on bayar.subscriptions (id) where review is not null;

-- Every command about a subscription at Midtrans, written before it is sent.
create table bayar.subscription_intents (
  id              uuid primary key,
  subscription_id uuid not null references bayar.subscriptions,
  command         text not null check (command in ('create', 'update', 'disable', 'enable', 'cancel')),
  state           text not null check (state in ('sent', 'done', 'rejected', 'absent')),
  key             text not null unique check (length(key) <= 46),
  request         jsonb not null,
  requested_by    text not null,
  send_before     timestamptz not null,
  answer_class    text,
  answer_code     text,
  answer_message  text,
  answer          bytea,
  answered_at     timestamptz,
  check_at        timestamptz,
  checks          integer not null default 0,
  created_at      timestamptz not null
);

create index subscription_intents_by_subscription on bayar.subscription_intents (subscription_id, id);
create index subscription_intents_to_check on bayar.subscription_intents (check_at) where check_at is not null;
-- One at a time: of a pause and a resumption that cross, nobody could say which was last.
create unique index subscription_intents_one_open on bayar.subscription_intents (subscription_id) where state = 'sent';

-- Midtrans makes the order ids of what it charges itself: from a name of 40 characters and 32 of its own.
alter table bayar.payments drop constraint payments_order_id_check;
alter table bayar.payments add constraint payments_order_id_check check (length(order_id) between 1 and 255) not valid;
