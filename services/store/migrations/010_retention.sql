-- Retention: what was logged long enough ago loses its content and its salt; index, time, leaf and digest stay, and with
-- them the proofs of what stands beside it. The log is append-only but for that one change, and the database itself
-- decides whether it is due, by its own clock and floors of its own: whoever has the hub's password can at most shorten
-- the time to the floor, and can neither alter content nor destroy what is younger.

-- The clock retention goes by, in microseconds. A test puts its own in its place.
create function retention_clock() returns bigint language sql stable as $$
  select (extract(epoch from clock_timestamp()) * 1000000)::bigint
$$;
create function days(count integer) returns bigint language sql immutable as $$ select count * 86400000000::bigint $$;

-- The floors, in days: nothing younger is destroyed, whatever a setting says.
create function retention_floor(victim boolean) returns integer language sql immutable as $$ select case when victim then 30 else 365 end $$;

-- Whether disclosures name a possible or confirmed victim, as the originator signed it (RFC 9901 §4.2.1: base64url of [salt, name, value]).
create function names_victim(disclosures text) returns boolean language sql immutable as $$
  select coalesce(bool_or(case when d ->> 1 = 'operatorStatus' then d ->> 2 in ('possible-victim', 'confirmed-victim') end), false)
  from regexp_split_to_table(nullif(disclosures, ''), '~') as part
  cross join lateral (select convert_from(decode(rpad(translate(part, '-_', '+/'), (length(part) + 3) / 4 * 4, '='), 'base64'), 'UTF8')::json as d) as read
$$;

-- The first of two looks: whoever does not mean to destroy changes nothing. It is no lock, since anybody can say so; the second, at each
-- row, is. What stands here is said by `destroy_due`.
create function refuse_change_but_destruction() returns trigger language plpgsql as $$
begin
  if coalesce(current_setting('switchboard.destroying', true), '') <> 'yes' then
    raise exception '% is append-only: % refused', tg_table_name, tg_op;
  end if;
  return null;
end $$;

alter table entry add column destroyed_at bigint, add column victim boolean not null default false;
alter table entry disable trigger entry_append_only;
update entry set victim = true where event = 'notice' and names_victim(disclosures);
alter table entry enable trigger entry_append_only;
create index entry_kept on entry (time) where destroyed_at is null and event = 'notice';
create index entry_kept_victim on entry (time) where destroyed_at is null and event = 'notice' and victim;
alter table quarantine add column destroyed_at bigint;
create index quarantine_kept on quarantine (received_at) where destroyed_at is null;

-- What was destroyed, when, and after how many days; in the order of commits, since who inserts holds the sequencer.
create table destruction (
  seq bigint generated always as identity primary key,
  issuer text not null,
  notice_id uuid not null,
  at bigint not null,
  after_days integer not null,
  entries integer not null
);
create index destruction_notice on destruction (notice_id);
create trigger destruction_append_only before update or delete or truncate on destruction for each statement execute function refuse_change();

-- Whether the newest version of a notice was logged so long ago that its content may be destroyed at all.
create function is_past_floor(of_issuer text, of_id uuid) returns boolean language sql stable as $$
  select time <= retention_clock() - days(retention_floor(names_victim(disclosures)))
  from entry where issuer = of_issuer and id = of_id and event = 'notice' and destroyed_at is null order by version desc limit 1
$$;

-- The only change of a log entry there is, for everybody, the owner of the table included.
create function only_destroy_entry() returns trigger language plpgsql as $$
begin
  if old.destroyed_at is null and new.destroyed_at is not null
    and (new.statement, new.disclosures, new.canonical::text, new.warnings::text, new.subject_key, new.salt, new.victim)
      = ('', '', '{}', '[]', '', ''::bytea, false)
    and (new.index, new.time, new.event, new.issuer, new.id, new.version, new.status, new.kind, new.digest, new.tokens, new.registry_version, new.leaf, new.batch, new.published_at, new.received_at)
      = (old.index, old.time, old.event, old.issuer, old.id, old.version, old.status, old.kind, old.digest, old.tokens, old.registry_version, old.leaf, old.batch, old.published_at, old.received_at)
    and new.expires is not distinct from old.expires and new.posted_at is not distinct from old.posted_at
    and is_past_floor(old.issuer, old.id)
  then
    return new;
  end if;
  raise exception 'entry is append-only: UPDATE refused';
end $$;
drop trigger entry_append_only on entry;
create trigger entry_append_only before delete or truncate on entry for each statement execute function refuse_change();
create trigger entry_no_update before update on entry for each statement execute function refuse_change_but_destruction();
create trigger entry_only_destroyed before update on entry for each row execute function only_destroy_entry();

create function is_destroyed(of_issuer text, of_id uuid) returns boolean language sql stable as $$
  select exists (select from entry where issuer = of_issuer and id = of_id and destroyed_at is not null)
$$;

-- What others wrote about a notice goes when it goes, and no sooner.
create function only_destroy_confirmation() returns trigger language plpgsql as $$
begin
  if new.statement = ''::bytea and (new.participant, new.digest, new.statement_digest, new.received_at) = (old.participant, old.digest, old.statement_digest, old.received_at)
    and exists (select from quarantine q where q.participant = old.participant and q.digest = old.digest and is_destroyed(q.participant, q.notice_id))
  then
    return new;
  end if;
  raise exception 'confirmation is append-only: UPDATE refused';
end $$;
drop trigger confirmation_append_only on confirmation;
create trigger confirmation_append_only before delete or truncate on confirmation for each statement execute function refuse_change();
create trigger confirmation_no_update before update on confirmation for each statement execute function refuse_change_but_destruction();
create trigger confirmation_only_destroyed before update on confirmation for each row execute function only_destroy_confirmation();

create function only_destroy_consent() returns trigger language plpgsql as $$
declare
  asked consent_request;
begin
  if tg_table_name = 'consent_request' then
    asked := old;
  else
    select * into asked from consent_request where id = (to_jsonb(old) ->> 'request')::uuid;
  end if;
  if new.reason = '' and to_jsonb(new) - 'reason' = to_jsonb(old) - 'reason' and is_destroyed(asked.issuer, asked.notice_id) then
    return new;
  end if;
  raise exception '% is append-only: UPDATE refused', tg_table_name;
end $$;
drop trigger consent_request_append_only on consent_request;
drop trigger consent_answer_append_only on consent_answer;
create trigger consent_request_append_only before delete or truncate on consent_request for each statement execute function refuse_change();
create trigger consent_request_no_update before update on consent_request for each statement execute function refuse_change_but_destruction();
create trigger consent_answer_append_only before delete or truncate on consent_answer for each statement execute function refuse_change();
create trigger consent_answer_no_update before update on consent_answer for each statement execute function refuse_change_but_destruction();
create trigger consent_request_only_destroyed before update on consent_request for each row execute function only_destroy_consent();
create trigger consent_answer_only_destroyed before update on consent_answer for each row execute function only_destroy_consent();

-- What a corporate partner submitted lies beside the notice its NCB made of it, or of none: it has its own time.
create function only_destroy_submission() returns trigger language plpgsql as $$
declare
  emptied jsonb := case tg_table_name when 'submission' then '{"body": "{}", "canonical": {}, "warnings": []}'::jsonb else '{"reason": ""}'::jsonb end;
  sent_at bigint;
begin
  select at into sent_at from submission where id = (to_jsonb(old) ->> case tg_table_name when 'submission' then 'id' else 'submission' end)::uuid;
  if to_jsonb(new) = to_jsonb(old) || emptied and sent_at <= retention_clock() - days(retention_floor(true)) then
    return new;
  end if;
  raise exception '% is append-only: UPDATE refused', tg_table_name;
end $$;
drop trigger submission_append_only on submission;
drop trigger submission_decision_append_only on submission_decision;
create trigger submission_append_only before delete or truncate on submission for each statement execute function refuse_change();
create trigger submission_no_update before update on submission for each statement execute function refuse_change_but_destruction();
create trigger submission_decision_append_only before delete or truncate on submission_decision for each statement execute function refuse_change();
create trigger submission_decision_no_update before update on submission_decision for each statement execute function refuse_change_but_destruction();
create trigger submission_only_destroyed before update on submission for each row execute function only_destroy_submission();
create trigger submission_decision_only_destroyed before update on submission_decision for each row execute function only_destroy_submission();
create index submission_kept on submission (at) where body <> '{}';

-- The notices whose newest version was logged so many days ago; `standing`: neither revoked nor ended, so that its end is to be logged first.
create function due_for_destruction(normal_days integer, victim_days integer, most integer)
returns table (issuer text, id uuid, after_days integer, standing bigint) language plpgsql stable as $$
declare
  now bigint := retention_clock();
begin
  if normal_days < retention_floor(false) or victim_days < retention_floor(true) then
    raise exception 'retention of % and % days is below the floor of % and %', normal_days, victim_days, retention_floor(false), retention_floor(true);
  end if;
  return query
    select e.issuer, e.id, case when e.victim then least(victim_days, normal_days) else normal_days end,
      case when e.status = 'active' and not exists (select from entry l where l.issuer = e.issuer and l.id = e.id and l.index > e.index) then e.index end
    from entry e
    where e.destroyed_at is null and e.event = 'notice'
      and (e.time <= now - days(normal_days) or (e.victim and e.time <= now - days(victim_days)))
      and not exists (select from entry l where l.issuer = e.issuer and l.id = e.id and l.event = 'notice' and l.version > e.version)
    order by e.time limit most;
end $$;

-- Destroys what is due, at most `most` notices, and what is in quarantine of it; answers how many notices. Whoever calls it
-- chooses only the days, and not below the floor. Runs as its owner: the hub's own role may not change the log.
create function destroy_due(normal_days integer, victim_days integer, most integer) returns integer
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
    -- The newest version goes last: by it the others are known to be past the floor.
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
revoke execute on function destroy_due(integer, integer, integer) from public;
grant execute on function destroy_due(integer, integer, integer) to switchboard_service;
grant select on destruction to switchboard_service;
