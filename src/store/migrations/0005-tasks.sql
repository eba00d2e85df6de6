-- Work that was put off, by name: what `.delay()` and the schedule write, and what workers take.
create table bayar.tasks (
  id           uuid primary key,
  name         text not null check (name <> ''),
  -- Ids and amounts. What is needed to charge a card is kept with the intent, and goes when that ends.
  arguments    jsonb not null,
  state        text not null default 'waiting' check (state in ('waiting', 'running', 'done', 'failed')),
  -- The tick of the schedule that it belongs to; null when somebody asked for it.
  slot         timestamptz,
  attempts     integer not null default 0 check (attempts >= 0),
  -- How often a person had it tried again.
  replays      integer not null default 0,
  -- Taken so often without a word of how it ended: a task that kills its worker must not kill all of them.
  claims       integer not null default 0,
  due_at       timestamptz not null,
  -- Liveness goes by the database's clock, as for deliveries.
  leased_by    uuid,
  leased_until timestamptz,
  -- How far it is, and where the next run goes on.
  done         bigint not null default 0,
  total        bigint,
  bookmark     text,
  result       jsonb,
  error_code   text,
  error        text,
  requested_by text not null,
  created_at   timestamptz not null,
  started_at   timestamptz,
  finished_at  timestamptz
) with (fillfactor = 70);

create index tasks_unfinished on bayar.tasks (name, due_at) where state in ('waiting', 'running');
create index tasks_by_name on bayar.tasks (name, id);
create index tasks_failed on bayar.tasks (id) where state = 'failed';
create index tasks_finished on bayar.tasks (finished_at) where finished_at is not null;
-- A run of the schedule that takes longer than its interval is not joined by a second one.
create unique index tasks_one_scheduled on bayar.tasks (name) where slot is not null and state in ('waiting', 'running');

-- The last tick of each periodic task, whoever gave it.
create table bayar.schedule (
  name text primary key,
  slot timestamptz not null
);
