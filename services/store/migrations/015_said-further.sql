-- A confirmation is an entry of the log, about the notice that it lets in: the table `confirmation` gets no more rows, and is read for
-- what was confirmed before.
alter table quarantine
  add column confirmed_by bigint,  -- the index of the entry by which a held record was let into the log
  add column posted_at bigint;     -- claimed by the gateway, for the trace only
