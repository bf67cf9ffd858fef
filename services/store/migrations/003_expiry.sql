-- What has an expiry still to come: filled as versions are logged, emptied as their end is.
create table expiry_due (
  expires bigint not null,
  index bigint primary key references entry (index)
);
create index expiry_due_time on expiry_due (expires);

create function add_expiry_due() returns trigger language plpgsql as $$
begin
  insert into expiry_due (expires, index) select expires, index from added where expires is not null and event = 'notice' and status = 'active';
  return null;
end $$;
create trigger entry_expiry_due after insert on entry referencing new table as added for each statement execute function add_expiry_due();
drop index entry_expiry;
