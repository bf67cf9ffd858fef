-- Up to which index each participant was told: one that cannot be reached does not keep the others waiting. `told` says up to where
-- those were told that have no row here.
create table told_to (
  participant text primary key,
  position bigint not null
);
grant select, insert, update on told_to to switchboard_service;
create index entry_to_tell on entry (about_issuer, index) where about_id is not null;
