-- The gateway logs in as a role that owns nothing: a member of switchboard_gateway. The owner of the tables migrates them. Roles
-- are of the whole server, so this one may be there already, or be made at the same time for another database.
do $$
begin
  if to_regrole('switchboard_gateway') is null then
    begin
      create role switchboard_gateway nologin nosuperuser nobypassrls nocreatedb nocreaterole;
    exception
      when duplicate_object or unique_violation then null; -- another database's migration made it in the meantime
      when insufficient_privilege then
        raise exception 'the role switchboard_gateway is missing and % may not make it', current_user
          using hint = 'run as a superuser: create role switchboard_gateway nologin; grant switchboard_gateway to <the role as which the gateway logs in>;';
    end;
  end if;
end $$;

grant select, insert, update, delete on all tables in schema public to switchboard_gateway;
grant usage on all sequences in schema public to switchboard_gateway;
-- What was signed, answered and told stays; of its content the gateway destroys what is due.
revoke delete on submission, answer, delivery, told, registry, change_over from switchboard_gateway;
revoke insert, update, delete on schema_migration from switchboard_gateway;
