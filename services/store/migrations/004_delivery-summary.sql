-- How far originators have been told to whom their notices were handed over.
create table delivery_summary (
  one boolean primary key default true check (one),
  position bigint not null        -- delivery.at, microseconds
);
insert into delivery_summary (position) values (0);
create index delivery_at on delivery (at);
