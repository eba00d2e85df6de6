-- Wallets: money of a customer that the merchant holds, with every movement of it.

create table bayar.wallets (
  id            uuid primary key,
  merchant      text not null check (merchant <> ''),
  user_id       text not null check (length(user_id) between 1 and 255),
  version       integer not null default 0 check (version >= 0),
  status        text not null default 'active' check (status in ('active', 'frozen')),
  frozen_reason text,
  balance       bigint not null default 0 check (balance >= 0),
  -- What Midtrans took back after it had been spent. The next credits pay it first.
  shortfall     bigint not null default 0 check (shortfall >= 0),
  currency      text not null default 'IDR',
  created_at    timestamptz not null,
  updated_at    timestamptz not null,
  unique (merchant, user_id),
  check ((status = 'frozen') = (frozen_reason is not null))
) with (fillfactor = 80);

create index wallets_by_user on bayar.wallets (user_id, id);
create index wallets_in_trouble on bayar.wallets (id) where status = 'frozen' or shortfall > 0;

-- Written by the statement that moves the balance, and never changed.
create table bayar.wallet_entries (
  id          uuid primary key,
  wallet_id   uuid not null,
  -- The version of the wallet that it made.
  sequence    integer not null,
  kind        text not null check (kind <> ''),
  -- One cause moves a wallet once. What its credit pays of a shortfall is an entry of its own, of the same cause.
  cause_kind  text not null check (cause_kind <> ''),
  cause_id    text not null check (length(cause_id) between 1 and 255),
  amount      bigint not null,
  balance     bigint not null check (balance >= 0),
  -- How this changed the shortfall, and what it was after it.
  owed        bigint not null,
  shortfall   bigint not null check (shortfall >= 0),
  note        text,
  made_by     text not null,
  payment_id  uuid,
  occurred_at timestamptz not null,
  unique (wallet_id, sequence),
  unique (wallet_id, cause_kind, cause_id, kind),
  check (amount <> 0 or owed <> 0)
);

create index wallet_entries_by_payment on bayar.wallet_entries (payment_id) where payment_id is not null;

create function bayar.refuse_change_of_entries() returns trigger language plpgsql as $$
begin
  raise exception 'entries of a wallet are never changed: write another one' using errcode = 'restrict_violation', constraint = 'wallet_entries_only_grow';
end $$;

create trigger wallet_entries_only_grow before update or delete or truncate on bayar.wallet_entries
  for each statement execute function bayar.refuse_change_of_entries();

-- Top-ups: payments whose money goes into a wallet. The payment has the amount and how to pay; this has what came of it for the user.

create table bayar.topups (
  id           uuid primary key,
  wallet_id    uuid not null,
  merchant     text not null check (merchant <> ''),
  user_id      text not null,
  order_id     text not null check (order_id ~ '^TOPUP-[0-9A-F]{12}$'),
  version      integer not null default 0 check (version >= 0),
  status       text not null default 'pending' check (status in ('pending', 'success', 'failed', 'expired', 'refunded', 'reversed')),
  amount       bigint not null check (amount > 0),
  -- What of its money is in the wallet or was spent from it.
  received_amount bigint not null default 0 check (received_amount >= 0),
  payment_type text not null,
  bank         text,
  currency     text not null default 'IDR',
  -- When each was told: once.
  succeeded_at timestamptz,
  failed_at    timestamptz,
  expired_at   timestamptz,
  created_at   timestamptz not null,
  updated_at   timestamptz not null,
  unique (merchant, order_id),
  check (status <> 'success' or succeeded_at is not null)
) with (fillfactor = 80);

create index topups_by_user on bayar.topups (user_id, id);
create index topups_by_status on bayar.topups (status, id);

-- A refund that goes into the user's wallet and not back through Midtrans. It is no fact of Midtrans's, so nothing of its totals counts it; but it counts against what may still be given back.
alter table bayar.refunds add column wallet_key text;
alter table bayar.refunds drop constraint refunds_status_check;
alter table bayar.refunds add constraint refunds_status_check check (status in ('reserved', 'confirmed', 'refused', 'abandoned', 'given'));
alter table bayar.refunds drop constraint refunds_origin_check;
alter table bayar.refunds add constraint refunds_origin_check check (origin in ('bayar', 'gateway', 'unlisted', 'wallet'));
alter table bayar.refunds add constraint refunds_given_to_wallets check ((status = 'given') = (origin = 'wallet') and (status = 'given') = (wallet_key is not null));
create unique index refunds_one_per_wallet_key on bayar.refunds (payment_id, wallet_key) where wallet_key is not null;

create or replace function bayar.refuse_excess_refund() returns trigger language plpgsql as $$
begin
  perform 1 from bayar.payments p where p.id = new.payment_id for update;
  if new.amount <= 0 or new.amount > (
       select coalesce(sum(a.captured_amount - a.charged_back_amount), 0) from bayar.attempts a
        where a.payment_id = new.payment_id and a.transaction_id = new.transaction_id and a.paid)
     - (select coalesce(sum(r.amount), 0) from bayar.refunds r
         where r.payment_id = new.payment_id and r.transaction_id = new.transaction_id and r.status in ('reserved', 'confirmed', 'given') and r.id <> new.id)
  then
    raise exception 'a refund of % is more than what is left of transaction %', new.amount, new.transaction_id
      using errcode = 'check_violation', constraint = 'refunds_within_what_was_received';
  end if;
  return new;
end $$;

drop trigger refunds_within_what_was_received on bayar.refunds;
create trigger refunds_within_what_was_received before insert on bayar.refunds
  for each row when (new.status in ('reserved', 'given')) execute function bayar.refuse_excess_refund();
