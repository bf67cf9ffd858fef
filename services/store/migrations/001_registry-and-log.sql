-- The registry: every change is a version; rows are valid from one version to another and never edited.
create table registry_change (
  version bigint primary key,
  at bigint not null,             -- microseconds since the epoch, UTC
  who text not null,
  why text not null
);

create table registry_row (
  kind text not null check (kind in ('participant', 'agency', 'group', 'key', 'client')),
  id text not null,
  body jsonb not null,
  from_version bigint not null references registry_change (version),
  to_version bigint references registry_change (version),
  primary key (kind, id, from_version)
);
create unique index registry_row_current on registry_row (kind, id) where to_version is null;
-- A signing key names one owner for all time: a key retired by one participant cannot be enrolled again by another.

-- The notice log. One row hands out indexes and times; whoever holds its lock is the sequencer.
create table sequencer (
  one boolean primary key default true check (one),
  next_index bigint not null,
  last_time bigint not null
);
insert into sequencer (next_index, last_time) values (0, 0);

create table entry (
  index bigint primary key,
  time bigint not null,
  event text not null check (event in ('notice', 'expired')),
  issuer text not null,
  id uuid not null,
  version integer not null,
  status text not null check (status in ('active', 'revoked', 'expired')),
  kind text not null,
  subject_key text not null,
  digest bytea not null,          -- SHA-256 of the full envelope
  statement text not null,        -- the issuer's JWS without disclosures, or the hub's own statement
  disclosures text not null,      -- '~' between them, in the order they came; apart, so that they can be withheld and deleted
  canonical json not null,
  warnings json not null,
  tokens text[] not null,         -- the audience, as of the log time
  registry_version bigint not null,
  expires bigint,
  salt bytea not null,
  leaf bytea not null,
  batch bigint not null,
  posted_at bigint,               -- claimed by the gateway, for the trace only
  published_at bigint not null,   -- the Kafka record's time
  received_at bigint not null
);
create unique index entry_version on entry (issuer, id, version) where event = 'notice';
create index entry_notice on entry (id, index);
create index entry_subject on entry (kind, subject_key, index);
create index entry_expiry on entry (expires) where expires is not null and event = 'notice';

-- Lets a reader of little seek instead of scan.
create table entry_token (
  token text not null,
  index bigint not null,
  kind text not null,
  primary key (token, index)
);

-- What was refused or is held, with its raw bytes. The digest makes the answer to the same bytes the same for ever.
create table quarantine (
  id bigint generated always as identity primary key,
  participant text not null,
  digest bytea not null,
  state text not null check (state in ('rejected', 'superseded', 'held', 'released')),
  code text not null,
  pointer text,
  detail text,
  raw bytea not null,
  topic text not null,
  partition integer not null,
  record_offset bigint not null,
  received_at bigint not null,
  batch bigint not null,
  notice_id uuid,
  version integer,
  unique (participant, digest)
);
create index quarantine_notice on quarantine (notice_id) where notice_id is not null;

create table receipt_batch (
  batch bigint not null,
  participant text not null,
  sent_at bigint not null,
  primary key (batch, participant)
);
create sequence intake_batch;

-- What was handed to whom: the range offered before it is sent, then a bitmap of what was sent.
create table offer (
  id bigint generated always as identity primary key,
  participant text not null,
  agency text not null,
  client text not null,
  channel text not null,
  topic text not null,
  from_index bigint not null,
  to_index bigint not null,
  at bigint not null
);
create index offer_range on offer using gist (int8range(from_index, to_index, '[]'));

create table delivery (
  offer bigint not null references offer (id),
  first_index bigint not null,
  last_index bigint not null,
  bitmap bytea not null,
  at bigint not null
);
create index delivery_range on delivery using gist (int8range(first_index, last_index, '[]'));
create index delivery_offer on delivery (offer);

-- Append-only: what is logged, registered or handed over is never edited.
create function refuse_change() returns trigger language plpgsql as $$
begin
  raise exception '% is append-only: % refused', tg_table_name, tg_op;
end $$;
create trigger entry_append_only before update or delete or truncate on entry for each statement execute function refuse_change();
create trigger entry_token_append_only before update or delete or truncate on entry_token for each statement execute function refuse_change();
create trigger registry_change_append_only before update or delete or truncate on registry_change for each statement execute function refuse_change();
create trigger registry_row_no_delete before delete or truncate on registry_row for each statement execute function refuse_change();
create trigger offer_append_only before update or delete or truncate on offer for each statement execute function refuse_change();
create trigger delivery_append_only before update or delete or truncate on delivery for each statement execute function refuse_change();
create trigger quarantine_no_delete before delete or truncate on quarantine for each statement execute function refuse_change();

create function notify_log() returns trigger language plpgsql as $$
begin
  perform pg_notify('notice_log', (select max(index) from added)::text);
  return null;
end $$;
create trigger entry_notify after insert on entry referencing new table as added for each statement execute function notify_log();

create function notify_registry() returns trigger language plpgsql as $$
begin
  perform pg_notify('registry', new.version::text);
  return null;
end $$;
create trigger registry_notify after insert on registry_change for each row execute function notify_registry();
