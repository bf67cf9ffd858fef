-- The epoch of the log: a log that was restored from a backup and goes on has another one. Cursors are bound to it.
alter table sequencer add column epoch integer not null default 1;

-- The clock whose full minutes cursors name, in microseconds. A test puts its own in its place.
create function log_clock() returns bigint language sql stable as $$
  select (extract(epoch from clock_timestamp()) * 1000000)::bigint
$$;
