-- Messages: one row for each thing that a customer is to be told, written in the transaction of what it is about.

create table bayar.messages (
  id              uuid primary key,
  merchant        text not null,
  type            text not null check (type <> ''),
  -- Whom it is for, as far as it is known: the merchant's own name of the user, and where mail goes.
  user_id         text,
  customer_name   text,
  customer_email  text,
  -- What it is about.
  subscription_id uuid,
  invoice_id      uuid,
  topup_id        uuid,
  payment_id      uuid,
  channel         text not null check (channel in ('log', 'smtp', 'host')),
  language        text not null check (language in ('id', 'en')),
  -- What is said, as it was when it happened; the words are put together when it is sent.
  facts           jsonb not null check (jsonb_typeof(facts) = 'object'),
  subject         text,
  body            text,
  status          text not null default 'pending' check (status in ('pending', 'sent', 'failed', 'suppressed')),
  -- How often it was begun to be sent: also a try whose end nobody saw may have arrived.
  tries           integer not null default 0 check (tries >= 0),
  -- Why it failed or was suppressed; never with a customer's contact.
  error           text,
  -- Type, thing and day in Jakarta: told once.
  dedupe_key      text not null unique,
  -- From then on it is worth nothing.
  valid_until     timestamptz,
  due_at          timestamptz not null,
  sent_at         timestamptz,
  created_at      timestamptz not null,
  updated_at      timestamptz not null,
  check ((status = 'sent') = (sent_at is not null)),
  check (status <> 'sent' or (subject is not null and body is not null)),
  check (status not in ('failed', 'suppressed') or error is not null)
) with (fillfactor = 80);

create index messages_due on bayar.messages (due_at, id) where status = 'pending';
create index messages_by_user on bayar.messages (user_id, id) where user_id is not null;
create index messages_by_subscription on bayar.messages (subscription_id, id) where subscription_id is not null;
create index messages_by_type on bayar.messages (type, id);
create index messages_not_sent on bayar.messages (status, id) where status in ('failed', 'suppressed');

-- Whose period ends on a given day.
create index subscriptions_by_end on bayar.subscriptions ((coalesce(current_period_end, next_charge_at)), id) where status = 'active';
