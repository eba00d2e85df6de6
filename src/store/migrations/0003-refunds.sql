-- What must never start: giving back more than was received, or than is left beside what other refunds have reserved. What Midtrans confirms is recorded whatever it says, so
-- only reservations are refused. The lock makes it hold against another reservation of the same moment, whoever wrote it.
create function bayar.refuse_excess_refund() returns trigger language plpgsql as $$
begin
  perform 1 from bayar.payments p where p.id = new.payment_id for update;
  if new.amount <= 0 or new.amount > (
       select coalesce(sum(a.captured_amount - a.charged_back_amount), 0) from bayar.attempts a
        where a.payment_id = new.payment_id and a.transaction_id = new.transaction_id and a.paid)
     - (select coalesce(sum(r.amount), 0) from bayar.refunds r
         where r.payment_id = new.payment_id and r.transaction_id = new.transaction_id and r.status in ('reserved', 'confirmed') and r.id <> new.id)
  then
    raise exception 'a refund of % is more than what is left of transaction %', new.amount, new.transaction_id
      using errcode = 'check_violation', constraint = 'refunds_within_what_was_received';
  end if;
  return new;
end $$;

create trigger refunds_within_what_was_received before insert on bayar.refunds
  for each row when (new.status = 'reserved') execute function bayar.refuse_excess_refund();

create index refunds_by_intent on bayar.refunds (intent_id) where intent_id is not null;
