-- A confirmation is a submission as any other statement is: signed once, in the queue until it is answered, kept beside the notice. What
-- stood in a table of its own is carried over; what is open goes on in the queue beside the envelope that it confirms.

-- The id of the confirmation of these bytes, from their digest (RFC 9562 §5.8), as `core/said/confirmation-id.ts` makes it.
create function confirmation_id(digest bytea) returns uuid language sql immutable as $$
  select encode(substring(set_byte(set_byte(digest, 6, get_byte(digest, 6) & 15 | 128), 8, get_byte(digest, 8) & 63 | 128) for 16), 'hex')::uuid
$$;

-- The envelope that a row of the queue confirms in the form of version 1 of the contract: a hub of that version answers the
-- envelope alone, and with it the row.
alter table open add column confirms bytea;
create index open_confirms on open (confirms) where confirms is not null;

-- Which reply refused a confirmation before this migration is not known.
alter table answer drop constraint answer_check, add constraint answer_check check (destroyed_at is null or reply is null);

insert into submission (id, version, rejected_before, status, agency, submitter, kind, subject_key, content_hash, content, canonical,
  warnings, digest, envelope, posted_at, type, contract)
select confirmation_id(s.digest), 1, row_number() over (partition by s.seq order by c.seq) - 1, 'active', s.agency, c.submitter, '', '', '',
  case when c.statement = '' then '{}' else json_build_object('notice', s.id, 'digest', encode(s.digest, 'hex'), 'reason', c.reason)::text end,
  '{"key":""}', '[]', c.digest, c.statement, c.confirmed_at, 'confirmation', 1
from confirmation c join submission s on s.seq = c.submission order by c.seq;

insert into answer (seq, state, receipt, reply, answered_at, destroyed_at)
select n.seq, case c.state when 'rejected' then 'rejected' else a.state end,
  coalesce(case c.state when 'rejected' then c.receipt else a.receipt end, '{}'),
  case c.state when 'rejected' then null else a.reply end, coalesce(a.answered_at, c.confirmed_at), a.destroyed_at
from confirmation c join submission n on n.type = 'confirmation' and n.digest = c.digest
left join answer a on a.seq = c.submission
where c.state = 'rejected' or a.seq is not null;

insert into open (digest, seq, posted_at, confirms)
select n.digest, n.seq, n.posted_at, s.digest
from confirmation c join submission n on n.type = 'confirmation' and n.digest = c.digest
join submission s on s.seq = c.submission join open o on o.seq = s.seq
where c.state = 'open';

drop table confirmation;
analyze answer, open, submission;
