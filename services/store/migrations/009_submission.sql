-- What corporate partners submit. It waits for the NCB they are attached to, which issues its own notice, or declines.
create table submission (
  id uuid primary key,
  digest bytea not null unique,    -- of partner and content, so that sent again it counts once
  seq bigint generated always as identity unique, -- in the order of commits: who inserts holds a lock
  participant text not null,       -- the corporate partner
  agency text not null,
  client text not null,
  own_id uuid,                     -- the id in the body, where there is one
  body text not null,              -- as sent: RFC 8785
  canonical json not null,
  warnings json not null,
  at bigint not null,
  unique (participant, own_id)
);
create index submission_participant on submission (participant, seq);

create table submission_decision (
  submission uuid primary key references submission (id),
  decision text not null check (decision in ('issued', 'declined')),
  notice_id uuid,                  -- the NCB's own notice; who submitted is not in it
  reason text not null,
  participant text not null,
  agency text not null,
  client text not null,
  at bigint not null
);
create trigger submission_append_only before update or delete or truncate on submission for each statement execute function refuse_change();
create trigger submission_decision_append_only before update or delete or truncate on submission_decision for each statement execute function refuse_change();
grant select, insert on submission, submission_decision to switchboard_service;
