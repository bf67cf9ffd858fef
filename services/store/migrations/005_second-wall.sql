-- The second wall around the notice log: row-level security over audience tokens, whatever the program asks for.
-- Roles are of the whole server, so they may be there already, or be made at the same time for another database.
--   switchboard_reader   sees of the log only what carries a token set for its transaction, and nothing else at all.
--   switchboard_service  what the hub's processes need: the whole log, and no UPDATE or DELETE where it is append-only.
do $$
declare
  role text;
begin
  foreach role in array array['switchboard_reader', 'switchboard_service'] loop
    if to_regrole(role) is null then
      begin
        execute format('create role %I nologin nosuperuser nobypassrls nocreatedb nocreaterole', role);
      exception
        when duplicate_object or unique_violation then null; -- another database's migration made it in the meantime
        when insufficient_privilege then
          raise exception 'the role % is missing and % may not make it', role, current_user
            using hint = format('run as a superuser: create role %I nologin; grant switchboard_service to %I;', role, current_user);
      end;
    end if;
  end loop;
  if exists (select from pg_roles where rolname in ('switchboard_reader', 'switchboard_service') and (rolsuper or rolbypassrls)) then
    raise exception 'switchboard_reader and switchboard_service must be neither superuser nor BYPASSRLS';
  end if;
end $$;

-- Who is a member of one may become a reader; the owner of the tables, subject to the policies like anybody, is a service.
do $$
begin
  if not pg_has_role('switchboard_service', 'switchboard_reader', 'set') then
    begin
      grant switchboard_reader to switchboard_service;
    exception when unique_violation then null;
    end;
  end if;
  if not pg_has_role(current_user, 'switchboard_service', 'usage') then
    begin
      execute format('grant switchboard_service to %I', current_user);
    exception when unique_violation then null;
    end;
  end if;
end $$;

-- What the transaction holds; null, and so nothing, where no tokens are set. Tokens hold no space.
create function held_tokens() returns text[] language sql stable parallel safe
  return string_to_array(nullif(current_setting('switchboard.tokens', true), ''), ' ');

alter table entry enable row level security, force row level security;
alter table entry_token enable row level security, force row level security;
create policy entry_service on entry to switchboard_service using (true) with check (true);
create policy entry_token_service on entry_token to switchboard_service using (true) with check (true);

-- The sub-select is worked out once for a statement. A scan by index stays one: the policy only filters what it finds.
create policy entry_reader on entry for select to switchboard_reader using (tokens && (select held_tokens()));
-- `W:` tells the holder of the token behind it that an entry withdraws something from it: the index, no content.
create policy entry_token_reader on entry_token for select to switchboard_reader
  using ((case when starts_with(token, 'W:') then substr(token, 3) else token end) = any ((select held_tokens())::text[]));
grant select on entry, entry_token to switchboard_reader;

grant select, insert on entry, entry_token, registry_change, offer, delivery, acknowledgement, receipt_batch to switchboard_service;
grant select, insert, update on registry_row, sequencer, quarantine, delivery_summary to switchboard_service;
grant select, insert, delete on expiry_due to switchboard_service;
grant select on schema_migration to switchboard_service;
grant usage on sequence intake_batch to switchboard_service;
