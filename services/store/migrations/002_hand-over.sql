-- The delivery ledger by reader: an agency with one purpose reads one topic. `bare`: told without content (conditions not
-- acknowledged, expired, withdrawn); `withdrawn`: told of the withdrawal; both null where no bit is set.
alter table offer add column purpose text not null;
alter table delivery
  add column agency text not null,
  add column purpose text not null,
  add column topic text not null,
  add column bare bytea,
  add column withdrawn bytea;
-- A row spans at most 8192 indexes, so that a reader's rows over a range are one bounded scan.
alter table delivery add constraint delivery_span check (last_index >= first_index and last_index - first_index < 8192);
create index delivery_reader on delivery (agency, last_index);

-- Whether a notice has later entries than a given one; most have none, and the index is as small.
create index entry_later on entry (issuer, id, index) where version > 1 or event = 'expired';

-- Who could see an earlier version and does not carry a token of the next is still told of the withdrawal: `W:` before a
-- token makes the later entry a candidate for its holder. It admits to no content; row-level security knows no such token.
create function add_withdrawal_tokens() returns trigger language plpgsql as $$
begin
  insert into entry_token (token, index, kind)
    select distinct 'W:' || held.token, a.index, a.kind
    from added a join entry earlier on earlier.issuer = a.issuer and earlier.id = a.id and earlier.index < a.index
    cross join unnest(earlier.tokens) as held (token)
    where (a.version > 1 or a.event = 'expired') and not held.token = any (a.tokens);
  return null;
end $$;
create trigger entry_withdrawal_tokens after insert on entry referencing new table as added for each statement execute function add_withdrawal_tokens();

-- H3: an agency has read the conditions of one notice version and acknowledged them.
create table acknowledgement (
  agency text not null,
  issuer text not null,
  notice_id uuid not null,
  version integer not null,
  client text not null,
  at bigint not null,
  primary key (agency, issuer, notice_id, version)
);
create trigger acknowledgement_append_only before update or delete or truncate on acknowledgement for each statement execute function refuse_change();

create function notify_acknowledgement() returns trigger language plpgsql as $$
begin
  perform pg_notify('acknowledgement', new.agency);
  return null;
end $$;
create trigger acknowledgement_notify after insert on acknowledgement for each row execute function notify_acknowledgement();
