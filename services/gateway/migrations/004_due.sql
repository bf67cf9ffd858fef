-- When a version is to be looked at again and when it ends, microseconds since the epoch; null for never.
alter table outbox add column review bigint, add column expires bigint;
update outbox set expires = (extract(epoch from (content::json #>> '{handling,expires}')::timestamptz) * 1000000)::bigint;
create index outbox_review on outbox (agency, review) where review is not null and state = 'accepted' and status = 'active';
create index outbox_expires on outbox (agency, expires) where expires is not null and state = 'accepted' and status = 'active';
