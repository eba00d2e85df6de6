-- Credit notes: what of an invoice was given back, in writing. One for each movement of a refund's money.

create table bayar.credit_notes (
  id         uuid primary key,
  merchant   text not null,
  -- Drawn after the commit that gave the money back, by whoever works on the list of those that have none: that commit may hold its locks for as long as the merchant's own handlers take.
  number     text check (length(number) between 1 and 40),
  invoice_id uuid not null references bayar.invoices,
  payment_id uuid not null,
  refund_id  uuid not null,
  -- The row of the payment's history by which the money went back.
  event_id   uuid not null unique,
  amount     bigint not null check (amount > 0),
  tax_amount bigint not null check (tax_amount between 0 and amount),
  issued_at  timestamptz not null,
  unique (merchant, number)
);

create index credit_notes_by_invoice on bayar.credit_notes (invoice_id, id);
create index credit_notes_without_number on bayar.credit_notes (id) where number is null;
