-- What only the hub's own processes write, feeds and console may not: entries with all that is logged with them, quarantine,
-- what was sent and told, and destruction.
--   switchboard_hub      a service that writes the log.
--   switchboard_service  reads the whole log, and writes what is handed over, asked, submitted, proposed and decided.
do $$
begin
  if to_regrole('switchboard_hub') is null then
    begin
      create role switchboard_hub nologin nosuperuser nobypassrls nocreatedb nocreaterole;
    exception
      when duplicate_object or unique_violation then null; -- another database's migration made it in the meantime
      when insufficient_privilege then
        raise exception 'the role switchboard_hub is missing and % may not make it', current_user
          using hint = 'run as a superuser: create role switchboard_hub nologin in role switchboard_service; grant switchboard_hub to <the role as which the hub logs in>;';
    end;
  end if;
  if exists (select from pg_roles where rolname = 'switchboard_hub' and (rolsuper or rolbypassrls)) then
    raise exception 'switchboard_hub must be neither superuser nor BYPASSRLS';
  end if;
  if not pg_has_role('switchboard_hub', 'switchboard_service', 'usage') then
    begin
      grant switchboard_service to switchboard_hub;
    exception when unique_violation then null;
    end;
  end if;
end $$;

revoke insert on entry, entry_token, match, receipt_batch, confirmation, still_open from switchboard_service;
grant insert on entry, entry_token, match, receipt_batch, confirmation, still_open to switchboard_hub;
revoke insert, delete on expiry_due from switchboard_service;
grant insert, delete on expiry_due to switchboard_hub;
revoke insert, update on quarantine, quarantine_use, delivery_summary, told_to from switchboard_service;
grant insert, update on quarantine, quarantine_use, delivery_summary, told_to to switchboard_hub;
revoke update on told, match_fill from switchboard_service;
grant update on told, match_fill to switchboard_hub;
revoke usage on sequence intake_batch from switchboard_service;
grant usage on sequence intake_batch to switchboard_hub;
-- Feeds close a minute by the time of the log, and hand out no index.
revoke insert, update on sequencer from switchboard_service;
grant update (last_time) on sequencer to switchboard_service;
grant update on sequencer to switchboard_hub;
revoke execute on function destroy_due(integer, integer, integer) from switchboard_service;
grant execute on function destroy_due(integer, integer, integer) to switchboard_hub;
