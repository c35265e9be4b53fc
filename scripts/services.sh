#!/usr/bin/env bash
# RabbitMQ, PostgreSQL and SeaweedFS (an S3 server) for the tests, on loopback ports of their own, with their data in a temporary
# folder. Nothing of the machine's own servers is touched. Where they listen: .services/running.json.
set -euo pipefail
cd "$(dirname "$0")/.."

TOLD=.services/running.json
# The first of some fifty ports, and the folder of all data: not in the checkout, since the user that PostgreSQL runs as may have no way into it.
mkdir -p .services
[ -f .services/port ] && PORT="$(cat .services/port)" || PORT=
[ -f .services/folder ] && HOME_OF_ALL="$(cat .services/folder)" || HOME_OF_ALL=
BIN_OF_POSTGRES=/usr/lib/postgresql/15/bin
BIN_OF_RABBITMQ=/usr/lib/rabbitmq/bin
WEED=native/seaweedfs/weed
# For the tests' servers only, which listen on loopback and hold made-up papers.
SECRET=countersign-test

place_ports() {
    POSTGRES=$PORT S3=$((PORT + 10)) RABBITMQ=$((PORT + 40))
}
[ -z "$PORT" ] || place_ports

answers() { (exec 3<>"/dev/tcp/127.0.0.1/$1") 2>/dev/null; }

until_it_answers() { # PORT PID LOG
    for _ in $(seq 1200); do
        answers "$1" && return 0
        kill -0 "$2" 2>/dev/null || break
        sleep 0.05
    done
    echo "services: nothing answers on port $1; see $3" >&2
    tail -20 "$3" >&2
    return 1
}

# PostgreSQL refuses to run as root.
as_postgres() {
    if [ "$(id -u)" = 0 ]; then
        setpriv --reuid=postgres --regid=postgres --clear-groups env HOME="$HOME_OF_ALL/postgres" "$@"
    else
        "$@"
    fi
}

start_postgres() {
    local folder="$HOME_OF_ALL/postgres"
    mkdir -p "$folder"
    [ "$(id -u)" != 0 ] || chown postgres: "$folder"
    cd "$folder"
    if [ ! -f data/PG_VERSION ]; then
        echo "$SECRET" > password
        chmod 644 password
        as_postgres "$BIN_OF_POSTGRES/initdb" -D "$folder/data" -U countersign --pwfile="$folder/password" -A scram-sha-256 -E UTF8 \
            --locale=C.UTF-8 --no-sync > initdb.log
    fi
    as_postgres "$BIN_OF_POSTGRES/pg_ctl" -D "$folder/data" -l "$folder/data/log" -w -t 60 \
        -o "-p $POSTGRES -c listen_addresses=127.0.0.1 -c unix_socket_directories= -c fsync=off -c full_page_writes=off -c max_connections=300" \
        start > /dev/null
    cd - > /dev/null
}
stop_postgres() {
    local data="$HOME_OF_ALL/postgres/data"
    [ ! -f "$data/postmaster.pid" ] || (cd "$data" && as_postgres "$BIN_OF_POSTGRES/pg_ctl" -D "$data" -m fast -w stop > /dev/null)
}

rabbitmq_settings() {
    export RABBITMQ_HOME="$HOME_OF_ALL/rabbitmq"
    export HOME="$RABBITMQ_HOME" # of its cookie
    export ERL_EPMD_PORT=$((RABBITMQ + 1)) ERL_EPMD_ADDRESS=127.0.0.1
    export RABBITMQ_NODENAME="countersign$RABBITMQ@localhost" RABBITMQ_CONF_ENV_FILE=/dev/null
    export RABBITMQ_NODE_IP_ADDRESS=127.0.0.1 RABBITMQ_NODE_PORT=$RABBITMQ RABBITMQ_DIST_PORT=$((RABBITMQ + 2))
    export RABBITMQ_MNESIA_BASE="$RABBITMQ_HOME/mnesia" RABBITMQ_LOG_BASE="$RABBITMQ_HOME/log" RABBITMQ_PID_FILE="$RABBITMQ_HOME/pid"
    export RABBITMQ_CONFIG_FILE="$RABBITMQ_HOME/rabbitmq" RABBITMQ_ADVANCED_CONFIG_FILE="$RABBITMQ_HOME/advanced"
    export RABBITMQ_ENABLED_PLUGINS_FILE="$RABBITMQ_HOME/enabled_plugins"
    export RABBITMQ_SERVER_ADDITIONAL_ERL_ARGS="+S 2:2 +sbwt none +sbwtdcpu none +sbwtdio none -kernel inet_dist_use_interface {127,0,0,1}"
}
start_rabbitmq() (
    rabbitmq_settings
    mkdir -p "$RABBITMQ_HOME"/{mnesia,log}
    echo '[].' > "$RABBITMQ_ENABLED_PLUGINS_FILE"
    printf '%s\n' 'loopback_users = none' 'disk_free_limit.absolute = 50MB' 'vm_memory_high_watermark.absolute = 512MB' \
        'log.console = false' > "$RABBITMQ_CONFIG_FILE.conf"
    setsid "$BIN_OF_RABBITMQ/rabbitmq-server" > "$RABBITMQ_HOME/log/start" 2>&1 < /dev/null &
    until_it_answers "$RABBITMQ" $! "$RABBITMQ_HOME/log/start"
    # A port that answers is not yet a node that runs.
    "$BIN_OF_RABBITMQ/rabbitmqctl" --quiet await_startup --timeout 60
)
stop_rabbitmq() (
    rabbitmq_settings
    end "$RABBITMQ_PID_FILE" TERM
    epmd -kill > /dev/null 2>&1 || true
)

start_s3() {
    local folder="$HOME_OF_ALL/seaweedfs" weed="$PWD/$WEED"
    mkdir -p "$folder/data"
    cat > "$folder/s3.json" <<JSON
{"identities": [
  {"name": "tests", "credentials": [{"accessKey": "countersign", "secretKey": "$SECRET"}], "actions": ["Admin", "Read", "Write", "List", "Tagging"]},
  {"name": "stranger", "credentials": [{"accessKey": "stranger", "secretKey": "$SECRET"}], "actions": ["Read:nothing"]}]}
JSON
    (cd "$folder" && exec env WEED_MASTER_VOLUME_GROWTH_COPY_1=1 setsid "$weed" -logtostderr=true mini -dir="$folder/data" -ip=127.0.0.1 -ip.bind=127.0.0.1 -webdav=false \
        -admin.ui=false -master.telemetry=false -volume.max=500 -master.volumeSizeLimitMB=64 -s3.port.iceberg=0 -s3.port.lance=0 -master.port=$((S3 + 1)) -volume.port=$((S3 + 2)) \
        -filer.port=$((S3 + 3)) -s3.port="$S3" -s3.config="$folder/s3.json" > "$folder/log" 2>&1 < /dev/null) &
    echo $! > "$folder/pid"
    until_it_answers "$S3" $! "$folder/log"
    # The gateway answers before its filer does.
    for _ in $(seq 600); do
        [ "$(curl -s -o /dev/null -w '%{http_code}' "http://127.0.0.1:$S3/")" = 403 ] && return 0
        sleep 0.05
    done
    echo "services: the S3 server does not answer; see $folder/log" >&2
    return 1
}
# It takes up to half a minute to end by itself; its data is thrown away.
stop_s3() { end "$HOME_OF_ALL/seaweedfs/pid" KILL; }

end() { # PIDFILE SIGNAL
    [ -f "$1" ] || return 0
    local pid
    pid="$(cat "$1")"
    kill -"$2" "$pid" 2>/dev/null || true
    while kill -0 "$pid" 2>/dev/null; do sleep 0.05; done
    rm -f "$1"
}

somebody_listens() {
    for offset in 0 10 11 12 13 40 41 42; do
        if answers $((PORT + offset)); then return 0; fi
    done
    return 1
}
# Ports that nobody listens on, and an empty folder.
find_room() {
    [ -z "$PORT" ] || return 0
    # Below the ports that the kernel gives to outgoing connections, one of which could hold what a server is to listen on.
    PORT=21400
    while somebody_listens; do PORT=$((PORT + 100)); done
    place_ports
    HOME_OF_ALL="$(mktemp -d "${TMPDIR:-/tmp}/countersign-services.XXXXXX")"
    chmod 755 "$HOME_OF_ALL"
    echo "$PORT" > .services/port
    echo "$HOME_OF_ALL" > .services/folder
}

# A server that was started and is gone ended by itself: what it said last is kept, and told when the servers are stopped.
say_if_it_ended() { # SERVICE LOG…
    for log in "${@:2}"; do
        [ ! -s "$log" ] || { echo "services: $1 ended by itself; $log ends with:" && tail -12 "$log"; } | tee -a .services/ended >&2
    done
}

# Starts what does not run, so that it may be called again.
start() {
    find_room
    answers "$POSTGRES" || { say_if_it_ended postgres "$HOME_OF_ALL/postgres/data/log"; start_postgres; }
    answers "$S3" || { say_if_it_ended s3 "$HOME_OF_ALL/seaweedfs/log"; start_s3; }
    answers "$RABBITMQ" || { say_if_it_ended rabbitmq "$HOME_OF_ALL"/rabbitmq/log/*; start_rabbitmq; }
    cat > "$TOLD" <<JSON
{"postgres": "postgres://countersign:$SECRET@127.0.0.1:$POSTGRES/postgres", "rabbitmq": "amqp://guest:guest@127.0.0.1:$RABBITMQ/%2f",
 "s3": "http://127.0.0.1:$S3", "s3_key": "countersign", "s3_secret": "$SECRET"}
JSON
}
stop() {
    if [ -n "$PORT" ]; then
        stop_s3
        stop_rabbitmq
        stop_postgres
        rm -rf "$HOME_OF_ALL"
    fi
    [ ! -f .services/ended ] || cat .services/ended >&2
    rm -rf .services
}
# What only the broker's own tool can do, as `add_vhost NAME`.
rabbitmqctl() (
    rabbitmq_settings
    exec /usr/lib/rabbitmq/bin/rabbitmqctl --quiet "$@"
)

case "${1:-}" in
start) start ;;
stop) stop ;;
restart) "stop_$2" && "start_$2" ;;
down) "stop_$2" ;;
up) "start_$2" ;;
rabbitmqctl) rabbitmqctl "${@:2}" ;;
*)
    echo "usage: scripts/services.sh start|stop|restart SERVICE|down SERVICE|up SERVICE|rabbitmqctl …    (postgres, rabbitmq, s3)" >&2
    exit 2
    ;;
esac
