-- What a change of plan changed: should its money be taken back, the subscription is again what it was.
alter table bayar.obligations
  add column from_plan_id uuid references bayar.plans,
  -- The period that it cut short, where another rhythm began a new one.
  add column from_start timestamptz,
  add column from_end timestamptz,
  add check ((from_start is null) = (from_end is null)),
  add check (kind = 'change' or (from_plan_id is null and from_start is null));
