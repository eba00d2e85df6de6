-- Invoices: what a customer is asked for in writing, and what of it was received.

create table bayar.invoices (
  id               uuid primary key,
  merchant         text not null check (merchant <> ''),
  -- Midtrans takes 36 characters; those of its payments add a dash and digits.
  order_id         text not null check (length(order_id) between 1 and 44),
  -- Drawn in the last statement of the transaction that writes the row: the counter is locked no longer than a commit takes.
  number           text check (length(number) between 1 and 40),
  version          integer not null default 0 check (version >= 0),
  status           text not null default 'draft' check (status in ('draft', 'sent', 'partial', 'paid', 'overdue', 'void')),
  channel          text not null check (channel in ('local', 'midtrans')),
  customer_name    text not null,
  customer_email   text,
  customer_phone   text,
  customer_id      text,
  customer_npwp    text,
  customer_address text,
  user_id          text,
  -- Who asks for the money, as it was when the invoice was written.
  issuer           jsonb not null,
  subtotal         bigint not null,
  tax_basis_points integer check (tax_basis_points between 0 and 10000),
  tax_mode         text check (tax_mode in ('exclusive', 'inclusive')),
  tax_amount       bigint not null check (tax_amount >= 0),
  total            bigint not null check (total > 0),
  currency         text not null default 'IDR',
  received_amount  bigint not null default 0 check (received_amount >= 0),
  -- The end of the due day in Jakarta.
  due_at           timestamptz not null,
  issued_at        timestamptz,
  overdue_at       timestamptz,
  paid_at          timestamptz,
  voided_at        timestamptz,
  void_reason      text,
  notes            text,
  metadata         jsonb,
  -- Of the Invoicing API: what is asked of it, and what it answered.
  payment_type     text check (payment_type in ('payment_link', 'virtual_account')),
  enabled_payments text[],
  accounts_asked   jsonb not null default '[]',
  midtrans_id      text,
  midtrans_status  text,
  midtrans_amount  bigint,
  payment_link_url text,
  midtrans_pdf_url text,
  accounts         jsonb not null default '[]',
  request_digest   bytea not null,
  created_at       timestamptz not null,
  updated_at       timestamptz not null,
  unique (merchant, order_id),
  unique (merchant, number),
  check ((status = 'void') = (voided_at is not null)),
  check (status <> 'paid' or received_amount >= total),
  check (status <> 'partial' or received_amount between 1 and total - 1),
  check (status not in ('draft', 'sent', 'overdue') or received_amount = 0),
  check ((tax_basis_points is null) = (tax_mode is null)),
  check ((channel = 'midtrans') = (payment_type is not null))
);

create index invoices_by_user on bayar.invoices (user_id, id) where user_id is not null;
create index invoices_by_email on bayar.invoices (lower(customer_email) text_pattern_ops, id) where customer_email is not null;
create index invoices_by_order on bayar.invoices (order_id text_pattern_ops);
create index invoices_by_number on bayar.invoices (number text_pattern_ops);
create index invoices_by_status on bayar.invoices (status, id);
create index invoices_by_due on bayar.invoices (due_at, id);
-- The work list of the overdue task.
create index invoices_to_fall_due on bayar.invoices (due_at, id) where status in ('draft', 'sent');

create table bayar.invoice_items (
  invoice_id  uuid not null references bayar.invoices,
  position    integer not null,
  item_id     text,
  description text not null,
  quantity    integer not null check (quantity >= 1),
  price       bigint not null,
  primary key (invoice_id, position)
);

-- The last number of each series.
create table bayar.invoice_numbers (
  merchant text not null,
  prefix   text not null,
  last     bigint not null check (last >= 1),
  primary key (merchant, prefix)
);

-- What the Invoicing API was asked to do, written before it is sent.
create table bayar.invoice_intents (
  id             uuid primary key,
  invoice_id     uuid not null references bayar.invoices,
  command        text not null check (command in ('create', 'void')),
  -- `unknown`: nobody can be asked any more what became of it.
  state          text not null check (state in ('sent', 'done', 'rejected', 'unknown')),
  key            text not null unique check (length(key) <= 46),
  -- Why it is to be void.
  reason         text,
  requested_by   text not null,
  send_before    timestamptz not null,
  answer_class   text,
  answer_code    text,
  answer_message text,
  answer         bytea,
  answered_at    timestamptz,
  check_at       timestamptz,
  checks         integer not null default 0,
  created_at     timestamptz not null
);

create index invoice_intents_by_invoice on bayar.invoice_intents (invoice_id, id);
create index invoice_intents_to_check on bayar.invoice_intents (check_at) where check_at is not null;
-- Created and voided at once, the two could overtake each other on the way.
create unique index invoice_intents_one_open on bayar.invoice_intents (invoice_id) where state = 'sent';
