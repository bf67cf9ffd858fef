-- What is due for destruction is found by an index, however much is kept beside it: what others said, by the log time; own
-- notices that name a possible victim, by the time of the POST. The text of the content is as JSON.stringify writes it.
create index told_kept on told (at) where statement <> '';
create index submission_victim on submission (posted_at) where type = 'notice' and content like '%"operatorStatus":"%-victim"%';

-- A reply on which a kept row rests is looked at once, after the shorter time. It goes with the last of its rows.
alter table reply add column in_use boolean not null default false;
create index reply_unused on reply (received_at) where not in_use;
