-- What is said beside notices stands in the same log: one index, one time, one leaf. `about` is the notice that it is about, and
-- keeps it: it is destroyed with that notice.
alter table entry drop constraint entry_event_check, add column about_issuer text, add column about_id uuid;
create unique index entry_said on entry (event, issuer, id) where event not in ('notice', 'expired');
create index entry_about on entry (about_issuer, about_id) where about_id is not null;

-- The envelopes of version 1 of the contract that a participant still sends after its change-over.
create table still_open (
  participant text not null,
  digest bytea not null,
  primary key (participant, digest)
);
create trigger still_open_append_only before update or delete or truncate on still_open for each statement execute function refuse_change();
grant select, insert on still_open to switchboard_service;

-- Up to which index those whom entries concern were told of them, by signed replies.
create table told (
  one boolean primary key default true check (one),
  position bigint not null
);
insert into told (position) select next_index - 1 from sequencer;
grant select, update on told to switchboard_service;

-- Up to which index each participant was told: one that cannot be reached does not keep the others waiting. `told` says up to where
-- those were told that have no row here.
create table told_to (
  participant text primary key,
  position bigint not null
);
grant select, insert, update on told_to to switchboard_service;
create index entry_to_tell on entry (about_issuer, index) where about_id is not null;
