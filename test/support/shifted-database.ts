import { queryOnce } from './database.ts'

/**
 * Puts a clock before PostgreSQL's own that `shiftDatabase` moves, for everybody who connects from
 * now on. Connections that are open are ended: services make others.
 */
export const makeShiftable = async (url: string): Promise<void> => {
  const name = new URL(url).pathname.slice(1)
  await queryOnce(
    url,
    `create schema shifted;
     create table shifted.by (seconds bigint not null);
     insert into shifted.by values (0);
     create function shifted.clock_timestamp() returns timestamptz language sql volatile as $$
       select pg_catalog.clock_timestamp() + make_interval(secs => (select seconds from shifted.by))
     $$;
     grant usage on schema shifted to public;
     grant select on shifted.by to public;
     alter database "${name}" set search_path = shifted, pg_catalog, public;
     select pg_terminate_backend(pid) from pg_stat_activity
       where datname = current_database() and pid <> pg_backend_pid()`,
  )
}

export const shiftDatabase = async (url: string, seconds: number): Promise<void> => {
  await queryOnce(url, `update shifted.by set seconds = ${seconds}`)
}
