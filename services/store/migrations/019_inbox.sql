-- What is said at feeds with a client's token waits here until intake appends it to the log. Its row goes with that.
create table inbox (
  id uuid primary key,
  seq bigint generated always as identity,
  type text not null,
  participant text not null,
  agency text not null,
  client text not null,
  about_issuer text not null,
  about_id uuid not null,
  concerns text not null,            -- the participant that it is said to
  said text not null,                -- JSON: what is signed of it in the clear, and what is disclosed apart
  at bigint not null
);
create index inbox_seq on inbox (seq);
create trigger inbox_no_update before update or truncate on inbox for each statement execute function refuse_change();
-- Feeds add, and the hub alone takes away.
grant select, insert on inbox to switchboard_service;
grant delete on inbox to switchboard_hub;
