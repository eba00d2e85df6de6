-- Billing by our own clock: what is sold, what is owed for each period, and the payments by which it is asked for.

create table bayar.plans (
  id             uuid primary key,
  merchant       text not null check (merchant <> ''),
  -- What URLs and code call it.
  slug           text not null check (slug ~ '^[a-z0-9]([a-z0-9-]{0,98}[a-z0-9])?$'),
  name           text not null check (length(name) between 1 and 255),
  description    text not null default '',
  price          bigint not null check (price between 1 and 999999999999),
  currency       text not null default 'IDR',
  interval_count integer not null check (interval_count >= 1),
  interval_unit  text not null check (interval_unit in ('day', 'week', 'month')),
  trial_days     integer not null default 0 check (trial_days >= 0),
  -- 0 is without end.
  cycles_max     integer not null default 0 check (cycles_max >= 0),
  status         text not null default 'active' check (status in ('active', 'inactive', 'archived')),
  -- Flags and limits, by name.
  features       jsonb not null default '{}' check (jsonb_typeof(features) = 'object'),
  metadata       jsonb,
  sort_order     integer not null default 0,
  created_at     timestamptz not null,
  updated_at     timestamptz not null,
  unique (merchant, slug)
);

create index plans_in_order on bayar.plans (sort_order, price, id);
create index plans_by_price on bayar.plans (price, id);

alter table bayar.subscriptions
  add column plan_id uuid references bayar.plans,
  -- What it becomes when the period ends.
  add column next_plan_id uuid references bayar.plans,
  -- How each cycle is asked for: the bank, the store; never what a card is charged with.
  add column method jsonb,
  -- The day of the month that its rhythm keeps to, in Jakarta.
  add column anchor_day smallint check (anchor_day between 1 and 31),
  -- The number of the last period that money was asked for.
  add column period integer not null default 0 check (period >= 0),
  add column current_period_start timestamptz,
  add column current_period_end timestamptz,
  add column trial_end timestamptz,
  add column trial_told_at timestamptz,
  add column past_due_at timestamptz,
  -- Until when it may be used although it is past due.
  add column grace_until timestamptz,
  add column paused_at timestamptz,
  add column cancel_at_period_end boolean not null default false,
  add column cancel_reason text,
  add check (current_period_end > current_period_start),
  add check (collection = 'native' or status <> 'past_due' or grace_until is not null);

-- The work lists of billing. One that Midtrans charges by itself stands in none of them, whatever its dates say: two clocks would charge its customer twice.
create index subscriptions_due on bayar.subscriptions (next_charge_at, id)
  where collection <> 'native' and status in ('trialing', 'active') and next_charge_at is not null and not cancel_at_period_end;
create index subscriptions_to_end on bayar.subscriptions ((coalesce(current_period_end, trial_end)), id)
  where collection <> 'native' and cancel_at_period_end and status in ('trialing', 'active', 'past_due', 'paused');
create index subscriptions_in_grace on bayar.subscriptions (grace_until, id) where collection <> 'native' and status = 'past_due';
create index subscriptions_in_trial on bayar.subscriptions (trial_end, id)
  where collection <> 'native' and status = 'trialing' and trial_told_at is null and not cancel_at_period_end;

-- One trial for each customer.
create table bayar.trials (
  merchant        text not null,
  user_id         text not null,
  subscription_id uuid not null references bayar.subscriptions,
  created_at      timestamptz not null,
  primary key (merchant, user_id)
);

-- What is owed for one period of one subscription, or for changing its plan within a period.
create table bayar.obligations (
  id              uuid primary key,
  merchant        text not null,
  subscription_id uuid not null references bayar.subscriptions,
  kind            text not null check (kind in ('period', 'change')),
  period          integer not null check (period >= 1),
  status          text not null default 'open' check (status in ('open', 'paid', 'superseded', 'ended')),
  amount          bigint not null check (amount > 0),
  -- Of a first one they are what is planned: it begins when it is paid.
  period_start    timestamptz not null,
  period_end      timestamptz not null,
  -- Of a change: what the subscription is from then on.
  plan_id         uuid references bayar.plans,
  charges         integer not null default 0 check (charges >= 0),
  -- When the next charge of it is begun; while one works on it, until when.
  charge_at       timestamptz,
  -- Payments of it that can still be paid although it is settled: they are ended at Midtrans.
  close_at        timestamptz,
  -- The attempt that paid it. Null, a person said that it was paid.
  payment_id      uuid,
  attempt_id      uuid,
  paid_at         timestamptz,
  invoice_id      uuid,
  created_at      timestamptz not null,
  updated_at      timestamptz not null,
  check (period_end > period_start),
  check ((status = 'paid') = (paid_at is not null)),
  check (status = 'open' or charge_at is null)
) with (fillfactor = 80);

-- A period is asked for once and paid once.
create unique index obligations_one_a_period on bayar.obligations (subscription_id, period) where kind = 'period' and status in ('open', 'paid');
create unique index obligations_one_change on bayar.obligations (subscription_id) where kind = 'change' and status = 'open';
create index obligations_by_subscription on bayar.obligations (subscription_id, id);
create index obligations_to_charge on bayar.obligations (charge_at, id) where charge_at is not null;
create index obligations_to_close on bayar.obligations (close_at, id) where close_at is not null;

-- The order ids by which it is charged, each written before its charge: begun again after a crash, it is the same order.
create table bayar.obligation_charges (
  merchant        text not null,
  order_id        text not null,
  obligation_id   uuid not null references bayar.obligations,
  number          integer not null check (number >= 1),
  -- Another one takes its place: that it ends says nothing about the customer.
  replaced_at     timestamptz,
  created_at      timestamptz not null,
  primary key (merchant, order_id),
  unique (obligation_id, number)
);

-- Money that belongs to the customer and to no period: of a code that was paid late or twice, of what is left of a dearer plan. One row for each movement of one attempt.
create table bayar.credits_owed (
  id              uuid primary key,
  merchant        text not null,
  user_id         text,
  subscription_id uuid not null references bayar.subscriptions,
  -- Negative where money that was credited is taken back.
  amount          bigint not null check (amount <> 0),
  cause_kind      text not null check (cause_kind in ('attempt', 'plan_change')),
  cause_id        text not null,
  payment_id      uuid,
  attempt_id      uuid,
  reason          text not null,
  paid_out_at     timestamptz,
  created_at      timestamptz not null,
  unique (cause_kind, cause_id)
);

create index credits_owed_by_subscription on bayar.credits_owed (subscription_id, id);
create index credits_owed_to_pay_out on bayar.credits_owed (id) where paid_out_at is null;

-- An invoice of a cycle is paid by its subscription's payments and by no other.
alter table bayar.invoices add column obligation_id uuid;
create unique index invoices_by_obligation on bayar.invoices (obligation_id) where obligation_id is not null;
