#!/bin/bash
# Makes the roles of this container's database, or brings them up to date: by itself when the database is made, and by hand for a
# database of before (deploy/README.md). Its owner migrates; each service logs in as a role that owns nothing.
set -euo pipefail
of() { tr -d '"\\' < "/run/secrets/$1-password"; }
case "$SWITCHBOARD_ROLES" in
  hub) roles='{ "owner": "hub_owner", "members": [["switchboard_service", "switchboard_reader"], ["switchboard_hub", "switchboard_service"],
      ["hub_owner", "switchboard_hub"], ["hub", "switchboard_hub"], ["feeds", "switchboard_service"], ["console", "switchboard_service"]],
    "passwords": { "hub_owner": "'"$(of hub_owner)"'", "hub": "'"$(of hub)"'", "feeds": "'"$(of feeds)"'", "console": "'"$(of console)"'" } }' ;;
  gateway) roles='{ "owner": "gateway_owner", "members": [["gateway_owner", "switchboard_gateway"], ["gateway_service", "switchboard_gateway"]],
    "passwords": { "gateway_owner": "'"$(of gateway_owner)"'", "gateway_service": "'"$(of gateway_service)"'" } }' ;;
esac
# Passwords are not among the arguments, which every process can list. The server's own role logs in by its socket only.
psql -v ON_ERROR_STOP=1 --quiet --username "${POSTGRES_USER:-postgres}" --dbname "$POSTGRES_DB" <<SQL
set switchboard.roles = '$roles';
\i /switchboard/roles.sql
alter role "${POSTGRES_USER:-postgres}" password null;
SQL
