-- Roles and ownership of one database: a role owns the tables and migrates, services log in as roles that own nothing. It runs in
-- that database, by a superuser or by whoever made database and roles, and may run again: what is there stays, and a
-- database of before, whose tables a service owned, is given to its owner. The setting `switchboard.roles` says what is wanted:
--   { "owner": "hub_owner", "members": [["hub", "switchboard_hub"], …], "passwords": { "hub": "…" } }
-- `members`: the first is a member of the second, in this order. Whoever has a password, null for none, may log in.
do $$
declare
  wish jsonb := current_setting('switchboard.roles');
  owner text := wish ->> 'owner';
  pair jsonb;
  name text;
  password text;
  thing record;
begin
  for name in select distinct n from jsonb_array_elements(wish -> 'members') as p, jsonb_array_elements_text(p) as n loop
    if to_regrole(quote_ident(name)) is null then
      execute format('create role %I nologin', name);
    end if;
    if exists (select from pg_roles where rolname = name and (rolsuper or rolcreaterole or rolcreatedb or rolreplication or rolbypassrls)) then
      execute format('alter role %I nosuperuser nocreaterole nocreatedb noreplication nobypassrls', name);
    end if;
  end loop;
  for pair in select p from jsonb_array_elements(wish -> 'members') as p loop
    if not pg_has_role(pair ->> 0, pair ->> 1, 'usage') then
      execute format('grant %I to %I', pair ->> 1, pair ->> 0);
    end if;
  end loop;
  for name, password in select * from jsonb_each_text(wish -> 'passwords') loop
    execute format('alter role %I login', name);
    if password is not null then
      execute format('alter role %I password %L', name, password);
    end if;
  end loop;

  -- Who is no superuser changes an owner only as a member of it.
  if not pg_has_role(current_user, owner, 'member') then
    execute format('grant %I to %I', owner, current_user);
  end if;
  execute format('alter database %I owner to %I', current_database(), owner);
  for thing in
    select format('alter table %s owner to %I', c.oid::regclass, owner) as sql from pg_class c
      where c.relnamespace = 'public'::regnamespace and c.relkind in ('r', 'p', 'v', 'm', 'S') and c.relowner <> owner::regrole
        and not exists (select from pg_depend d where d.classid = 'pg_class'::regclass and d.objid = c.oid and d.deptype in ('a', 'i', 'e'))
    union all
    select format('alter routine %s owner to %I', p.oid::regprocedure, owner) from pg_proc p
      where p.pronamespace = 'public'::regnamespace and p.proowner <> owner::regrole
        and not exists (select from pg_depend d where d.classid = 'pg_proc'::regclass and d.objid = p.oid and d.deptype = 'e')
  loop
    execute thing.sql;
  end loop;

  execute format('revoke all on database %I from public', current_database());
  for name in select jsonb_object_keys(wish -> 'passwords') loop
    if name <> owner then
      execute format('revoke all on database %I from %I', current_database(), name);
      execute format('grant connect on database %I to %I', current_database(), name);
      if pg_has_role(name, owner, 'member') then
        raise exception 'the role % is a member of %, which owns the tables', name, owner using hint = format('revoke %I from %I;', owner, name);
      end if;
    end if;
  end loop;
end $$;
