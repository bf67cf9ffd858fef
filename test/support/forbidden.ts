/** What no role of a service may do, though the hub's thief has its password: statements of SQL. */
export const forbidden = (
  kind: 'hub' | 'gateway',
  owner: string,
  login: string,
): readonly string[] => [
  'create table mine (one integer)',
  'create temporary table mine (one integer)',
  'create schema mine',
  'create role mine',
  'create extension file_fdw',
  `set role ${owner}`,
  `set session authorization ${owner}`,
  `grant ${owner} to ${login}`,
  `set session_replication_role = replica`,
  `alter role ${login} superuser`,
  `copy schema_migration to program 'true'`,
  'delete from schema_migration',
  `insert into schema_migration (component, number, name, checksum) values ('hub', 999, '', '')`,
  ...(kind === 'hub'
    ? [...appendOnly.flatMap(changes), ...hubTables.flatMap(definitions), ...hubOnly]
    : [...gatewayTables.flatMap(definitions), ...kept.map((name) => `delete from ${name}`)]),
]

/** What of the services the hub alone may do: write the log and destroy. */
export const onlyOfTheHub: readonly string[] = [
  `insert into entry_token (token, index, kind) values ('P:TH', 0, 'x')`,
  `insert into match (key_digest, token, index) values ('', 'P:TH', 0)`,
  'insert into entry select * from entry where false',
  `insert into still_open (participant, digest) values ('TH', '')`,
  'update sequencer set next_index = 0',
  `update quarantine set state = 'released'`,
  'update told set position = 0',
  'delete from expiry_due',
  `select nextval('intake_batch')`,
  'select destroy_due(365, 30, 1)',
]

const appendOnly = [
  'entry',
  'entry_token',
  'match',
  'registry_change',
  'offer',
  'delivery',
  'acknowledgement',
  'confirmation',
  'consent_request',
  'consent_answer',
  'submission',
  'submission_decision',
  'registry_proposal',
  'registry_decision',
  'destruction',
  'still_open',
]
const hubTables = [...appendOnly, 'quarantine', 'registry_row', 'sequencer', 'key_nonce']
const gatewayTables = ['submission', 'answer', 'open', 'reply', 'registry', 'told']
const kept = ['submission', 'answer', 'delivery', 'told', 'change_over']

const changes = (table: string): string[] => [
  `update ${table} set ${table === 'entry' ? 'statement' : firstColumns[table]} = null`,
  `delete from ${table}`,
]

/** A column of each table that is append-only. */
const firstColumns: Readonly<Record<string, string>> = {
  entry_token: 'token',
  match: 'token',
  registry_change: 'who',
  offer: 'agency',
  delivery: 'agency',
  acknowledgement: 'agency',
  confirmation: 'statement',
  consent_request: 'reason',
  consent_answer: 'reason',
  submission: 'body',
  submission_decision: 'reason',
  registry_proposal: 'why',
  registry_decision: 'why',
  destruction: 'issuer',
  still_open: 'participant',
}

const definitions = (table: string): string[] => [
  `truncate ${table} cascade`,
  `alter table ${table} disable trigger all`,
  `alter table ${table} disable row level security`,
  `alter table ${table} owner to current_user`,
  `alter table ${table} add column mine text`,
  `create trigger mine before insert on ${table} for each statement
    execute function suppress_redundant_updates_trigger()`,
  `create index on ${table} ((1))`,
  `drop table ${table} cascade`,
]

const hubOnly = [
  'drop trigger entry_append_only on entry',
  'drop policy entry_reader on entry',
  'create policy mine on entry using (true)',
  `create or replace function refuse_change() returns trigger language plpgsql
    as 'begin return null; end'`,
  `create or replace function retention_clock() returns bigint language sql stable as 'select 1'`,
  'drop function destroy_due(integer, integer, integer)',
]
