-- A charge that Midtrans never had says nothing about the customer: of the charges that were begun for an obligation, so many are no try.
alter table bayar.obligations add column unmade integer not null default 0 check (unmade between 0 and charges);
