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

create or replace function only_destroy_entry() returns trigger language plpgsql as $$
begin
  if old.destroyed_at is null and new.destroyed_at is not null
    and (new.disclosures, new.canonical::text, new.warnings::text, new.subject_key, new.victim) = ('', '{}', '[]', '', false)
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
  perform set_config('switchboard.destroying', 'yes', true);
  for due in select * from due_for_destruction(normal_days, victim_days, most) loop
    -- What was said about it goes first, while the floor of the notice can be told.
    update entry e set statement = '', disclosures = '', canonical = '{}', warnings = '[]', subject_key = '', salt = '', victim = false, destroyed_at = now
      where e.about_issuer = due.issuer and e.about_id = due.id and e.destroyed_at is null;
    -- What has no content keeps its statement, and goes first: the version that marks it says by which floor. Of the others
    -- the newest goes last: by it they are known to be past the floor.
    update entry e set disclosures = '', canonical = '{}', warnings = '[]', subject_key = '', victim = false, destroyed_at = now
      where e.issuer = due.issuer and e.id = due.id and e.destroyed_at is null and e.marks is not null;
    update entry e set statement = '', disclosures = '', canonical = '{}', warnings = '[]', subject_key = '', salt = '', victim = false, destroyed_at = now
      where e.issuer = due.issuer and e.id = due.id and e.destroyed_at is null
        and (e.event = 'expired' or e.version < (select max(l.version) from entry l where l.issuer = due.issuer and l.id = due.id));
    update entry e set statement = '', disclosures = '', canonical = '{}', warnings = '[]', subject_key = '', salt = '', victim = false, destroyed_at = now
      where e.issuer = due.issuer and e.id = due.id and e.destroyed_at is null;
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
