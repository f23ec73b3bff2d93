#!/bin/sh
# Rehearses point-in-time recovery in a temporary folder: a server that archives its WAL, a base backup, a mistake, and
# recovery to the moment before it. See "Point-in-time recovery" in docs/backup.md.
# PG_BIN: the folder of PostgreSQL's programs. Not as root, because PostgreSQL refuses that.
set -eu

PG_BIN=${PG_BIN:-/usr/lib/postgresql/15/bin}
home=$(mktemp -d "${TMPDIR:-/tmp}/parley-recovery-XXXXXX")
archive=$home/archive
mkdir "$archive"

cleanup() {
  "$PG_BIN/pg_ctl" --pgdata "$home/recovered" --mode immediate stop > /dev/null 2>&1 || true
  "$PG_BIN/pg_ctl" --pgdata "$home/primary" --mode immediate stop > /dev/null 2>&1 || true
  rm -rf "$home"
}
trap cleanup EXIT INT TERM

# Each server listens on a socket in a folder of its own only.
start() {
  mkdir -p "$home/socket-$1"
  "$PG_BIN/pg_ctl" --pgdata "$home/$1" --log "$home/$1.log" --wait --timeout 60 \
    --options "-c listen_addresses='' -c unix_socket_directories='$home/socket-$1'" start > /dev/null \
    || { cat "$home/$1.log" >&2; exit 1; }
}
sql() {
  "$PG_BIN/psql" --no-psqlrc --quiet --tuples-only --no-align --set ON_ERROR_STOP=1 \
    --host "$home/socket-$1" --username postgres --dbname postgres --command "$2"
}

# 1. A server that archives its WAL.
"$PG_BIN/initdb" --pgdata "$home/primary" --username postgres --auth trust --no-sync > /dev/null
cat >> "$home/primary/postgresql.conf" <<SETTINGS
wal_level = replica
archive_mode = on
archive_command = 'test ! -f $archive/%f && cp %p $archive/%f.part && mv $archive/%f.part $archive/%f'
archive_timeout = 60
SETTINGS
start primary
sql primary "create table messages (id int primary key, body text)"
sql primary "insert into messages select i, 'before the backup' from generate_series(1, 1000) i"

# 2. A base backup, while messages arrive.
"$PG_BIN/pg_basebackup" --host "$home/socket-primary" --username postgres --pgdata "$home/recovered" \
  --checkpoint fast --wal-method none --no-sync 2> "$home/basebackup.log"
sql primary "insert into messages select i, 'after the backup' from generate_series(1001, 2000) i"

# 3. A mistake, and messages after it.
before_mistake=$(sql primary "select clock_timestamp()")
sql primary "select pg_sleep(0.1)" > /dev/null
sql primary "delete from messages where id > 500"
sql primary "insert into messages values (3000, 'after the mistake')"
sql primary "select pg_switch_wal()" > /dev/null
newest=$(sql primary "select pg_walfile_name(pg_current_wal_lsn() - 1)")
for try in 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16 17 18 19 20; do
  test -f "$archive/$newest" && break
  sleep 0.25
done
"$PG_BIN/pg_ctl" --pgdata "$home/primary" --mode fast --wait stop > /dev/null

# 4. Recovery beside it.
cat >> "$home/recovered/postgresql.conf" <<SETTINGS
archive_mode = off
restore_command = 'cp $archive/%f %p'
recovery_target_time = '$before_mistake'
recovery_target_action = 'promote'
SETTINGS
touch "$home/recovered/recovery.signal"
start recovered
for try in 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16 17 18 19 20; do
  test "$(sql recovered "select pg_is_in_recovery()")" = f && break
  sleep 0.25
done

# 5. What was there before the mistake is there, and nothing of what came after it; the server can be written to.
found=$(sql recovered "select count(*) || ' ' || max(id) from messages")
test "$found" = "2000 2000" || { echo "found $found, expected 2000 2000" >&2; exit 1; }
sql recovered "insert into messages values (2001, 'after the recovery')"
echo "Recovered to $before_mistake: 2000 of 2000 rows"
