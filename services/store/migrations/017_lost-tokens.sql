-- Who could see an earlier version and carries no token of a later one, by the later one: its tokens of withdrawal. With its own
-- tokens they are those of all versions so far, so that neither intake nor feeds read the versions before the newest one.
create index entry_token_lost on entry_token (index) where token like 'W:%';
