#!/bin/bash
# Runs once, when the hub's database is made: each process logs in as a role of its own. The hub owns the tables; feeds and
# console have what the migrations grant to switchboard_service, and no more.
set -euo pipefail
of() { cat "/run/secrets/$1-password"; }
psql -v ON_ERROR_STOP=1 --username "${POSTGRES_USER:-postgres}" --dbname postgres \
  -v hub="$(of hub)" -v feeds="$(of feeds)" -v console="$(of console)" <<'SQL'
create role switchboard_reader nologin;
create role switchboard_service nologin;
grant switchboard_reader to switchboard_service;
create role hub login password :'hub' in role switchboard_service;
create role feeds login password :'feeds' in role switchboard_service;
create role console login password :'console' in role switchboard_service;
create database switchboard_hub owner hub;
revoke connect on database switchboard_hub from public;
grant connect on database switchboard_hub to switchboard_service;
SQL
