-- Of an entry the log keeps what somebody reads: the subject stands in its canonical form, and nobody looks for one by
-- (kind, subject_key). One index on the id finds a notice, and says that a version, and its end, are logged once; most ids are
-- random, so that each index on them is a page written in the middle.
drop index entry_subject;
drop index entry_notice;
drop index entry_version;
-- A program of before this migration must not append any more: it would leave out what triggers did until here. The column
-- that is gone stops it.
alter table entry drop column subject_key;
-- Text that the program wrote and reads; the database takes none of it apart. Statement and disclosures are base64url, which
-- neither compresses nor is ever read alone, so a row is stored apart (TOAST) only if it fills a page.
alter table entry
  set (toast_tuple_target = 8160),
  alter column canonical type text,
  alter column warnings type text;
create unique index entry_version on entry (id, issuer, version, event);

-- What a log entry brings with it is written in the statement that writes the entry (`store/log/insert-entries.ts`): tokens of
-- withdrawal and expiries. The log is told of by the row that hands out its indexes.
drop trigger entry_notify on entry;
drop trigger entry_withdrawal_tokens on entry;
drop trigger entry_expiry_due on entry;
drop function add_withdrawal_tokens();
drop function add_expiry_due();
alter table expiry_due drop constraint expiry_due_index_fkey;
create or replace function notify_log() returns trigger language plpgsql as $$
begin
  perform pg_notify('notice_log', (new.next_index - 1)::text);
  return null;
end $$;
create trigger sequencer_notify after update of next_index on sequencer for each row
  when (new.next_index > old.next_index) execute function notify_log();

-- Which active notices are on a subject: a row for each of its keys and each audience token. A key is a digest under a secret of
-- the hub's, so that whoever has the database alone can test no number. Found by (digest, token), so that the rows of tokens that
-- a reader does not hold are never touched.
create table match (
  key_digest bytea not null,      -- HMAC-SHA-256 of '<kind> <canonical key>', the first 16 bytes
  token text not null,
  index bigint not null,
  primary key (key_digest, token, index)
);
create index match_entry on match (index);

-- How far the entries of before this table have got their rows: SQL has no key, so the hub writes them.
create table match_fill (
  one boolean primary key default true check (one),
  next_index bigint not null,     -- entries before this one have their rows
  end_index bigint not null,      -- from this one on, entries get them when they are logged
  key_check bytea                 -- by which the hub knows its key again; null before the first
);
insert into match_fill (next_index, end_index) select 0, next_index from sequencer;

alter table match enable row level security, force row level security;
create policy match_service on match to switchboard_service using (true) with check (true);
create policy match_reader on match for select to switchboard_reader
  using (token = any ((select held_tokens())::text[]));
grant select on match to switchboard_reader;
grant select, insert on match to switchboard_service;
grant select, update on match_fill to switchboard_service;

-- A row goes with the content of its entry, and no sooner.
create function only_destroy_match() returns trigger language plpgsql as $$
begin
  if exists (select from entry where index = old.index and destroyed_at is not null) then
    return old;
  end if;
  raise exception 'match is append-only: DELETE refused';
end $$;
create trigger match_append_only before update or truncate on match for each statement execute function refuse_change();
create trigger match_no_delete before delete on match for each statement execute function refuse_change_but_destruction();
create trigger match_only_destroyed before delete on match for each row execute function only_destroy_match();

create or replace function only_destroy_entry() returns trigger language plpgsql as $$
begin
  if old.destroyed_at is null and new.destroyed_at is not null
    and (new.disclosures, new.canonical, new.warnings, new.victim) = ('', '{}', '[]', false)
    and new.statement = (case when old.marks is null then '' else old.statement end)
    and new.salt = (case when old.marks is null then ''::bytea else old.salt end)
    and (new.marks, new.about_issuer, new.about_id) is not distinct from (old.marks, old.about_issuer, old.about_id)
    and (new.index, new.time, new.event, new.issuer, new.id, new.version, new.status, new.kind, new.digest, new.tokens, new.registry_version, new.leaf, new.batch, new.published_at, new.received_at)
      = (old.index, old.time, old.event, old.issuer, old.id, old.version, old.status, old.kind, old.digest, old.tokens, old.registry_version, old.leaf, old.batch, old.published_at, old.received_at)
    and new.expires is not distinct from old.expires and new.posted_at is not distinct from old.posted_at
    and is_past_floor(coalesce(old.about_issuer, old.issuer), coalesce(old.about_id, old.id))
  then
    return new;
  end if;
  raise exception 'entry is append-only: UPDATE refused';
end $$;

create or replace function destroy_due(normal_days integer, victim_days integer, most integer) returns integer
language plpgsql security definer set search_path = public, pg_temp as $$
declare
  now bigint := retention_clock();
  due record;
  gone integer;
  notices integer := 0;
begin
  perform from sequencer for update;
  perform from match_fill for update; -- who fills reads content, and must not write rows of it afterwards
  perform set_config('switchboard.destroying', 'yes', true);
  for due in select * from due_for_destruction(normal_days, victim_days, most) loop
    -- What was said about it goes first, while the floor of the notice can be told.
    update entry e set statement = '', disclosures = '', canonical = '{}', warnings = '[]', salt = '', victim = false, destroyed_at = now
      where e.about_issuer = due.issuer and e.about_id = due.id and e.destroyed_at is null;
    -- What has no content keeps its statement, and goes first: the version that marks it says by which floor. Of the others
    -- the newest goes last: by it they are known to be past the floor.
    update entry e set disclosures = '', canonical = '{}', warnings = '[]', victim = false, destroyed_at = now
      where e.issuer = due.issuer and e.id = due.id and e.destroyed_at is null and e.marks is not null;
    update entry e set statement = '', disclosures = '', canonical = '{}', warnings = '[]', salt = '', victim = false, destroyed_at = now
      where e.issuer = due.issuer and e.id = due.id and e.destroyed_at is null
        and (e.event = 'expired' or e.version < (select max(l.version) from entry l where l.issuer = due.issuer and l.id = due.id));
    update entry e set statement = '', disclosures = '', canonical = '{}', warnings = '[]', salt = '', victim = false, destroyed_at = now
      where e.issuer = due.issuer and e.id = due.id and e.destroyed_at is null;
    delete from match m using entry e where e.issuer = due.issuer and e.id = due.id and m.index = e.index;
    select count(*) into gone from entry e where e.issuer = due.issuer and e.id = due.id;
    update confirmation c set statement = '' from quarantine q
      where q.participant = due.issuer and q.notice_id = due.id and c.participant = q.participant and c.digest = q.digest;
    update quarantine set raw = '', pointer = null, detail = null, destroyed_at = now
      where participant = due.issuer and notice_id = due.id and destroyed_at is null;
    update consent_answer a set reason = '' from consent_request r where a.request = r.id and r.issuer = due.issuer and r.notice_id = due.id;
    update consent_request r set reason = '' where r.issuer = due.issuer and r.notice_id = due.id;
    insert into destruction (issuer, notice_id, at, after_days, entries) values (due.issuer, due.id, now, due.after_days, gone);
    notices := notices + 1;
  end loop;
  -- What was refused belongs to no notice of the log; whom it concerned nobody knows, so the shorter time holds. What waits is kept as a notice is.
  update quarantine set raw = '', pointer = null, detail = null, destroyed_at = now
    where id in (
      select id from quarantine where destroyed_at is null
        and received_at <= now - days(case when state = 'held' then normal_days else least(victim_days, normal_days) end) order by received_at limit most);
  update submission_decision d set reason = '' from submission s
    where d.submission = s.id and s.body <> '{}' and s.at <= now - days(least(victim_days, normal_days));
  update submission set body = '{}', canonical = '{}', warnings = '[]' where body <> '{}' and at <= now - days(least(victim_days, normal_days));
  perform set_config('switchboard.destroying', '', true);
  if notices > 0 then
    perform pg_notify('content_destroyed', (select max(seq) from destruction)::text);
  end if;
  return notices;
end $$;
