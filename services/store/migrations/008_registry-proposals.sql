-- What two persons decide together: proposals and what was decided on them, neither ever edited.
create table registry_proposal (
  id bigint generated always as identity primary key,
  action jsonb not null,
  participant text not null,      -- whom it concerns; 'hub' where nobody in particular
  who text not null,
  of_hub boolean not null,        -- counts towards the two; an NCB's person does not
  at bigint not null,             -- microseconds since the epoch, UTC
  why text not null,
  expires bigint not null,
  registry_version bigint not null
);

create table registry_decision (
  proposal bigint not null references registry_proposal (id),
  verdict text not null check (verdict in ('approved', 'rejected')),
  who text not null,
  at bigint not null,
  why text not null,
  primary key (proposal, who)
);

-- The change that a proposal made; null for what was changed in other ways.
alter table registry_change add column proposal bigint references registry_proposal (id);
create unique index registry_change_proposal on registry_change (proposal) where proposal is not null;
create index registry_row_from on registry_row (from_version);

-- Nonces for proofs of possession: used once, by the participant they were made for.
create table key_nonce (
  nonce text primary key,
  participant text not null,
  expires bigint not null,
  used boolean not null default false
);

create trigger registry_proposal_append_only before update or delete or truncate on registry_proposal for each statement execute function refuse_change();
create trigger registry_decision_append_only before update or delete or truncate on registry_decision for each statement execute function refuse_change();

grant select, insert on registry_proposal, registry_decision to switchboard_service;
grant select, insert, update, delete on key_nonce to switchboard_service;
