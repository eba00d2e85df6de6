-- Payments of a period, page by page: creation never changes, so a notification pays nothing for this index.
create index payments_by_created on bayar.payments (created_at, id);

-- The server keys that were configured when notices were last verified with all of them, as a digest: never the keys. When it is another set, what did not verify is tried again; `since` and `position`
-- are how far the process is that does so, in case it dies.
create table bayar.key_set (
  only_row     boolean primary key default true check (only_row),
  digest       text,
  since        timestamptz,
  position     text,
  leased_until timestamptz
);
insert into bayar.key_set default values;
