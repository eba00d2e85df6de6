alter table bayar.obligations
  -- Midtrans has had no charge of it: it waits for its first, and the others for another try.
  add column is_first boolean not null generated always as (charges = unmade) stored,
  -- How its subscription was collected when it was asked for: on which list it waits. How it is charged, its subscription says.
  add column collection text not null default 'charge' check (collection in ('charge', 'wallet'));

update bayar.obligations o set collection = 'wallet' from bayar.subscriptions s where s.id = o.subscription_id and s.collection = 'wallet';

-- Each list by itself: whoever takes the next few of one does not walk past a hundred thousand of another.
drop index bayar.obligations_to_charge;
create index obligations_to_charge on bayar.obligations (collection, is_first, charge_at, id) where charge_at is not null;
