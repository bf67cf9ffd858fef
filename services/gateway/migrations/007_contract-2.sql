-- The version of the contract under which a row was signed. What a statement has not (a kind, a subject) is empty.
alter table submission add column contract smallint not null default 1;
alter table submission alter column contract drop default;

-- The change-over to version 2. Whoever stores a row of version 1 holds this row shared, so that none is stored after it.
create table change_over (
  one boolean primary key default true check (one),
  at bigint                          -- microseconds since the epoch, UTC; null before it
);
insert into change_over default values;

-- What the hub told of what other participants said: statements without what is withheld. Told twice, it counts once.
create table told (
  index bigint primary key,          -- in the hub's log
  type text not null,
  participant text not null,         -- that said it
  about_issuer text not null,
  about_id uuid not null,
  statement text not null,           -- empty once it is destroyed, with the notice that it is about
  at bigint not null                 -- the log time
);
create index told_about on told (about_id, index);
