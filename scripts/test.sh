#!/usr/bin/env bash
# Installs what the tests need and runs them all: Rust (unit, integration on SQLite and PostgreSQL, simulation, tidy),
# the screens' own tests, and the journey of the four roles in a real Chromium. Ends with 'N passed, N failed'.
set -uo pipefail
export NO_COLOR=1 CI=true
cd "$(dirname "$0")/.."

scratch=$(mktemp -d)
database=""
finish() {
  [ -n "$database" ] && as_postgres "$pg_bin/pg_ctl" -D "$scratch/pg" -m immediate stop >/dev/null 2>&1
  rm -rf "$scratch"
}
trap finish EXIT

say() { printf '\n== %s\n' "$*"; }
die() { printf 'error: %s\n' "$*" >&2; exit 1; }

# --- what must be there -------------------------------------------------------------------------------------------
need() { command -v "$1" >/dev/null 2>&1 || die "$1 is missing: install $2"; }
need cargo "Rust 1.95 or newer (rustup.rs)"
need node "Node.js 20 or newer"
need npm "Node.js 20 or newer"

find_postgres() {
  pg_bin=""
  for folder in /usr/lib/postgresql/*/bin /usr/local/pgsql/bin /opt/homebrew/bin /usr/local/bin /usr/bin; do
    [ -x "$folder/initdb" ] && [ -x "$folder/pg_ctl" ] && pg_bin=$folder
  done
  [ -n "$pg_bin" ]
}
find_chromium() {
  chromium=$(command -v chromium || command -v chromium-browser || command -v google-chrome || true)
  [ -n "$chromium" ]
}
find_fonts() { ! command -v fc-list >/dev/null 2>&1 || fc-list ':lang=ja' 2>/dev/null | grep -q .; }

missing=()
find_postgres || missing+=(postgresql)
find_chromium || missing+=(chromium)
find_fonts || missing+=(fonts-noto-cjk)
command -v fc-list >/dev/null 2>&1 || missing+=(fontconfig fonts-noto-cjk)
if [ ${#missing[@]} -gt 0 ]; then
  say "installing ${missing[*]}"
  command -v apt-get >/dev/null 2>&1 || die "please install: ${missing[*]}"
  run_apt=(env DEBIAN_FRONTEND=noninteractive apt-get)
  [ "$(id -u)" = 0 ] || run_apt=(sudo "${run_apt[@]}")
  "${run_apt[@]}" update -q >"$scratch/apt.log" 2>&1
  "${run_apt[@]}" install -y -q --no-install-recommends "${missing[@]}" >>"$scratch/apt.log" 2>&1 \
    || { tail -n 20 "$scratch/apt.log"; die "could not install: ${missing[*]}"; }
fi
find_postgres || die "PostgreSQL's initdb and pg_ctl were not found"
find_chromium || die "Chromium was not found"

# --- a PostgreSQL of our own --------------------------------------------------------------------------------------
as_postgres() {
  if [ "$(id -u)" = 0 ]; then (cd / && runuser -u "$pg_user" -- "$@"); else "$@"; fi
}
pg_user=postgres
id "$pg_user" >/dev/null 2>&1 || pg_user=nobody
pg_port=$(node -e 'const s=require("net").createServer().listen(0,"127.0.0.1",()=>{console.log(s.address().port);s.close()})')
chmod 755 "$scratch"
mkdir -p "$scratch/pg"
[ "$(id -u)" = 0 ] && chown "$pg_user" "$scratch/pg"
as_postgres "$pg_bin/initdb" --no-sync -A trust -U kaketsuke -E UTF8 --no-locale -D "$scratch/pg" >"$scratch/initdb.log" 2>&1 \
  || { cat "$scratch/initdb.log"; die "initdb failed"; }
as_postgres "$pg_bin/pg_ctl" -D "$scratch/pg" -w -l "$scratch/pg/log" \
  -o "-p $pg_port -c listen_addresses=127.0.0.1 -c unix_socket_directories=$scratch/pg -c max_connections=400" start >/dev/null \
  || { cat "$scratch/pg/log"; die "PostgreSQL did not start"; }
database=yes
export KAKETSUKE_TEST_POSTGRES="postgres://kaketsuke@127.0.0.1:$pg_port/postgres"
export KAKETSUKE_TEST_CHROMIUM=$chromium

# --- the tests ----------------------------------------------------------------------------------------------------
passed=0
failed=0
# Adds the counts of a runner's own summary lines to the totals; a runner that fell over counts as one failure.
count() { # log exit-code pattern-passed pattern-failed
  local p f
  p=$(grep -oE "$3" "$1" | grep -oE '[0-9]+' | awk '{s+=$1} END {print s+0}')
  f=$(grep -oE "$4" "$1" | grep -oE '[0-9]+' | awk '{s+=$1} END {print s+0}')
  [ "$2" -ne 0 ] && [ "$f" -eq 0 ] && f=1
  passed=$((passed + p))
  failed=$((failed + f))
}

say "Rust"
cargo test --locked --no-fail-fast 2>&1 | tee "$scratch/rust.log"
count "$scratch/rust.log" "${PIPESTATUS[0]}" 'test result: [a-zA-Z]+\. [0-9]+ passed' '[0-9]+ failed;'

say "Screens"
(cd web && ([ -d node_modules ] || npm ci --no-audit --no-fund) && npm run --silent check && npm run --silent test) 2>&1 | tee "$scratch/web.log"
count "$scratch/web.log" "${PIPESTATUS[0]}" '^ *Tests .* [0-9]+ passed' '^ *Tests .* [0-9]+ failed'

say "Journeys in Chromium"
(cd web && npm run --silent journeys) 2>&1 | tee "$scratch/journeys.log"
count "$scratch/journeys.log" "${PIPESTATUS[0]}" '^journeys: [0-9]+ passed' ', [0-9]+ failed$'

say "The repair of the four roles in Chromium, on PostgreSQL"
# Every other test makes a database of its own, so this one is still empty.
(cd web && KAKETSUKE_JOURNEY_DATABASE="$KAKETSUKE_TEST_POSTGRES" npm run --silent journeys -- repair) \
  2>&1 | tee "$scratch/journeys-pg.log"
count "$scratch/journeys-pg.log" "${PIPESTATUS[0]}" '^journeys: [0-9]+ passed' ', [0-9]+ failed$'

printf '\n%d passed, %d failed\n' "$passed" "$failed"
[ "$failed" -eq 0 ] && [ "$passed" -gt 0 ]
