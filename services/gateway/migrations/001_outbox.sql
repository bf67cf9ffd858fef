-- One row per submitted notice version: what was sent, what was signed, and the hub's answer.
create table outbox (
  seq bigint generated always as identity primary key,
  id uuid not null,
  version integer not null,
  status text not null check (status in ('active', 'revoked')),
  state text not null default 'queued' check (state in ('queued', 'held', 'accepted', 'superseded', 'rejected')),
  agency text not null,
  submitter text not null,           -- the token's sub
  kind text not null,
  subject_key text not null,
  content_hash bytea not null,       -- SHA-256 of the RFC 8785 form of the body as sent
  content text not null,             -- the body as signed: with id and agency
  canonical json not null,
  warnings json not null,
  digest bytea not null unique,      -- SHA-256 of the envelope
  envelope text not null,
  posted_at bigint not null,         -- microseconds since the epoch, UTC
  receipt json,
  reply bigint,
  answered_at bigint
);
-- A rejection does not occupy the id: what is sent again after it is signed anew.
create unique index outbox_version on outbox (id, version) where state <> 'rejected';
create index outbox_id on outbox (id, seq);
create index outbox_open on outbox (seq) where state in ('queued', 'held');
create index outbox_agency on outbox (agency, seq);

-- The hub's signed replies, kept as evidence of what it answered.
create table reply (
  seq bigint generated always as identity primary key,
  digest bytea not null unique,
  message text not null,
  received_at bigint not null
);
alter table outbox add foreign key (reply) references reply (seq);

-- The newest registry the hub has sent.
create table registry (
  one boolean primary key default true check (one),
  version bigint not null,
  message json not null,
  received_at bigint not null
);
