-- When the content of a version was destroyed, microseconds since the epoch: its time was over.
alter table outbox add column destroyed_at bigint;
create index outbox_kept on outbox (answered_at) where destroyed_at is null and answered_at is not null;
create index outbox_reply on outbox (reply) where reply is not null;
