-- Customers' GoPay accounts that are, were or may be linked: whose they are, and how Midtrans has them.
create table bayar.pay_accounts (
  id            uuid primary key,
  merchant      text not null check (merchant <> ''),
  -- Midtrans's own id of it.
  account_id    text not null check (length(account_id) between 1 and 255),
  payment_type  text not null,
  status        text not null check (status in ('pending', 'enabled', 'disabled', 'expired')),
  user_id       text,
  -- Asked about when a notice came, and while the customer has not yet agreed.
  next_check_at timestamptz,
  checks        integer not null default 0,
  created_at    timestamptz not null,
  updated_at    timestamptz not null,
  unique (merchant, account_id)
);

create index pay_accounts_by_user on bayar.pay_accounts (user_id, id) where user_id is not null;
create index pay_accounts_to_check on bayar.pay_accounts (next_check_at) where next_check_at is not null;

create index pay_accounts_by_account on bayar.pay_accounts (account_id);
