#!/bin/sh
# Runs the whole server locally in Cloudflare's own runtime, and sends two pictures through it: ./run.sh, or KEEP=1 ./run.sh to leave it running.
set -eu
cd "$(dirname "$0")"
./build.sh
export WRANGLER_SEND_METRICS=false CI=1 NO_COLOR=1
port=${PORT:-8791}
dir=.local # of this run alone: workerd refuses state that a newer one has touched
rm -rf "$dir"
mkdir -p "$dir/listed"
veilhash=$PWD/build/veilhash
wrangler() { node_modules/.bin/wrangler "$@" --persist-to "$dir/state"; }

echo "== a set of one picture"
samples=$(cd ../../bin/samples && pwd)
cp "$samples/2-aircraft.jpg" "$dir/listed/"
"$veilhash" key new "$dir/operator.key"
"$veilhash" --quiet set build --images "$dir/listed" --key "$dir/operator.key" --out "$dir/set"
"$veilhash" account new "$dir/alice.account"
for file in "$dir"/set/*; do
	wrangler r2 object put "veilhash-set/$(basename "$file")" --local --file "$file" >"$dir/r2.log" 2>&1 || { cat "$dir/r2.log"; exit 1; }
done

echo "== the database"
wrangler d1 migrations apply veilhash --local >"$dir/migrations.log" 2>&1 || { cat "$dir/migrations.log"; exit 1; }

# An application with a key, which stays with the application's own server.
key=$("$veilhash" --quiet app new chat --apps "$dir/applications")

echo "== the worker"
# The secrets; at Cloudflare: wrangler secret put KEYRING <operator.key
node -e '
const fs = require("node:fs");
const quoted = (text) => JSON.stringify(text);
const secret = (name, file) => `${name}=${quoted(fs.readFileSync(file, "utf8"))}\n`;
fs.writeFileSync(process.argv[3], secret("KEYRING", process.argv[1]) + secret("APPLICATIONS", process.argv[2]), { mode: 0o600 });
' "$dir/operator.key" "$dir/applications" "$dir/secrets"
node_modules/.bin/wrangler dev --local --persist-to "$dir/state" --env-file "$dir/secrets" --ip 127.0.0.1 --port "$port" --test-scheduled \
	--show-interactive-dev-session=false >"$dir/dev.log" 2>&1 &
pid=$!
trap 'kill $pid 2>/dev/null || true; wait $pid 2>/dev/null || true' EXIT INT TERM
tries=0
until curl -sf "http://127.0.0.1:$port/readyz" >/dev/null 2>&1; do
	tries=$((tries + 1))
	if [ $tries -gt 120 ] || ! kill -0 $pid 2>/dev/null; then
		cat "$dir/dev.log"
		exit 1
	fi
	sleep 0.5
done

echo "== two pictures"
for picture in 2-aircraft 5-speakers; do
	file=$(ls "$samples/$picture".*)
	"$veilhash" seal --set "$dir/set" --account "$dir/alice.account" --binding "alice/$picture" --out "$dir/vouchers" "$file" >/dev/null
	curl -sf -X POST -H "Authorization: Bearer $key" -H "Content-Type: application/octet-stream" --data-binary "@$dir/vouchers/$picture.voucher" \
		"http://127.0.0.1:$port/v0/vouchers?account=alice&message=$picture"
	echo
done
tries=0
while :; do
	rows=$(wrangler d1 execute veilhash --local --json --command "SELECT message, state, due FROM vouchers ORDER BY message")
	result=$(printf '%s' "$rows" | node -e '
const rows = JSON.parse(require("node:fs").readFileSync(0, "utf8"))[0].results;
console.log(rows.map((r) => `${r.message} ${r.due === null ? ["pending", "closed", "match", "invalid"][r.state] : "waits"}`).join(", "));')
	[ "$result" = "2-aircraft match, 5-speakers closed" ] && break
	tries=$((tries + 1))
	if [ $tries -gt 20 ]; then
		echo "not as it should be: $result"
		cat "$dir/dev.log"
		exit 1
	fi
	sleep 1
done
echo "== in D1: $result"
if [ -n "${KEEP:-}" ]; then
	echo "The worker is at http://127.0.0.1:$port until Ctrl-C."
	wait $pid
fi
