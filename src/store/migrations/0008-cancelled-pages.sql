-- A hosted page that nobody used can be cancelled: no transaction says so, so it is a verdict beside the status.
alter table bayar.payments drop constraint payments_presumed_check;
alter table bayar.payments add constraint payments_presumed_check check (presumed in ('failed', 'expired', 'cancelled'));
