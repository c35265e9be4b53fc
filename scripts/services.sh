#!/usr/bin/env bash
# Starts and stops the server that tests run against: a PostgreSQL of their own, on a free loopback port, with its data in a temporary
# folder. Nothing of the machine's own servers is touched. Where it listens: .services/running.json.
set -euo pipefail
cd "$(dirname "$0")/.."

TOLD=.services/running.json
# Where its data lie; not in the checkout, since the user that PostgreSQL runs as may have no way into it.
PLACE=.services/folder
BIN=/usr/lib/postgresql/15/bin
# For a server that listens on loopback and holds made-up papers.
SECRET=countersign-test

answers() { (exec 3<>"/dev/tcp/127.0.0.1/$1") 2>/dev/null; }

free_port() {
    local port=35400
    while answers "$port"; do port=$((port + 1)); done
    echo "$port"
}

# PostgreSQL refuses to run as root.
as_postgres() {
    if [ "$(id -u)" = 0 ]; then
        setpriv --reuid=postgres --regid=postgres --clear-groups env HOME="$(cat "$PLACE")" "$@"
    else
        "$@"
    fi
}

start() {
    if [ -f "$TOLD" ] && answers "$(cat .services/port)"; then return 0; fi
    stop # what an earlier run may have left behind
    mkdir -p .services
    local folder port
    folder="$(mktemp -d "${TMPDIR:-/tmp}/countersign-services.XXXXXX")"
    port="$(free_port)"
    echo "$folder" > "$PLACE"
    echo "$port" > .services/port
    echo "$SECRET" > "$folder/password"
    chmod 644 "$folder/password"
    [ "$(id -u)" != 0 ] || chown postgres: "$folder"
    chmod 755 "$folder"
    as_postgres "$BIN/initdb" -D "$folder/data" -U countersign --pwfile="$folder/password" -A scram-sha-256 -E UTF8 \
        --locale=C.UTF-8 --no-sync > /dev/null
    as_postgres "$BIN/pg_ctl" -D "$folder/data" -l "$folder/data/log" -w -t 60 \
        -o "-p $port -c listen_addresses=127.0.0.1 -c unix_socket_directories= -c fsync=off -c full_page_writes=off -c max_connections=300" \
        start > /dev/null || { cat "$folder/data/log" >&2; exit 1; }
    echo "{\"postgres\": \"postgres://countersign:$SECRET@127.0.0.1:$port/postgres\"}" > "$TOLD"
}

stop() {
    [ -f "$PLACE" ] || return 0
    local folder
    folder="$(cat "$PLACE")"
    as_postgres "$BIN/pg_ctl" -D "$folder/data" -m fast -w stop > /dev/null 2>&1 || true
    rm -rf "$folder" .services
}

case "${1:-}" in
start) start ;;
stop) stop ;;
*)
    echo "usage: scripts/services.sh start|stop" >&2
    exit 2
    ;;
esac
