-- The originator's signed word that a held version is meant. While it is open it is published in the place of the envelope.
create table confirmation (
  seq bigint generated always as identity primary key,
  outbox bigint not null references outbox (seq),
  statement text not null,           -- the signed bytes
  digest bytea not null unique,      -- SHA-256 of them
  reason text not null,
  submitter text not null,           -- the token's sub
  confirmed_at bigint not null,      -- microseconds since the epoch, UTC
  state text not null default 'open' check (state in ('open', 'rejected')),
  receipt json
);
create unique index confirmation_open on confirmation (outbox) where state = 'open';
create index confirmation_outbox on confirmation (outbox, seq);
