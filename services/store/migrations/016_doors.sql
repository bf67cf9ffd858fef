-- The assertions (private_key_jwt) that clients have used, by the digest of their names, where every feeds process sees them. Times in seconds.
create table used_assertion (
  client text not null,
  digest bytea not null,
  kept_until bigint not null,
  primary key (client, digest)
);
create index used_assertion_end on used_assertion (kept_until);
grant select, insert, delete on used_assertion to switchboard_service;

-- What quarantine keeps of each participant. Beyond its quota of the day (a number of days since 1970) a refused record leaves a sample of its
-- bytes, and far beyond it only a count. `size` is how many bytes arrived; null where all of them are kept.
alter table quarantine add column size integer;
create table quarantine_use (
  participant text primary key,
  day integer not null,
  rows_today bigint not null,
  bytes_today bigint not null,
  kept_bytes bigint not null,
  sampled bigint not null default 0,
  left_out bigint not null default 0
);
insert into quarantine_use (participant, day, rows_today, bytes_today, kept_bytes)
  select participant, 0, 0, 0, sum(octet_length(raw)) from quarantine group by participant;
grant select, insert, update on quarantine_use to switchboard_service;

-- Bytes that are destroyed make room.
create function quarantine_freed() returns trigger language plpgsql as $$
begin
  update quarantine_use set kept_bytes = kept_bytes - (octet_length(old.raw) - octet_length(new.raw)) where participant = old.participant;
  return null;
end $$;
create trigger quarantine_freed after update of raw on quarantine for each row
  when (octet_length(new.raw) < octet_length(old.raw)) execute function quarantine_freed();
