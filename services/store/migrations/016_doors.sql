-- The assertions (private_key_jwt) that clients have used, by the digest of their names, where every feeds process sees them. Times in seconds.
create table used_assertion (
  client text not null,
  digest bytea not null,
  kept_until bigint not null,
  primary key (client, digest)
);
create index used_assertion_end on used_assertion (kept_until);
grant select, insert, delete on used_assertion to switchboard_service;
