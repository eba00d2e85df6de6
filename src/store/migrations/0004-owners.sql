-- A payment may belong to something of bayar's own (an invoice, a subscription), which follows its money; and an event may be about such a thing.

alter table bayar.payments add column owner_id uuid;
create index payments_by_owner on bayar.payments (owner_id, id) where owner_id is not null;

-- Of an event that is not about a payment: the payment that caused it, if one did.
alter table bayar.events add column payment_id uuid;

-- Order ids under which Midtrans begins payments by itself: written before Midtrans is asked for the link, the invoice or the subscription, so that no payment of theirs is a stranger's.
create table bayar.order_parents (
  merchant   text not null,
  order_id   text not null,
  owner      text not null,
  owner_id   uuid not null,
  created_at timestamptz not null,
  primary key (merchant, order_id)
);
