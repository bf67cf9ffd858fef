-- A submission is written once. What the hub answers for good is a row of its own, and what it has not answered stands in
-- a queue. Foreign keys between the three would lock, and so write, the row that is written once: there are none.
lock table outbox in access exclusive mode;

-- The hub's last word on a submission. Only destruction changes a row.
create table answer (
  seq bigint not null,               -- of the submission
  state text not null check (state in ('accepted', 'superseded', 'rejected')),
  receipt json not null,
  reply bigint,                      -- of the signed reply that brought it; null when the content is destroyed
  answered_at bigint not null,       -- microseconds since the epoch, UTC
  destroyed_at bigint,               -- when the content was destroyed: its time was over
  check ((reply is null) = (destroyed_at is not null))
);
insert into answer (seq, state, receipt, reply, answered_at, destroyed_at)
select seq, state, receipt, reply, answered_at, destroyed_at from outbox where state in ('accepted', 'superseded', 'rejected');
alter table answer add primary key (seq);
create index answer_reply on answer (reply) where reply is not null;

-- What has no last word yet, of any type: the relay publishes it again and again. The last word deletes the row.
create table open (
  digest bytea not null,
  seq bigint not null,               -- of the submission
  posted_at bigint not null,
  receipt json,                      -- by which the hub holds it, and the signed reply that brought that
  reply bigint,
  answered_at bigint
);
insert into open (digest, seq, posted_at, receipt, reply, answered_at)
select digest, seq, posted_at, receipt, reply, answered_at from outbox where state in ('queued', 'held');
alter table open add primary key (digest);
create unique index open_seq on open (seq);

-- What was said in the country's name, as it was signed. Only destruction changes a row.
drop index outbox_version, outbox_id, outbox_open, outbox_agency, outbox_review, outbox_expires, outbox_kept, outbox_reply;
alter table outbox rename to submission;
alter table submission rename constraint outbox_pkey to submission_pkey;
alter sequence outbox_seq_seq rename to submission_seq_seq;
-- A rejection does not occupy the id: what is sent again after it is signed anew, and stands beside it.
alter table submission add column type text not null default 'notice', add column rejected_before integer not null default 0;
update submission s set rejected_before = r.before from (
  select seq, row_number() over (partition by id, version order by state <> 'rejected', seq) - 1 as before from submission) r
where r.seq = s.seq and r.before > 0;
alter table submission drop column state, drop column receipt, drop column reply, drop column answered_at,
  drop column destroyed_at, drop constraint outbox_digest_key;
create unique index submission_version on submission (id, version, type, rejected_before) include (seq);
create index submission_agency on submission (agency, seq) where type = 'notice';
create index submission_review on submission (agency, review) where review is not null;
create index submission_expires on submission (agency, expires) where expires is not null;

alter table confirmation rename column outbox to submission;
alter table confirmation rename constraint confirmation_outbox_fkey to confirmation_submission_fkey;
alter index confirmation_outbox rename to confirmation_submission;

-- Content is destroyed by the time of the reply that answered it.
create index reply_received on reply (received_at);
analyze answer, open, submission;
