-- What waits for the hub's first answer is taken fairly between the agencies of a country; what the hub holds stands apart, and is
-- sent again slowly. An agency is empty where the gateway itself speaks.
alter table open add column agency text;
update open o set agency = coalesce((select s.agency from submission s where s.seq = o.seq), '');
alter table open alter column agency set not null;
create index open_waiting on open (agency, seq) where receipt is null;
create index open_held on open (seq) where receipt is not null;
