-- Which participants were handed a version, as the hub tells it.
create table delivery (
  id uuid not null,
  version integer not null,
  participant text not null,
  at text not null,               -- RFC 3339, as the hub signed it
  primary key (id, version, participant)
);
