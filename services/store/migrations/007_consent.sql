-- H2: a reader asks the originator of one notice version whether it may pass it on, and is answered once. Neither changes
-- who may see the notice: for that the originator logs a next version.
create table consent_request (
  id uuid primary key,
  digest bytea not null unique,   -- of what is asked, so that asked again it counts once
  seq bigint generated always as identity unique,  -- in the order of commits: who inserts holds a lock
  issuer text not null,
  notice_id uuid not null,
  version integer not null,
  submitter text,                 -- the agency that submitted it, where the notice names one
  participant text not null,
  agency text not null,
  client text not null,
  recipients text[] not null,
  reason text not null,
  at bigint not null
);
create index consent_request_agency on consent_request (agency, seq);
create index consent_request_issuer on consent_request (issuer, seq);
create index consent_request_notice on consent_request (notice_id);

create table consent_answer (
  request uuid primary key references consent_request (id),
  answer text not null check (answer in ('granted', 'refused')),
  reason text not null,
  until bigint,
  agency text not null,
  client text not null,
  at bigint not null
);
create trigger consent_request_append_only before update or delete or truncate on consent_request for each statement execute function refuse_change();
create trigger consent_answer_append_only before update or delete or truncate on consent_answer for each statement execute function refuse_change();
grant select, insert on consent_request, consent_answer to switchboard_service;
