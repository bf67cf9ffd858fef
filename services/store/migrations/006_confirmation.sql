-- An originator's signed word that a held notice is meant, kept beside the entry it let into the log.
create table confirmation (
  participant text not null,
  digest bytea not null,             -- of the envelope that was held
  statement bytea not null,          -- the JWS as it was received
  statement_digest bytea not null,
  received_at bigint not null,
  primary key (participant, digest)
);
create trigger confirmation_append_only before update or delete or truncate on confirmation for each statement execute function refuse_change();
grant select, insert on confirmation to switchboard_service;

-- What waits: looked for by state, and there are few.
create index quarantine_held on quarantine (id) where state = 'held';
