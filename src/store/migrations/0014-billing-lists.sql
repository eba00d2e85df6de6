-- Lists of subscriptions by their next charge, what staff search them by, and the payments and invoices that are of subscriptions and wallets among all others.

create index subscriptions_by_next_charge on bayar.subscriptions ((coalesce(next_charge_at, 'infinity'::timestamptz)), id);
create index subscriptions_by_email on bayar.subscriptions (lower(customer_email) text_pattern_ops) where customer_email is not null;
create index subscriptions_by_user_prefix on bayar.subscriptions (user_id text_pattern_ops) where user_id is not null;
create index subscriptions_by_plan on bayar.subscriptions (plan_id, id) where plan_id is not null;
-- Neither column ever changes: a payment's news touches no index of it.
create index payments_of_billing on bayar.payments (id) where owner in ('subscription', 'topup');
create index invoices_of_billing on bayar.invoices (id) where obligation_id is not null;
